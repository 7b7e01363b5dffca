import Bytes
import Glibc
import JSON

/// Cuts pieces of a file into rows and the rows into values.
///
/// The places of separators, quotes, line feeds and escapes are found many bytes at a time; the state machine
/// goes from one of them to the next. A row that a piece does not finish waits in `carry`, from its first byte.
final class RowSplitter {
  /// What the bytes between and around values are.
  struct Marks {
    var separator: UInt8
    /// Encloses values; nil: nothing does.
    var quote: UInt8?
    /// Takes its meaning from the byte behind it; nil: nothing does.
    var escape: UInt8?
    /// With what a line that is no row begins; empty: nothing.
    var comment: [UInt8] = []
  }

  /// A value's place in its row, quotes included.
  struct Place {
    var start: Int
    var end: Int
    var isQuoted: Bool
    /// Whether it holds a doubled quote or an escape.
    var needsWork: Bool
  }

  struct Fault {
    var reason: String
    var offset: Int
  }

  /// One row without its line break; valid inside the call that gives it.
  struct Row {
    var bytes: UnsafeRawBufferPointer
    var start: TextPosition
    /// The row's length in the file.
    var size: Int
    /// Whether the row was too long to keep as a whole.
    var isCut = false
    var isComment = false
    /// Whether the bytes are known to be UTF-8.
    var isValid = false
    var fault: Fault?

    var isBlank: Bool { size == 0 || (bytes.count == 0 && !isCut) }

    func position(_ offset: Int) -> TextPosition {
      start.advanced(over: UnsafeRawBufferPointer(rebasing: bytes[0..<min(offset, bytes.count)]))
    }
  }

  private enum Mode {
    case plain, quoted, closed
    /// The row is wrong, or a comment; its end is looked for.
    case faulty, comment
  }

  /// A row with more values is no row but something else read as one.
  private static let mostValues = 1 << 16
  private static let block = 1 << 15
  let marks: Marks
  private let longest: Int
  private let found: UnsafeMutablePointer<UInt32>
  /// The values of the row in hand, as many as `valueCount`.
  @exclusivity(unchecked) private(set) var values: UnsafeMutablePointer<Place>
  @exclusivity(unchecked) private(set) var valueCount = 0
  @exclusivity(unchecked) private var valueRoom = 64
  @exclusivity(unchecked) private var mode = Mode.plain
  @exclusivity(unchecked) private var start = TextPosition(line: 1, column: 1, offset: 0)
  @exclusivity(unchecked) private var carry = ByteBuffer()
  /// Bytes of a row that is too long, behind those in `carry`.
  @exclusivity(unchecked) private var dropped = 0
  @exclusivity(unchecked) private var valueStart = 0
  @exclusivity(unchecked) private var closedAt = -1
  @exclusivity(unchecked) private var literalAt = -1
  @exclusivity(unchecked) private var needsWork = false
  @exclusivity(unchecked) private var isRowStart = true
  @exclusivity(unchecked) private var lineFeeds = 0
  @exclusivity(unchecked) private var fault: Fault?

  init(_ marks: Marks, longest: Int) {
    self.marks = marks
    self.longest = longest
    found = .allocate(capacity: Self.block)
    values = .allocate(capacity: 64)
  }

  deinit {
    found.deallocate()
    values.deallocate()
  }

  func begin(at offset: Int) { start.offset = offset }

  func split(_ piece: UnsafeRawBufferPointer, _ body: (Row) throws -> Void) throws {
    var piece = piece
    if dropped > 0 {
      guard let base = piece.baseAddress, let feed = memchr(base, 10, piece.count) else {
        dropped += piece.count
        return
      }
      let length = UnsafeRawPointer(feed) - base
      try giveCut(size: carry.count + dropped + length, lineFeed: 1, body)
      piece = UnsafeRawBufferPointer(rebasing: piece[(length + 1)...])
    }
    if carry.count == 0 {
      let used = try scan(piece, from: 0, body)
      carry.append(UnsafeRawBufferPointer(rebasing: piece[used...]))
    } else {
      let scanned = carry.count
      carry.append(piece)
      let used = try carry.withBytes { try scan($0, from: scanned, body) }
      carry.removeFirst(used)
    }
    if carry.count > longest {
      dropped = carry.count - longest
      carry.truncate(to: longest)
    }
  }

  /// The last row, when it has no line feed.
  func finish(_ body: (Row) throws -> Void) throws {
    if dropped > 0 { return try giveCut(size: carry.count + dropped, lineFeed: 0, body) }
    guard carry.count > 0 else { return }
    try carry.withBytes { bytes in
      if isRowStart { lookForComment(bytes, at: 0, upTo: bytes.count) }
      switch mode {
      case .plain: endValue(at: bytes.count, isQuoted: false)
      case .quoted:
        fault = Fault(
          reason: "the quote that opens this value is never closed; expected a closing '\(shownQuote)'",
          offset: valueStart)
      case .closed: endClosed(bytes, rowStart: 0, at: bytes.count, isEnd: true)
      case .faulty, .comment: break
      }
      try give(bytes, size: bytes.count, lineFeed: 0, isValid: false, body)
    }
    carry.removeAll()
  }

  /// Goes through the bytes from a place on, which continue those before; gives back how many belong to rows
  /// that are done.
  private func scan(
    _ bytes: UnsafeRawBufferPointer, from first: Int, _ body: (Row) throws -> Void
  ) throws -> Int {
    let separator = marks.separator
    let quote = marks.quote ?? 10
    let escape = marks.escape ?? 10
    let hasComment = !marks.comment.isEmpty
    var rowStart = 0
    var blockStart = first
    while blockStart < bytes.count {
      let block = UnsafeRawBufferPointer(
        rebasing: bytes[blockStart..<min(bytes.count, blockStart + Self.block)])
      let count = TextLoops.marks(block, separator, quote, 10, escape, into: found)
      let isValid = areRowsValid(bytes, from: rowStart, block: blockStart, marks: count)
      for number in 0..<count {
        let place = blockStart &+ Int(found[number])
        let byte = bytes[place]
        let offset = place &- rowStart
        if offset == literalAt {
          if byte == 10 { lineFeeds += 1 }
          continue
        }
        if hasComment, isRowStart { lookForComment(bytes, at: rowStart, upTo: place) }
        switch mode {
        case .plain:
          if byte == separator {
            endValue(at: offset, isQuoted: false)
            valueStart = offset &+ 1
          } else if byte == 10 {
            endValue(at: offset, isQuoted: false)
            try give(bytes, from: rowStart, to: place, isValid, body)
            rowStart = place + 1
          } else if byte == quote {
            if offset == valueStart { mode = .quoted }
          } else {
            literalAt = offset + 1
            needsWork = true
          }
        case .quoted:
          if byte == quote, marks.quote != nil {
            mode = .closed
            closedAt = offset
          } else if byte == 10 {
            // Too long a quotation is one that was never meant; the row ends here.
            if offset > longest {
              try give(bytes, from: rowStart, to: place, isValid, body)
              rowStart = place + 1
            } else {
              lineFeeds += 1
            }
          } else if byte == escape {
            literalAt = offset + 1
            needsWork = true
          }
        case .closed:
          if byte == quote, byte != 10, offset == closedAt + 1 {
            needsWork = true
            mode = .quoted
            continue
          }
          endClosed(bytes, rowStart: rowStart, at: offset, isEnd: byte == 10)
          if byte == 10 {
            try give(bytes, from: rowStart, to: place, isValid, body)
            rowStart = place + 1
          } else if mode != .faulty {
            if byte == separator {
              mode = .plain
              valueStart = offset + 1
            } else {
              fail(at: offset)
            }
          }
        case .faulty, .comment:
          if byte == 10 {
            try give(bytes, from: rowStart, to: place, isValid, body)
            rowStart = place + 1
          }
        }
      }
      blockStart += block.count
    }
    return rowStart
  }

  /// Whether all rows that end in a block are UTF-8: those begin at `rowStart` and end at its last line feed.
  private func areRowsValid(
    _ bytes: UnsafeRawBufferPointer, from rowStart: Int, block: Int, marks count: Int
  ) -> Bool {
    var last = count - 1
    while last >= 0, bytes[block + Int(found[last])] != 10 { last -= 1 }
    guard last >= 0 else { return false }
    return UTF8Text.isValid(UnsafeRawBufferPointer(rebasing: bytes[rowStart..<(block + Int(found[last]))]))
  }

  private func lookForComment(_ bytes: UnsafeRawBufferPointer, at rowStart: Int, upTo end: Int) {
    isRowStart = false
    guard !marks.comment.isEmpty, end - rowStart >= marks.comment.count else { return }
    if bytes[rowStart..<end].starts(with: marks.comment) { mode = .comment }
  }

  /// Ends a value behind its closing quote: at most a carriage return may stand there, before the row's end.
  private func endClosed(_ bytes: UnsafeRawBufferPointer, rowStart: Int, at offset: Int, isEnd: Bool) {
    let behind = closedAt + 1
    if offset == behind { return endValue(at: offset, isQuoted: true) }
    let isReturn = bytes[rowStart + behind] == 13
    if isReturn, isEnd, offset == behind + 1 { return endValue(at: behind, isQuoted: true) }
    fail(at: isReturn ? behind + 1 : behind)
  }

  private func fail(at offset: Int) {
    fault = Fault(
      reason: "found text behind the closing quote; expected the separator or the end of the row (a quote "
        + "inside a value is doubled)", offset: offset)
    mode = .faulty
  }

  private func endValue(at offset: Int, isQuoted: Bool) {
    if valueCount == valueRoom { growValues() }
    guard valueCount < Self.mostValues else {
      let reason = "found more than \(Self.mostValues) values in one row; expected fewer"
      fault = fault ?? Fault(reason: reason, offset: offset)
      return
    }
    values[valueCount] = Place(start: valueStart, end: offset, isQuoted: isQuoted, needsWork: needsWork)
    valueCount &+= 1
    needsWork = false
  }

  private func growValues() {
    let larger = UnsafeMutablePointer<Place>.allocate(capacity: valueRoom * 2)
    larger.update(from: values, count: valueCount)
    values.deallocate()
    values = larger
    valueRoom *= 2
  }

  private var shownQuote: String { String(Unicode.Scalar(marks.quote ?? 34)) }

  private func giveCut(size: Int, lineFeed: Int, _ body: (Row) throws -> Void) throws {
    try carry.withBytes { bytes in
      let row = Row(bytes: bytes, start: start, size: size, isCut: true)
      begin(behind: size, lineFeed)
      try body(row)
    }
    dropped = 0
    carry.removeAll()
  }

  private func give(
    _ bytes: UnsafeRawBufferPointer, from rowStart: Int, to end: Int, _ isValid: Bool,
    _ body: (Row) throws -> Void
  ) throws {
    let row = UnsafeRawBufferPointer(rebasing: bytes[rowStart..<end])
    try give(row, size: row.count, lineFeed: 1, isValid: isValid, body)
  }

  private func give(
    _ bytes: UnsafeRawBufferPointer, size: Int, lineFeed: Int, isValid: Bool, _ body: (Row) throws -> Void
  ) throws {
    var row = Row(
      bytes: bytes, start: start, size: size, isCut: size > longest, isComment: mode == .comment,
      isValid: isValid, fault: fault)
    if row.isCut {
      row.bytes = UnsafeRawBufferPointer(rebasing: bytes[..<longest])
    } else if bytes.last == 13 {
      // The carriage return of the line break belongs to no value.
      row.bytes = UnsafeRawBufferPointer(rebasing: bytes.dropLast())
      if valueCount > 0, values[valueCount - 1].end > row.bytes.count {
        values[valueCount - 1].end = row.bytes.count
        values[valueCount - 1].start = min(values[valueCount - 1].start, row.bytes.count)
      }
    }
    let count = valueCount
    begin(behind: size, lineFeed)
    valueCount = count
    try body(row)
    valueCount = 0
  }

  /// Makes ready for the row behind one of that size.
  private func begin(behind size: Int, _ lineFeed: Int) {
    start.offset += size + lineFeed
    start.line += lineFeeds + lineFeed
    valueCount = 0
    valueStart = 0
    lineFeeds = 0
    closedAt = -1
    literalAt = -1
    needsWork = false
    isRowStart = true
    if fault != nil { fault = nil }
    mode = .plain
  }
}
