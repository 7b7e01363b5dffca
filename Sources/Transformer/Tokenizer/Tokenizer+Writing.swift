public import Bytes
import JSON
import Records

extension Tokenizer {
  /// Writes the tokenizer as Hugging Face's `tokenizer.json`, which their `tokenizers` library reads.
  @discardableResult
  public func write(to path: String) throws(Diagnostic) -> AtomicFile.Summary {
    let names = names
    var buffer = ByteBuffer(capacity: 1 << 16)
    buffer.append(#"{"version":"1.0","truncation":null,"padding":null,"added_tokens":["#)
    for (place, token) in added.all.enumerated() {
      buffer.append(place == 0 ? #"{"id":"# : #",{"id":"#)
      buffer.append(decimal: Int(token.id))
      buffer.append(#","content":"#)
      token.content.withUnsafeBytes { JSONText.appendString($0, to: &buffer) }
      buffer.append(#","single_word":false,"lstrip":\#(token.takesBefore),"rstrip":\#(token.takesAfter),"#)
      buffer.append(#""normalized":false,"special":\#(token.isMark)}"#)
    }
    buffer.append(#"],"normalizer":"#)
    buffer.append(composes ? #"{"type":"NFC"}"# : "null")
    buffer.append(#","pre_tokenizer":{"type":"Sequence","pretokenizers":["#)
    appendPieceRule(to: &buffer)
    buffer.append(#"]},"post_processor":"#)
    appendPrefix(names, to: &buffer)
    buffer.append(
      #","decoder":{"type":"ByteLevel","add_prefix_space":false,"trim_offsets":true,"use_regex":false},"#)
    buffer.append(#""model":{"type":"BPE","dropout":null,"unk_token":"#)
    if let unknown { JSONText.appendString(names[Int(unknown)], to: &buffer) } else { buffer.append("null") }
    buffer.append(
      #","continuing_subword_prefix":null,"end_of_word_suffix":null,"fuse_unk":false,"byte_fallback":false,"#)
    buffer.append(#""ignore_merges":\#(prefersWholePieces),"#)
    // Written directly: a dictionary value looks its keys up one after the other.
    buffer.append(#""vocab":{"#)
    var isFirst = true
    for (id, name) in names.enumerated() where !name.isEmpty {
      buffer.append(isFirst ? "\n" : ",\n")
      isFirst = false
      JSONText.appendString(name, to: &buffer)
      buffer.append(":\(id)")
    }
    buffer.append("\n},\"merges\":[")
    for (place, pair) in pairs.enumerated() {
      buffer.append(place == 0 ? "\n[" : ",\n[")
      JSONText.appendString(names[Int(pair.0)], to: &buffer)
      buffer.append(",")
      JSONText.appendString(names[Int(pair.1)], to: &buffer)
      buffer.append("]")
    }
    buffer.append("\n]}}\n")
    var file = try AtomicFile(path: path)
    try buffer.withBytes { (bytes) throws(Diagnostic) in try file.write(bytes) }
    return try file.commit()
  }

  /// What the vocabulary calls each token: its bytes' alphabet, or an added token's own text.
  var names: [String] {
    var names = (0..<Int32(tokens.count)).map { ByteAlphabet.text(tokens[$0]) }
    for token in added.all { names[Int(token.id)] = String(decoding: token.content, as: UTF8.self) }
    return names
  }

  /// The token that stands for bytes without one, if there are any.
  private var unknown: Int32? {
    (UInt8.min...UInt8.max).lazy.filter { !tokens[max(0, byteTokens[Int($0)])].elementsEqual([$0]) }
      .map { byteTokens[Int($0)] }.first { $0 >= 0 }
  }

  private func appendPrefix(_ names: [String], to buffer: inout ByteBuffer) {
    guard isPrefixed else {
      buffer.append("null")
      return
    }
    var name = ByteBuffer()
    JSONText.appendString(names[Int(begin)], to: &name)
    let mark = #"{"SpecialToken":{"id":\#(name.text),"type_id":0}}"#
    let text = #"{"Sequence":{"id":"A","type_id":0}}"#
    buffer.append(#"{"type":"TemplateProcessing","single":[\#(mark),\#(text)],"#)
    buffer.append(#""pair":[\#(mark),\#(text),{"Sequence":{"id":"B","type_id":1}}],"#)
    buffer.append(
      #""special_tokens":{\#(name.text):{"id":\#(name.text),"ids":[\#(begin)],"tokens":[\#(name.text)]}}}"#)
  }

  private func appendPieceRule(to buffer: inout ByteBuffer) {
    if let pattern = rule.pattern {
      buffer.append(#"{"type":"Split","pattern":{"Regex":"#)
      JSONText.appendString(pattern, to: &buffer)
      buffer.append(#"},"behavior":"Isolated","invert":false},"#)
    }
    if rule == .smollm { buffer.append(#"{"type":"Digits","individual_digits":true},"#) }
    buffer.append(#"{"type":"ByteLevel","add_prefix_space":false,"trim_offsets":true,"use_regex":"#)
    buffer.append(rule.pattern == nil ? "true}" : "false}")
  }
}
