/// How a tokenizer divides a text into the pieces inside which tokens are merged.
package enum PieceRule: String, Sendable, CaseIterable {
  /// What our own learner uses, see `PieceSplitter`.
  case plain
  /// GPT-2's pattern.
  case gpt2
  /// GPT-2's pattern between digits, each of which is a piece.
  case smollm
  /// Llama 3's pattern: numbers in groups of up to three digits.
  case llama3
  /// Llama 3's pattern with digits one at a time.
  case qwen2

  /// Whether line breaks join the white space or punctuation before them.
  var joinsLineBreaks: Bool { self == .llama3 || self == .qwen2 }

  var longestNumber: Int { self == .llama3 ? 3 : 1 }

  /// Names that GGUF files have for it (llama.cpp, `llama-vocab.cpp`).
  init?(gguf name: String) {
    switch name {
    case "gpt-2", "gpt2": self = .gpt2
    case "smollm": self = .smollm
    case "llama-bpe", "llama3", "llama-v3": self = .llama3
    case "qwen2", "deepseek-r1-qwen": self = .qwen2
    default: return nil
    }
  }

  /// The name to write. llama.cpp has none for our own rule; SmolLM's is the nearest: where our rule gives a longer
  /// piece, as around punctuation beyond ASCII, llama.cpp may find other tokens.
  var ggufName: String {
    switch self {
    case .gpt2: "gpt-2"
    case .plain, .smollm: "smollm"
    case .llama3: "llama-bpe"
    case .qwen2: "qwen2"
    }
  }

  static let ggufNames = ["gpt-2", "smollm", "llama-bpe", "qwen2"]

  private static let gpt2Pattern =
    #"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"#
  private static func laterPattern(_ number: String) -> String {
    #"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|"# + number
      + #"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"#
  }

  /// The pattern of a `Split` whose matches are pieces; nil where the rule is written otherwise.
  var pattern: String? {
    switch self {
    case .plain: PieceSplitter.pattern
    case .gpt2, .smollm: nil
    case .llama3: Self.laterPattern(#"\p{N}{1,3}"#)
    case .qwen2: Self.laterPattern(#"\p{N}"#)
    }
  }

  /// The rule of a `Split` with this pattern; nil for an unknown one.
  init?(pattern: String) {
    func isSame(_ other: String?) -> Bool { other.map { $0.utf8.elementsEqual(pattern.utf8) } ?? false }
    if isSame(Self.gpt2Pattern) {
      self = .gpt2
    } else if let rule = Self.allCases.first(where: { isSame($0.pattern) }) {
      self = rule
    } else {
      return nil
    }
  }
}
