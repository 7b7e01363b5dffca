/// Gives the text of tokens as they come: a scalar whose bytes are spread over several tokens appears with the
/// last of them.
public struct TokenDecoder {
  private let tokenizer: Tokenizer
  /// The beginning of a scalar whose other bytes have not come yet.
  private var pending: [UInt8] = []

  public init(_ tokenizer: Tokenizer) { self.tokenizer = tokenizer }

  /// The text that this token completes; empty for marks. Bytes that are no UTF-8 are replaced.
  public mutating func append(_ id: Int32) -> String {
    pending += tokenizer.bytes(of: id)
    let whole = pending.count - Self.unfinished(pending)
    defer { pending.removeFirst(whole) }
    return String(decoding: pending[..<whole], as: UTF8.self)
  }

  /// What is left at the end, replaced: the beginning of a scalar.
  public mutating func finish() -> String {
    defer { pending = [] }
    return String(decoding: pending, as: UTF8.self)
  }

  /// How many bytes at the end begin a scalar that more bytes could complete.
  private static func unfinished(_ bytes: [UInt8]) -> Int {
    for back in 1...3 where back <= bytes.count {
      let byte = bytes[bytes.count - back]
      if byte & 0xC0 == 0x80 { continue }
      let length = byte >= 0xF5 ? 1 : byte >= 0xF0 ? 4 : byte >= 0xE0 ? 3 : byte >= 0xC2 ? 2 : 1
      guard length > back else { return 0 }
      guard back > 1 else { return 1 }
      // A second byte that cannot follow ends the scalar already (Unicode 15, table 3-7).
      let second = bytes[bytes.count - back + 1]
      let range: ClosedRange<UInt8> =
        switch byte {
        case 0xE0: 0xA0...0xBF
        case 0xED: 0x80...0x9F
        case 0xF0: 0x90...0xBF
        case 0xF4: 0x80...0x8F
        default: 0x80...0xBF
        }
      return range.contains(second) ? back : 0
    }
    return 0
  }
}
