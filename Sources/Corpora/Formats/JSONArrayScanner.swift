import Bytes
import JSON
import Records

/// Finds the items of one array in a JSON document that arrives byte by byte.
///
/// Only the structure is checked (brackets, commas, colons, quotes); the items themselves are left to the
/// parser. Memory: one byte for each open bracket, and the keys on the way to the array.
struct JSONArrayScanner {
  enum Event {
    case none
    /// An item's first byte.
    case itemBegins
    /// The byte before this one was the item's last.
    case itemEnded
    /// An item's last byte.
    case itemEnds
    case fault(String)
  }

  private enum Expectation {
    case value, itemOrEnd, keyOrEnd, key, colon, separator, end
  }

  private enum Token {
    case none, string, key, literal
  }

  private let way: [String]
  private let longestKey: Int
  private let keyParser: JSONParser
  private var expectation = Expectation.value
  private var token = Token.none
  private var isEscaped = false
  /// The brackets that are open, items included.
  private var containers: [UInt8] = []
  /// How many open containers lie on the way of the pointer; the last of `way.count + 1` is the array.
  private var onWay = 0
  /// Whether the value to come is the next one on the way.
  private var leadsOn = true
  /// For each open container on the way, how many values began in it.
  private var counts: [Int] = []
  private var key: [UInt8] = []
  private(set) var isFound = false
  /// Whether the bytes that come belong to an item.
  private(set) var isInItem = false

  init(_ pointer: JSONPointer, longestKey: Int) throws(Diagnostic) {
    way = pointer.tokens
    self.longestKey = longestKey
    keyParser = try JSONParser()
  }

  /// Whether a whole document has gone by.
  var isComplete: Bool {
    expectation == .end || (token == .literal && containers.isEmpty)
  }

  private var isOnWay: Bool { containers.count == onWay }
  private var isInArray: Bool { isOnWay && onWay == way.count + 1 }

  mutating func step(_ byte: UInt8) -> Event {
    switch token {
    case .string, .key: return inString(byte)
    case .literal:
      if Self.isLiteral(byte) { return .none }
      token = .none
      expectation = containers.isEmpty ? .end : .separator
      let ended = isInItem && isInArray
      if ended { isInItem = false }
      let event = structure(byte)
      if ended, case .none = event { return .itemEnded }
      return event
    case .none: return structure(byte)
    }
  }

  /// The first place, from one on, whose byte can change anything: inside a string that is a quote or a
  /// backslash.
  func plainEnd(in bytes: UnsafeRawBufferPointer, from start: Int) -> Int {
    guard token == .string || (token == .key && (isInItem || !isOnWay)), !isEscaped else { return start }
    return TextLoops.stringEnd(bytes, from: start)
  }

  private mutating func inString(_ byte: UInt8) -> Event {
    if token == .key, isOnWay, !isInItem {
      if key.count >= longestKey { return .fault("a key is longer than \(longestKey) bytes") }
      key.append(byte)
    }
    if isEscaped {
      isEscaped = false
    } else if byte == UInt8(ascii: "\\") {
      isEscaped = true
    } else if byte == UInt8(ascii: "\"") {
      if token == .key {
        token = .none
        expectation = .colon
        return isOnWay && !isInItem ? endKey() : .none
      }
      token = .none
      return valueEnds()
    }
    return .none
  }

  private mutating func structure(_ byte: UInt8) -> Event {
    if byte == 32 || byte == 10 || byte == 13 || byte == 9 { return .none }
    switch (expectation, byte) {
    case (.itemOrEnd, UInt8(ascii: "]")), (.keyOrEnd, UInt8(ascii: "}")), (.separator, UInt8(ascii: "]")),
      (.separator, UInt8(ascii: "}")):
      return close(byte)
    case (.value, _), (.itemOrEnd, _): return valueBegins(byte)
    case (.key, UInt8(ascii: "\"")), (.keyOrEnd, UInt8(ascii: "\"")):
      token = .key
      key = [byte]
      return .none
    case (.colon, UInt8(ascii: ":")):
      expectation = .value
      return .none
    case (.separator, UInt8(ascii: ",")):
      expectation = containers.last == UInt8(ascii: "{") ? .key : .value
      return .none
    default: return .fault("expected \(expected), found \(Self.shown(byte))")
    }
  }

  private mutating func valueBegins(_ byte: UInt8) -> Event {
    var begins = false
    if isInArray, !isInItem {
      isInItem = true
      begins = true
    } else if isOnWay, !isInItem, onWay > 0, containers.last == UInt8(ascii: "[") {
      leadsOn = JSONPointer.index(way[onWay - 1]) == counts[onWay - 1]
      counts[onWay - 1] += 1
    }
    let follows = isOnWay && leadsOn && !isInItem
    switch byte {
    case UInt8(ascii: "{"), UInt8(ascii: "["):
      guard containers.count < Int(JSONParser.deepest) else {
        return .fault("nested deeper than \(JSONParser.deepest) levels")
      }
      containers.append(byte)
      expectation = byte == UInt8(ascii: "{") ? .keyOrEnd : .itemOrEnd
      if follows, let reason = goOn(byte) { return .fault(reason) }
    case UInt8(ascii: "\""):
      token = .string
      if follows { return .fault("expected an array as the pointer says, found a string") }
    case _ where Self.isLiteral(byte):
      token = .literal
      if follows { return .fault("expected an array as the pointer says, found a plain value") }
    default: return .fault("expected \(expected), found \(Self.shown(byte))")
    }
    return begins ? .itemBegins : .none
  }

  /// A container on the way was opened.
  private mutating func goOn(_ bracket: UInt8) -> String? {
    onWay += 1
    counts.append(0)
    leadsOn = false
    guard onWay == way.count + 1 else { return nil }
    if bracket == UInt8(ascii: "{") { return "expected an array as the pointer says, found an object" }
    if isFound { return "the key '\(way.last ?? "")' occurs twice on the way to the records" }
    isFound = true
    return nil
  }

  private mutating func close(_ byte: UInt8) -> Event {
    let open: UInt8 = byte == UInt8(ascii: "}") ? UInt8(ascii: "{") : UInt8(ascii: "[")
    guard containers.last == open else { return .fault("expected \(expected), found \(Self.shown(byte))") }
    containers.removeLast()
    if containers.count < onWay {
      onWay = containers.count
      counts.removeLast()
    }
    return valueEnds()
  }

  private mutating func valueEnds() -> Event {
    expectation = containers.isEmpty ? .end : .separator
    guard isInItem, isInArray else { return .none }
    isInItem = false
    return .itemEnds
  }

  private mutating func endKey() -> Event {
    guard onWay <= way.count else { return .none }
    do throws(Diagnostic) {
      let parsed = try keyParser.parse(String(decoding: key, as: UTF8.self))
      guard case .string(let name) = parsed else { return .none }
      leadsOn = name.utf8.elementsEqual(way[onWay - 1].utf8)
      return .none
    } catch {
      return .fault(error.message)
    }
  }

  private var expected: String {
    switch expectation {
    case .value: "a value"
    case .itemOrEnd: "a value or ']'"
    case .keyOrEnd: "a key in quotes or '}'"
    case .key: "a key in quotes"
    case .colon: "':'"
    case .separator: containers.last == UInt8(ascii: "{") ? "',' or '}'" : "',' or ']'"
    case .end: "nothing more after the document"
    }
  }

  /// Digits, signs and letters: numbers, true, false, null.
  private static func isLiteral(_ byte: UInt8) -> Bool {
    switch byte {
    case 48...57, 65...90, 97...122, UInt8(ascii: "-"), UInt8(ascii: "+"), UInt8(ascii: "."): true
    default: false
    }
  }

  private static func shown(_ byte: UInt8) -> String {
    byte > 32 && byte < 127 ? "'\(Unicode.Scalar(byte))'" : "byte 0x\(hexadecimal([byte]))"
  }
}
