public import Bytes
import JSON
import Records

extension Tokenizer {
  /// Reads a `tokenizer.json` of Hugging Face's library that holds a byte-level BPE with the pre-tokenization of
  /// GPT-2, SmolLM, Llama 3, Qwen 2 or our own learner.
  ///
  /// - Throws: a `Diagnostic` for a file of another kind and for one that contradicts itself.
  public init(path: String) throws(Diagnostic) {
    let advice = "expected a byte-level BPE as of GPT-2, SmolLM, Llama 3, Qwen 2 or Phrasebook"
    let root = try JSONNode.read(path, advice: advice)
    let model = try root.required("model")
    let type = try model.optional("type")?.text() ?? "BPE"
    guard type.utf8.elementsEqual("BPE".utf8),
      case .dictionary(let vocabulary)? = try model.optional("vocab")?.value,
      case .list(let merges)? = try model.optional("merges")?.value
    else { throw Diagnostic("no byte-level BPE model; \(advice)", at: SourceLocation(path: path)) }
    try Self.refuse(model, "dropout", "continuing_subword_prefix", "end_of_word_suffix", "byte_fallback")
    var parts = TokenizerParts(path: path, rule: try PreTokenizer.rule(try root.optional("pre_tokenizer")))
    parts.prefersWholePieces = try model.optional("ignore_merges")?.boolean() ?? false
    parts.composes = try Self.composes(root.optional("normalizer"))
    try parts.takeAdded(try root.optional("added_tokens")?.items() ?? [])
    for (name, value) in zip(vocabulary.keys, vocabulary.values) {
      guard case .integer(let id) = value else {
        throw parts.fail("the token '\(name)' has no number")
      }
      try parts.takeToken(name, id: Int(clamping: id))
    }
    for (place, merge) in merges.enumerated() { try parts.takeMerge(merge, place) }
    if let unknown = try model.optional("unk_token")?.text() { parts.unknown = unknown }
    parts.prefix = try Self.beginMarks(root.optional("post_processor"))
    self = try parts.tokenizer()
  }

  private static func refuse(_ model: JSONNode, _ keys: String...) throws(Diagnostic) {
    for key in keys {
      guard let node = try model.optional(key) else { continue }
      switch node.value {
      case .boolean(false), .string(""): continue
      default: throw node.mismatch("nothing")
      }
    }
  }

  private static func composes(_ node: JSONNode?) throws(Diagnostic) -> Bool {
    guard let node else { return false }
    switch try node.required("type").text() {
    case "NFC": return true
    case "Sequence":
      var composes = false
      for part in try node.required("normalizers").items() where try Self.composes(part) { composes = true }
      return composes
    default: throw try node.required("type").mismatch("no normalizer or NFC")
    }
  }

  /// The marks that a post-processor puts before a text.
  private static func beginMarks(_ node: JSONNode?) throws(Diagnostic) -> [String] {
    guard let node else { return [] }
    switch try node.required("type").text() {
    case "Sequence":
      var marks: [String] = []
      for part in try node.required("processors").items() { marks += try beginMarks(part) }
      return marks
    case "TemplateProcessing":
      var marks: [String] = []
      for item in try node.required("single").items() {
        guard let mark = try item.optional("SpecialToken") else { break }
        marks.append(try mark.required("id").text())
      }
      return marks
    default: return []
    }
  }
}

/// Hugging Face's ways to write the rules we know.
private enum PreTokenizer {
  static func rule(_ node: JSONNode?) throws(Diagnostic) -> PieceRule {
    guard let node else { throw Diagnostic("unknown pre-tokenizer: none; expected a byte-level one") }
    let parts =
      try node.required("type").text() == "Sequence" ? node.required("pretokenizers").items() : [node]
    guard let last = parts.last, parts.count <= 2, try last.required("type").text() == "ByteLevel",
      try last.optional("add_prefix_space")?.boolean() != true
    else { throw unknown(node) }
    // Files from before the key existed split as GPT-2 does.
    let splitsItself = try last.optional("use_regex")?.boolean() ?? true
    if parts.count == 1 {
      guard splitsItself else { throw unknown(node) }
      return .gpt2
    }
    switch try parts[0].required("type").text() {
    case "Digits":
      guard splitsItself, try parts[0].optional("individual_digits")?.boolean() == true else {
        throw unknown(node)
      }
      return .smollm
    case "Split":
      let pattern = try parts[0].required("pattern").optional("Regex")?.text()
      guard !splitsItself, let pattern, let rule = PieceRule(pattern: pattern),
        try parts[0].required("behavior").text() == "Isolated",
        try parts[0].optional("invert")?.boolean() != true
      else { throw unknown(node) }
      return rule
    default: throw unknown(node)
    }
  }

  private static func unknown(_ node: JSONNode) -> Diagnostic {
    Diagnostic("unknown pre-tokenizer; \(node.advice)", at: SourceLocation(path: node.file))
  }
}
