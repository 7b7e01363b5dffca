public import Bytes
import JSON
import Records

extension Tokenizer {
  /// Writes the tokenizer as Hugging Face's `tokenizer.json`, which their `tokenizers` library reads.
  public func write(to path: String) throws(Diagnostic) {
    var buffer = ByteBuffer(capacity: 1 << 16)
    buffer.append(#"{"version":"1.0","truncation":null,"padding":null,"added_tokens":["#)
    for (id, name) in Self.markNames.enumerated() {
      buffer.append(id == 0 ? "" : ",")
      buffer.append(#"{"id":\#(id),"content":"\#(name)","single_word":false,"lstrip":false,"#)
      buffer.append(#""rstrip":false,"normalized":false,"special":true}"#)
    }
    buffer.append(#"],"normalizer":null,"pre_tokenizer":{"type":"Sequence","pretokenizers":["#)
    buffer.append(#"{"type":"Split","pattern":{"Regex":"#)
    JSONText.appendString(PieceSplitter.pattern, to: &buffer)
    buffer.append(#"},"behavior":"Isolated","invert":false},"#)
    buffer.append(#"{"type":"ByteLevel","add_prefix_space":false,"trim_offsets":true,"use_regex":false}]},"#)
    buffer.append(#""post_processor":null,"#)
    buffer.append(
      #""decoder":{"type":"ByteLevel","add_prefix_space":false,"trim_offsets":true,"use_regex":false},"#)
    buffer.append(#""model":{"type":"BPE","dropout":null,"unk_token":null,"continuing_subword_prefix":null,"#)
    buffer.append(#""end_of_word_suffix":null,"fuse_unk":false,"byte_fallback":false,"ignore_merges":false,"#)
    // Written directly: a dictionary value looks its keys up one after the other.
    buffer.append(#""vocab":{"#)
    for (id, bytes) in tokens.enumerated() {
      buffer.append(id == 0 ? "\n" : ",\n")
      JSONText.appendString(
        id < Self.markNames.count ? Self.markNames[id] : ByteAlphabet.text(bytes), to: &buffer)
      buffer.append(":\(id)")
    }
    buffer.append("\n},\"merges\":[")
    for (place, pair) in pairs.enumerated() {
      buffer.append(place == 0 ? "\n[" : ",\n[")
      JSONText.appendString(ByteAlphabet.text(tokens[Int(pair.0)]), to: &buffer)
      buffer.append(",")
      JSONText.appendString(ByteAlphabet.text(tokens[Int(pair.1)]), to: &buffer)
      buffer.append("]")
    }
    buffer.append("\n]}}\n")
    var file = try AtomicFile(path: path)
    try buffer.withBytes { (bytes) throws(Diagnostic) in try file.write(bytes) }
    _ = try file.commit()
  }

  /// Reads a `tokenizer.json` that `write` made.
  ///
  /// - Throws: a `Diagnostic` for a file of another kind and for one that contradicts itself.
  public init(path: String) throws(Diagnostic) {
    func fail(_ what: String) -> Diagnostic {
      Diagnostic("\(what); expected a tokenizer that Phrasebook learnt", at: SourceLocation(path: path))
    }
    let file = try JSONParser().parseFile(path)
    guard case .dictionary(let root) = file, case .dictionary(let model)? = root["model"],
      model["type"] == .string("BPE"), case .list(let list)? = model["merges"],
      case .dictionary(let vocabulary)? = model["vocab"]
    else { throw fail("no byte-level BPE model") }
    guard list.count <= 1 << 20, vocabulary.count == TokenizerLearner.smallest + list.count else {
      throw fail("\(vocabulary.count) tokens do not fit \(list.count) merges")
    }
    guard Self.splitsAsHere(root["pre_tokenizer"] ?? .null) else { throw fail("unknown pre-tokenizer") }
    var ids: [[UInt8]: Int32] = [:]
    for byte in UInt8.min...UInt8.max { ids[[byte]] = Int32(byte) + Int32(Self.markNames.count) }
    var pairs: [(Int32, Int32)] = []
    for (place, item) in list.enumerated() {
      guard case .list(let two) = item, two.count == 2, case .string(let left) = two[0],
        case .string(let right) = two[1], let leftBytes = ByteAlphabet.bytes(left),
        let rightBytes = ByteAlphabet.bytes(right), let leftID = ids[leftBytes],
        let rightID = ids[rightBytes],
        leftBytes.count + rightBytes.count <= 1 << 12,
        ids.updateValue(Int32(TokenizerLearner.smallest + place), forKey: leftBytes + rightBytes) == nil
      else { throw fail("merge \(place) joins no two known tokens into a new one") }
      pairs.append((leftID, rightID))
    }
    self.init(merging: pairs)
    for (name, value) in zip(vocabulary.keys, vocabulary.values) {
      guard case .integer(let id) = value, id >= 0, id < tokens.count,
        name.utf8.elementsEqual(self.name(Int(id)).utf8)
      else { throw fail("the token '\(name)' has another id than its merge") }
    }
  }

  private func name(_ id: Int) -> String {
    id < Self.markNames.count ? Self.markNames[id] : ByteAlphabet.text(tokens[id])
  }

  private static func splitsAsHere(_ value: Value) -> Bool {
    guard case .dictionary(let sequence) = value, case .list(let parts)? = sequence["pretokenizers"],
      case .dictionary(let split)? = parts.first, case .dictionary(let pattern)? = split["pattern"]
    else { return false }
    return pattern["Regex"] == .string(PieceSplitter.pattern)
  }
}
