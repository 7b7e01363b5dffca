import Bytes

/// Looks at a file's first bytes: leaves out a byte order mark and refuses what is no UTF-8 text.
struct TextOpening {
  private var bytes: [UInt8] = []
  private var isDone = false
  private static let length = 4

  /// Gives the text to a reader; the first bytes wait until there are enough of them.
  mutating func pass(
    _ piece: UnsafeRawBufferPointer, to reader: any FormatReader, of path: String
  ) throws {
    if isDone { return try reader.read(piece) }
    let taken = min(piece.count, Self.length - bytes.count)
    bytes += piece[0..<taken]
    if bytes.count == Self.length { try open(reader, path) }
    if taken < piece.count { try reader.read(UnsafeRawBufferPointer(rebasing: piece[taken...])) }
  }

  mutating func finish(_ reader: any FormatReader, of path: String) throws {
    if !isDone { try open(reader, path) }
    try reader.finish()
  }

  private mutating func open(_ reader: any FormatReader, _ path: String) throws {
    isDone = true
    let mark = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
    if bytes.starts(with: [0x1F, 0x8B]) { throw Self.refused(path, "compressed with gzip", "gunzip") }
    if bytes.starts(with: [0x28, 0xB5, 0x2F, 0xFD]) {
      throw Self.refused(path, "compressed with zstd", "unzstd")
    }
    if bytes.starts(with: [0xFF, 0xFE]) || bytes.starts(with: [0xFE, 0xFF]) || bytes.starts(with: [0x3C, 0])
      || bytes.starts(with: [0, 0x3C])
    {
      throw Self.refused(path, "UTF-16", "iconv -f UTF-16 -t UTF-8")
    }
    reader.begin(at: mark)
    try bytes.withUnsafeBytes { try reader.read(UnsafeRawBufferPointer(rebasing: $0[mark...])) }
  }

  private static func refused(_ path: String, _ what: String, _ command: String) -> Diagnostic {
    Diagnostic(
      "the file is \(what), expected UTF-8 text; convert it with '\(command)'", at: SourceLocation(path: path)
    )
  }
}
