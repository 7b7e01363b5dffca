package import Bytes
import JSON
import Records

extension Tokenizer {
  /// Reads the tokenizer in a GGUF file's metadata: a byte-level BPE, which GGUF calls `gpt2`.
  ///
  /// - Throws: a `Diagnostic` for a tokenizer of another kind and for one that contradicts itself.
  package init(_ file: GGUFFile) throws(Diagnostic) {
    let model = try file.text("tokenizer.ggml.model") ?? "none"
    guard model == "gpt2" else {
      throw file.fail("the tokenizer '\(model)' cannot be read; expected the byte-level BPE 'gpt2'")
    }
    let split = try file.text("tokenizer.ggml.pre") ?? "none"
    let ours = try file.text(Self.pieceRuleKey).flatMap { PieceRule(rawValue: $0) }
    guard let rule = ours ?? PieceRule(gguf: split) else {
      throw file.fail(
        "the pre-tokenizer '\(split)' is unknown; expected one of \(PieceRule.ggufNames.joined(separator: ", "))"
      )
    }
    var parts = TokenizerParts(path: file.path, rule: rule)
    parts.prefersWholePieces = rule == .llama3
    parts.composes = rule == .qwen2
    let kinds = try file.integers("tokenizer.ggml.token_type") ?? []
    var unknown: String?
    let unknownID = try file.integer("tokenizer.ggml.unknown_token_id")
    let count = try file.texts("tokenizer.ggml.tokens") { (id, name) throws(Diagnostic) in
      switch TokenKind(rawValue: id < kinds.count ? kinds[id] : 1) ?? .normal {
      case .control, .unknown: try parts.takeAdded(Array(name.utf8), id: id, isMark: true)
      case .userDefined: try parts.takeAdded(Array(name.utf8), id: id, isMark: false)
      // Fills the vocabulary up to a round number; no text gives it.
      case .unused: break
      case .normal, .byte: try parts.takeToken(name, id: id)
      }
      if id == unknownID { unknown = name }
    }
    guard let count, count > 0 else { throw file.fail("no list of tokens at 'tokenizer.ggml.tokens'") }
    parts.unknown = unknown
    let merges = try file.texts("tokenizer.ggml.merges") { (place, pair) throws(Diagnostic) in
      try parts.takeMerge(.string(pair), place)
    }
    guard merges != nil else { throw file.fail("no list of merges at 'tokenizer.ggml.merges'") }
    func id(_ key: String) throws(Diagnostic) -> Int32? {
      try file.integer("tokenizer.ggml.\(key)_token_id").map { Int32(clamping: $0) }
    }
    parts.begin = try id("bos")
    parts.end = try id("eos")
    parts.startsTexts = try file.flag("tokenizer.ggml.add_bos_token") ?? (rule == .llama3)
    self = try parts.tokenizer()
    if let text = try file.text(Self.promptKey) {
      let value = try JSONParser().parse(text, path: file.path)
      let node = JSONNode(value, file: file.path, advice: "copy the model again")
      frame = try PromptFile.read(node, vocabulary: vocabulary)
    }
  }

  /// How our learner divides texts, which llama.cpp has no name for.
  static let pieceRuleKey = "phrasebook.piece_rule"
  /// The content of `prompt.json`.
  static let promptKey = "phrasebook.prompt"

  /// llama.cpp's kinds of tokens.
  private enum TokenKind: Int {
    case normal = 1
    case unknown, control, userDefined, unused, byte
  }
}
