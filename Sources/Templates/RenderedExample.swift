public import Bytes

/// What a record became: its texts lie in one buffer, which is used again for the next record.
public struct RenderedExample: ~Copyable {
  public var text = ByteBuffer(capacity: 4096)
  /// What the model is given.
  public var input: Range<Int> = 0..<0
  /// The answers that count as right, the first of which is taught.
  public var targets: [Range<Int>] = []
  /// The choices, in order; empty where the template has none (see `hasChoices`).
  public var choices: [Range<Int>] = []
  /// Whether the template has answer choices.
  public var hasChoices = false

  public init() {}

  /// Forgets the texts and keeps the memory.
  public mutating func removeAll() {
    text.removeAll()
    input = 0..<0
    targets.clearForReuse()
    choices.clearForReuse()
    hasChoices = false
  }

  /// A text of the buffer; a copy.
  public func string(_ range: Range<Int>) -> String {
    text.withBytes { bytes in
      let range = range.clamped(to: 0..<bytes.count)
      return String(decoding: UnsafeRawBufferPointer(rebasing: bytes[range]), as: UTF8.self)
    }
  }

  public var inputText: String { string(input) }
  /// The first target; empty when there is none.
  public var targetText: String {
    guard let first = targets.first else { return "" }
    return string(first)
  }

  public var targetTexts: [String] { strings(targets) }
  public var choiceTexts: [String] { strings(choices) }

  private func strings(_ ranges: [Range<Int>]) -> [String] {
    var all: [String] = []
    for range in ranges { all.append(string(range)) }
    return all
  }
}
