import Bytes
import JSON
import Records

/// `prompt.json` in a model's folder: which tokens stood around inputs and targets when it was trained. A model
/// that was trained with its own marks needs none.
enum PromptFile {
  static let name = "prompt.json"

  static func value(_ frame: PromptFrame) -> Value {
    func ids(_ tokens: [Int32]) -> Value { .list(tokens.map { .integer(Int64($0)) }) }
    return .dictionary(
      ValueDictionary([
        ("format", .string(frame.form.rawValue)), ("before", ids(frame.before)),
        ("between", ids(frame.between)), ("end", .integer(Int64(frame.end))),
        ("trims", .boolean(frame.trims)),
      ]))
  }

  /// - Throws: a `Diagnostic` for a file that is none and for tokens that the vocabulary does not have.
  static func read(_ path: String, vocabulary: Int) throws(Diagnostic) -> PromptFrame {
    try read(try JSONNode.read(path, advice: "copy or train the model again"), vocabulary: vocabulary)
  }

  static func read(_ root: JSONNode, vocabulary: Int) throws(Diagnostic) -> PromptFrame {
    func token(_ node: JSONNode) throws(Diagnostic) -> Int32 {
      let id = try node.integer()
      guard (0..<vocabulary).contains(id) else { throw node.mismatch("a token from 0 to \(vocabulary - 1)") }
      return Int32(id)
    }
    func tokens(_ key: String) throws(Diagnostic) -> [Int32] {
      var all: [Int32] = []
      for item in try root.required(key).items() { all.append(try token(item)) }
      return all
    }
    var frame = PromptFrame(
      before: try tokens("before"), between: try tokens("between"), end: try token(try root.required("end")))
    let name = try root.required("format")
    guard let form = PromptForm(rawValue: try name.text()) else {
      throw name.mismatch("one of instruction, tag, none")
    }
    frame.form = form
    guard !frame.isBare else { throw try root.required("before").mismatch("at least one token") }
    frame.trims = try root.optional("trims")?.boolean() ?? false
    return frame
  }
}

extension Tokenizer {
  /// Whether the frame is another than the model's marks ask for.
  var hasOwnFrame: Bool {
    frame != Self.frame(for: self, begin: isPrefixed ? begin : nil, end: frame.end)
  }

  /// The text of tokens, marks by their names.
  func written(_ ids: [Int32]) -> String {
    var bytes: [UInt8] = []
    for id in ids {
      if let mark = added.all.first(where: { $0.id == id && $0.isMark }) {
        bytes += mark.content
      } else {
        bytes += self.bytes(of: id)
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// The frame as a chat template in Jinja for transformers: turns of a user and of the model; a system's is put
  /// in as it is.
  var chatTemplate: String {
    func literal(_ text: String) -> String {
      var result = "'"
      for scalar in text.unicodeScalars {
        switch scalar {
        case "'", "\\": result += "\\\(scalar)"
        case "\n": result += "\\n"
        case "\t": result += "\\t"
        case "\r": result += "\\r"
        default: result.unicodeScalars.append(scalar)
        }
      }
      return result + "'"
    }
    let content = frame.trims ? "message['content'] | trim" : "message['content']"
    return "{%- for message in messages -%}{%- if message['role'] == 'user' -%}"
      + "{{- \(literal(written(frame.before))) + (\(content)) + \(literal(written(frame.between))) -}}"
      + "{%- elif message['role'] == 'assistant' -%}"
      + "{{- (\(content)) + \(literal(written([frame.end]))) -}}"
      + "{%- else -%}{{- message['content'] -}}{%- endif -%}"
      + "{%- endfor -%}"
  }

  /// `tokenizer_config.json` for transformers: the class that takes `tokenizer.json` as it is, the marks and the
  /// chat template.
  func settings(contextLength: Int) -> Value {
    var keys = ValueDictionary([
      ("tokenizer_class", .string("PreTrainedTokenizerFast")),
      ("model_max_length", .integer(Int64(contextLength))),
      ("clean_up_tokenization_spaces", .boolean(false)),
      ("eos_token", .string(written([frame.end]))),
      ("pad_token", .string(written([frame.end]))),
      ("chat_template", .string(chatTemplate)),
    ])
    let first = written([begin])
    if !first.isEmpty { keys["bos_token"] = .string(first) }
    return .dictionary(keys)
  }
}
