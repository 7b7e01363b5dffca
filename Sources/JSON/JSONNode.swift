public import Bytes
public import Records

/// A place in a JSON document: its value and the way to it, so that a reader of a damaged file can say
/// what was expected where.
public struct JSONNode: Sendable {
  public let value: Value
  /// The file, as the user named it.
  public let file: String
  /// The way from the document's top: `tasks[3].templates.seen`; empty at the top.
  public let way: String
  /// What the user can do about a damaged file; the end of every message.
  public let advice: String

  public init(_ value: Value, file: String, way: String = "", advice: String) {
    self.value = value
    self.file = file
    self.way = way
    self.advice = advice
  }

  /// Reads a whole file.
  public static func read(_ file: String, advice: String) throws(Diagnostic) -> JSONNode {
    JSONNode(try JSONParser().parseFile(file), file: file, advice: advice)
  }

  /// The value of a key that must be there.
  public func required(_ key: String) throws(Diagnostic) -> JSONNode {
    let pairs = try dictionary()
    let inner = way.isEmpty ? key : "\(way).\(key)"
    guard let found = pairs[key] else {
      throw Diagnostic("expected '\(inner)', found nothing; \(advice)", at: SourceLocation(path: file))
    }
    return JSONNode(found, file: file, way: inner, advice: advice)
  }

  /// The value of a key, or nil where it is absent or null.
  public func optional(_ key: String) throws(Diagnostic) -> JSONNode? {
    guard let found = try dictionary()[key], found != .null else { return nil }
    return JSONNode(found, file: file, way: way.isEmpty ? key : "\(way).\(key)", advice: advice)
  }

  public func dictionary() throws(Diagnostic) -> ValueDictionary {
    guard case .dictionary(let pairs) = value else { throw mismatch("an object") }
    return pairs
  }

  public func items() throws(Diagnostic) -> [JSONNode] {
    guard case .list(let items) = value else { throw mismatch("a list") }
    return items.enumerated().map {
      JSONNode($0.element, file: file, way: "\(way)[\($0.offset)]", advice: advice)
    }
  }

  public func text() throws(Diagnostic) -> String {
    guard case .string(let text) = value else { throw mismatch("a text") }
    return text
  }

  /// An integer of at most 64 bits.
  public func integer() throws(Diagnostic) -> Int {
    guard case .integer(let number) = value else { throw mismatch("an integer") }
    return Int(clamping: number)
  }

  /// An integer that is not negative; JSON readers that keep 64 bits unsigned give it back whole.
  public func unsigned() throws(Diagnostic) -> UInt64 {
    switch value {
    case .integer(let number) where number >= 0: return UInt64(number)
    case .bigInteger(let digits):
      guard let number = UInt64(digits) else { throw mismatch("an integer below 2^64") }
      return number
    default: throw mismatch("an integer that is not negative")
    }
  }

  public func number() throws(Diagnostic) -> Double {
    switch value {
    case .integer(let number): return Double(number)
    case .bigInteger(let digits): return Double(digits) ?? .infinity
    case .number(let number): return number
    default: throw mismatch("a number")
    }
  }

  public func boolean() throws(Diagnostic) -> Bool {
    guard case .boolean(let flag) = value else { throw mismatch("true or false") }
    return flag
  }

  /// The error for a value that is not what is expected here.
  public func mismatch(_ expected: String) -> Diagnostic {
    let place = way.isEmpty ? "" : " at '\(way)'"
    return Diagnostic(
      "expected \(expected)\(place), found a \(value.kind); \(advice)", at: SourceLocation(path: file))
  }
}
