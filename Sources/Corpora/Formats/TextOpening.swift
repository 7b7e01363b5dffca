import Bytes

/// Looks at a file's first bytes: leaves out a byte order mark and has what is no UTF-8 decoded.
struct TextOpening {
  private var bytes: [UInt8] = []
  private var isDone = false
  private var decoder: TextDecoder?
  private let encoding: TextEncoding?
  private let replaces: Bool
  private static let length = 4

  /// - Parameters:
  ///   - encoding: nil: UTF-8, or UTF-16 where the first bytes tell so.
  ///   - replaces: whether invalid bytes become U+FFFD.
  init(encoding: TextEncoding?, replaces: Bool) {
    self.encoding = encoding
    self.replaces = replaces
  }

  /// Gives the text to a reader; the first bytes wait until there are enough of them.
  mutating func pass(_ piece: UnsafeRawBufferPointer, to reader: any FormatReader) throws {
    if isDone { return try give(piece, reader) }
    let taken = min(piece.count, Self.length - bytes.count)
    bytes += piece[0..<taken]
    if bytes.count == Self.length { try open(reader) }
    if taken < piece.count { try give(UnsafeRawBufferPointer(rebasing: piece[taken...]), reader) }
  }

  mutating func finish(_ reader: any FormatReader) throws {
    if !isDone { try open(reader) }
    try decoder?.finish(reader.read)
    try reader.finish()
  }

  private func give(_ bytes: UnsafeRawBufferPointer, _ reader: any FormatReader) throws {
    if let decoder { try decoder.decode(bytes, reader.read) } else { try reader.read(bytes) }
  }

  private mutating func open(_ reader: any FormatReader) throws {
    isDone = true
    let isUTF8 = encoding == nil || encoding == .utf8
    let mark = isUTF8 && bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
    if let encoding, encoding != .utf8 {
      decoder = TextDecoder(encoding, replaces: replaces)
      reader.beginDecoded()
    } else if encoding == nil, let found = Self.wide(bytes) {
      decoder = TextDecoder(found, replaces: replaces)
      reader.beginDecoded()
    } else if replaces {
      decoder = TextDecoder(.utf8, replaces: true)
    }
    reader.begin(at: mark)
    try bytes.withUnsafeBytes { try give(UnsafeRawBufferPointer(rebasing: $0[mark...]), reader) }
  }

  /// UTF-16 by its mark, or by the zeros that stand beside a tag's first byte.
  private static func wide(_ bytes: [UInt8]) -> TextEncoding? {
    if bytes.starts(with: [0xFF, 0xFE]) || bytes.starts(with: [0xFE, 0xFF]) { return .utf16 }
    if bytes.starts(with: [0x3C, 0]) { return .utf16LittleEndian }
    return bytes.starts(with: [0, 0x3C]) ? .utf16BigEndian : nil
  }
}
