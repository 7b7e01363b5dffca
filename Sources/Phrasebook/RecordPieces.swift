import Bytes
import Glibc

/// A file of JSON lines in pieces of whole lines.
struct RecordPieces: ~Copyable {
  /// Some lines of the file.
  final class Piece {
    /// The place among the pieces, from 0.
    fileprivate(set) var number = 0
    /// The number of the first line, from 1.
    fileprivate var firstLine = 1
    fileprivate var bytes = ByteBuffer(capacity: RecordPieces.size * 2)

    /// Gives each line that is not blank, without its line feed, and its number.
    func forEachLine(_ body: (UnsafeRawBufferPointer, Int) throws -> Void) throws {
      try bytes.withBytes { bytes in
        var line = firstLine
        var start = 0
        while start < bytes.count {
          let end = RecordPieces.lineEnd(bytes, from: start) ?? bytes.count
          let text = UnsafeRawBufferPointer(rebasing: bytes[start..<end])
          if text.contains(where: { $0 != 32 && $0 != 9 && $0 != 13 }) { try body(text, line) }
          line += 1
          start = end + 1
        }
      }
    }
  }

  private var file: ChunkedFile
  /// Read already, behind the last whole line.
  private var rest = ByteBuffer()
  private var line = 1
  private var pieces = 0
  /// Records that may still be given.
  private var left: Int
  private var isAtEnd = false

  /// Bytes read at a time.
  private static let size = 1 << 16

  init(path: String, limit: Int) throws(Diagnostic) {
    file = try ChunkedFile(path: path, chunk: Self.size)
    left = limit
  }

  /// Fills a piece with the next lines; false where there are none.
  mutating func next(into piece: Piece) throws -> Bool {
    piece.bytes.removeAll()
    rest.withBytes { piece.bytes.append($0) }
    rest.removeAll()
    guard left > 0 else { return false }
    var end: Int?
    while end == nil, !isAtEnd {
      let searched = piece.bytes.count
      isAtEnd = try !file.next { piece.bytes.append($0) }
      end = piece.bytes.withBytes { Self.lastLineEnd($0, from: searched) }
    }
    let whole = isAtEnd ? piece.bytes.count : (end ?? -1) + 1
    piece.bytes.withBytes { rest.append(UnsafeRawBufferPointer(rebasing: $0[whole...])) }
    piece.bytes.truncate(to: whole)
    guard whole > 0 else { return false }
    piece.number = pieces
    piece.firstLine = line
    pieces += 1
    count(piece)
    return true
  }

  /// Counts a piece's lines, and cuts it where no more records are wanted.
  private mutating func count(_ piece: Piece) {
    var end = 0
    piece.bytes.withBytes { bytes in
      while end < bytes.count, left > 0 {
        let next = Self.lineEnd(bytes, from: end) ?? bytes.count
        let isBlank = bytes[end..<next].allSatisfy { $0 == 32 || $0 == 9 || $0 == 13 }
        if !isBlank { left -= 1 }
        line += 1
        end = next + 1
      }
    }
    piece.bytes.truncate(to: end)
  }

  private static func lineEnd(_ bytes: UnsafeRawBufferPointer, from start: Int) -> Int? {
    guard let base = bytes.baseAddress, start < bytes.count,
      let found = memchr(base + start, 10, bytes.count - start)
    else { return nil }
    return UnsafeRawPointer(found) - base
  }

  private static func lastLineEnd(_ bytes: UnsafeRawBufferPointer, from start: Int) -> Int? {
    bytes[start...].lastIndex(of: 10)
  }
}
