import Bytes

/// Cuts pieces of a file into rows and the rows into values.
struct RowSplitter {
  /// A value's place in its row, quotes included.
  struct Place {
    var range: Range<Int>
    var isQuoted: Bool
    /// Whether a quote stands doubled inside.
    var hasDoubledQuotes: Bool
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
    var isCut: Bool
    var values: [Place]
    var fault: Fault?

    var isBlank: Bool { size == 0 || (bytes.count == 0 && !isCut) }

    func position(_ offset: Int) -> TextPosition {
      start.advanced(over: UnsafeRawBufferPointer(rebasing: bytes[0..<min(offset, bytes.count)]))
    }

    func text(_ place: Place) -> String {
      let whole = UnsafeRawBufferPointer(rebasing: bytes[place.range])
      guard place.isQuoted, whole.count >= 2 else { return String(decoding: whole, as: UTF8.self) }
      let inside = UnsafeRawBufferPointer(rebasing: whole[1..<whole.count - 1])
      guard place.hasDoubledQuotes else { return String(decoding: inside, as: UTF8.self) }
      var text: [UInt8] = []
      text.reserveCapacity(inside.count)
      var isSecond = false
      for byte in inside {
        isSecond = byte == UInt8(ascii: "\"") && !isSecond
        if !isSecond { text.append(byte) }
      }
      return String(decoding: text, as: UTF8.self)
    }
  }

  private enum State {
    case valueStart, plain, quoted, quoteInQuoted, behindQuoted
    /// The row is wrong; its end is looked for.
    case faulty
  }

  /// A row with more values is no row but something else read as one.
  private static let mostValues = 1 << 16
  private let separator: UInt8
  private let quotes: Bool
  private let longest: Int
  private var state = State.valueStart
  private var start = TextPosition(line: 1, column: 1, offset: 0)
  /// The row in hand, as far as it came in earlier pieces.
  private var pending: [UInt8] = []
  /// Bytes of the row in hand that came in earlier pieces, also those that were not kept.
  private var earlier = 0
  private var values: [Place] = []
  private var valueStart = 0
  private var hasDoubledQuotes = false
  private var lineFeeds = 0
  private var fault: Fault?

  init(separator: UInt8, quotes: Bool, longest: Int) {
    self.separator = separator
    self.quotes = quotes
    self.longest = longest
  }

  mutating func begin(at offset: Int) { start.offset = offset }

  mutating func split(_ bytes: UnsafeRawBufferPointer, _ body: (Row) throws -> Void) throws {
    let quote: UInt8 = quotes ? UInt8(ascii: "\"") : 10
    var rowStart = 0
    var ahead = 0
    while ahead < bytes.count {
      // Most bytes are the insides of values.
      if state == .plain {
        while ahead < bytes.count, bytes[ahead] != separator, bytes[ahead] != 10 { ahead &+= 1 }
      } else if state == .quoted {
        while ahead < bytes.count, bytes[ahead] != quote, bytes[ahead] != 10 { ahead &+= 1 }
      }
      guard ahead < bytes.count else { break }
      let place = ahead
      let byte = bytes[place]
      ahead += 1
      switch state {
      case .plain: break
      case .quoted:
        if byte == quote {
          state = .quoteInQuoted
          continue
        }
        if earlier + place - rowStart <= longest {
          lineFeeds += 1
          continue
        }
        // Too long a quotation is one that was never meant; the row ends here.
        state = .faulty
      case .valueStart:
        if byte == quote, byte != 10 {
          state = .quoted
          continue
        }
        if byte != separator, byte != 10 {
          state = .plain
          continue
        }
      case .quoteInQuoted:
        if byte == quote {
          hasDoubledQuotes = true
          state = .quoted
          continue
        }
        if byte == 13 {
          state = .behindQuoted
          continue
        }
        if byte != separator, byte != 10 {
          fail("found text behind the closing quote", at: earlier + place - rowStart)
          continue
        }
      case .behindQuoted:
        if byte != 10 {
          fail("found text behind the closing quote", at: earlier + place - rowStart)
          continue
        }
      case .faulty:
        if byte != 10 { continue }
      }
      let offset = earlier + place - rowStart
      if byte == separator {
        endValue(at: offset, in: state)
        state = .valueStart
        valueStart = offset + 1
        continue
      }
      if state != .faulty { endValue(at: offset, in: state) }
      try giveRow(UnsafeRawBufferPointer(rebasing: bytes[rowStart..<place]), lineFeed: 1, body)
      rowStart = place + 1
    }
    keep(UnsafeRawBufferPointer(rebasing: bytes[rowStart...]))
  }

  /// The last row, when it has no line feed.
  mutating func finish(_ body: (Row) throws -> Void) throws {
    guard earlier > 0 else { return }
    switch state {
    case .quoted:
      fault = Fault(
        reason: "the quote that opens this value is never closed; expected a closing '\"'",
        offset: valueStart)
    case .faulty: break
    default: endValue(at: earlier, in: state)
    }
    try giveRow(UnsafeRawBufferPointer(start: nil, count: 0), lineFeed: 0, body)
  }

  private mutating func fail(_ what: String, at offset: Int) {
    fault = Fault(
      reason: "\(what); expected the separator or the end of the row (a quote inside a value is doubled)",
      offset: offset)
    state = .faulty
  }

  private mutating func endValue(at offset: Int, in state: State) {
    guard values.count < Self.mostValues else {
      let reason = "found more than \(Self.mostValues) values in one row; expected fewer"
      fault = fault ?? Fault(reason: reason, offset: offset)
      return
    }
    let isQuoted = state == .quoteInQuoted || state == .behindQuoted
    values.append(
      Place(
        range: valueStart..<(state == .behindQuoted ? offset - 1 : offset), isQuoted: isQuoted,
        hasDoubledQuotes: hasDoubledQuotes))
    hasDoubledQuotes = false
  }

  private mutating func keep(_ bytes: UnsafeRawBufferPointer) {
    pending.append(contentsOf: bytes.prefix(max(0, longest - pending.count)))
    earlier += bytes.count
  }

  private mutating func giveRow(
    _ tail: UnsafeRawBufferPointer, lineFeed: Int, _ body: (Row) throws -> Void
  ) throws {
    if earlier == 0, tail.count <= longest {
      try give(tail, size: tail.count, lineFeed: lineFeed, body)
    } else {
      keep(tail)
      var row: [UInt8] = []
      swap(&row, &pending)
      let size = earlier
      earlier = 0
      try row.withUnsafeBytes { try give($0, size: size, lineFeed: lineFeed, body) }
      row.removeAll(keepingCapacity: row.capacity < 1 << 20)
      swap(&row, &pending)
    }
  }

  private mutating func give(
    _ bytes: UnsafeRawBufferPointer, size: Int, lineFeed: Int, _ body: (Row) throws -> Void
  ) throws {
    let isCut = size > bytes.count
    var text = bytes
    // The carriage return of the line break belongs to no value.
    if bytes.last == 13, !isCut {
      text = UnsafeRawBufferPointer(rebasing: bytes.dropLast())
      if let last = values.indices.last, values[last].range.upperBound > text.count {
        values[last].range = min(values[last].range.lowerBound, text.count)..<text.count
      }
    }
    let row = Row(bytes: text, start: start, size: size, isCut: isCut, values: values, fault: fault)
    start.offset += size + lineFeed
    start.line += lineFeeds + lineFeed
    values.removeAll(keepingCapacity: true)
    valueStart = 0
    lineFeeds = 0
    hasDoubledQuotes = false
    fault = nil
    state = .valueStart
    try body(row)
  }
}
