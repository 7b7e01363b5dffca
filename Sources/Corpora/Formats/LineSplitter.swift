import Bytes
import Glibc

/// Cuts pieces of a file into lines.
struct LineSplitter {
  private let longest: Int
  private var pending: [UInt8] = []
  /// Bytes of the line in hand that were thrown away because it is too long.
  private var dropped = 0
  /// Where the line in hand begins.
  private var start = TextPosition(line: 1, column: 1, offset: 0)

  /// One line without its line feed and the carriage return before it.
  struct Line {
    var bytes: UnsafeRawBufferPointer
    var start: TextPosition
    /// The line's length in the file.
    var size: Int
    /// Whether the line was too long to keep as a whole.
    var isCut: Bool
  }

  init(longest: Int) { self.longest = longest }

  mutating func begin(at offset: Int) { start.offset = offset }

  mutating func split(_ bytes: UnsafeRawBufferPointer, _ body: (Line) throws -> Void) rethrows {
    var rest = bytes
    while let base = rest.baseAddress, rest.count > 0 {
      guard let found = memchr(base, 10, rest.count) else { break }
      let length = UnsafeRawPointer(found) - base
      let head = UnsafeRawBufferPointer(rebasing: rest[0..<length])
      if pending.isEmpty && dropped == 0 && length <= longest {
        try give(head, size: length, body)
      } else {
        keep(head)
        try givePending(body)
      }
      start.line += 1
      start.offset += 1
      rest = UnsafeRawBufferPointer(rebasing: rest[(length + 1)...])
    }
    keep(rest)
  }

  /// The last line, when it has no line feed.
  mutating func finish(_ body: (Line) throws -> Void) rethrows {
    if !pending.isEmpty { try givePending(body) }
  }

  private mutating func keep(_ bytes: UnsafeRawBufferPointer) {
    let taken = min(bytes.count, max(0, longest - pending.count))
    pending.append(contentsOf: bytes[0..<taken])
    dropped += bytes.count - taken
  }

  private mutating func givePending(_ body: (Line) throws -> Void) rethrows {
    var line: [UInt8] = []
    swap(&line, &pending)
    let size = line.count + dropped
    dropped = 0
    try line.withUnsafeBytes { try give($0, size: size, body) }
    // Keeps the memory for the next line that crosses a boundary.
    line.removeAll(keepingCapacity: line.capacity < 1 << 20)
    swap(&line, &pending)
  }

  private mutating func give(
    _ bytes: UnsafeRawBufferPointer, size: Int, _ body: (Line) throws -> Void
  ) rethrows {
    let isCut = size > bytes.count
    let text = bytes.last == 13 && !isCut ? UnsafeRawBufferPointer(rebasing: bytes.dropLast()) : bytes
    let line = Line(bytes: text, start: start, size: size, isCut: isCut)
    start.offset += size
    try body(line)
  }
}
