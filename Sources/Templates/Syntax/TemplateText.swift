/// A template's source with its line breaks made `\n`; every position in tokens and trees is a byte of it.
struct TemplateText: Sendable {
  let bytes: [UInt8]
  private let lineStarts: [Int]
  /// Where in `bytes` a line break of two bytes became one.
  private let shortened: [Int]

  /// - Parameter keepsTrailingNewline: otherwise one line break at the end is dropped.
  init(_ source: String, keepsTrailingNewline: Bool) {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(source.utf8.count)
    var previous: UInt8 = 0
    var shortened: [Int] = []
    for byte in source.utf8 {
      if byte == 13 {
        bytes.append(10)
      } else if byte != 10 || previous != 13 {
        bytes.append(byte)
      } else {
        shortened.append(bytes.count)
      }
      previous = byte
    }
    if !keepsTrailingNewline, bytes.last == 10 { bytes.removeLast() }
    self.bytes = bytes
    self.shortened = shortened
    lineStarts = [0] + bytes.indices.filter { bytes[$0] == 10 }.map { $0 + 1 }
  }

  /// The byte of the source, before its line breaks were made `\n`, that became a byte of `bytes`.
  func sourceOffset(_ offset: Int) -> Int {
    shortened.isEmpty ? offset : offset + shortened.count { $0 <= offset }
  }

  /// Line and column, both from 1; the column counts scalars.
  func position(of offset: Int) -> (line: Int, column: Int) {
    let line = line(of: offset)
    let before = bytes[lineStarts[line - 1]..<min(offset, bytes.count)]
    return (line, before.reduce(1) { $1 & 0xC0 == 0x80 ? $0 : $0 + 1 })
  }

  func line(of offset: Int) -> Int {
    var low = 0
    var high = lineStarts.count
    while high - low > 1 {
      let middle = (low + high) / 2
      if lineStarts[middle] <= offset { low = middle } else { high = middle }
    }
    return low + 1
  }

  /// The text of a line, from 1, without its line break.
  func excerpt(line: Int) -> String {
    guard line >= 1, line <= lineStarts.count else { return "" }
    let rest = bytes[lineStarts[line - 1]...]
    return String(decoding: rest.prefix { $0 != 10 }, as: UTF8.self)
  }

  func string(_ range: Range<Int>) -> String { String(decoding: bytes[range], as: UTF8.self) }

  /// How many scalars a range holds, no further than the end of its first line; at least 1.
  func span(_ range: Range<Int>) -> Int {
    let line = bytes[range].prefix { $0 != 10 }
    return max(1, line.reduce(0) { $1 & 0xC0 == 0x80 ? $0 : $0 + 1 })
  }
}
