public import Bytes

/// What takes the place of a match, in the syntax of Python's `re.sub`: `\1`, `\g<1>`, `\g<name>`, `\n` …
public struct Replacement: Sendable {
  private enum Part: Sendable {
    case bytes([UInt8])
    case group(Int)
  }

  private var parts: [Part] = []

  /// - Throws: a `Diagnostic` for a group that the pattern lacks and for an unknown escape.
  public init(_ text: String, for pattern: Pattern) throws(Diagnostic) {
    let source = Array(text.utf8)
    var literal: [UInt8] = []
    var place = 0
    func malformed(_ reason: String) -> Diagnostic {
      Diagnostic("malformed replacement '\(text)' for the pattern '\(pattern.source)': \(reason)")
    }
    func known(_ group: Int) throws(Diagnostic) -> Int {
      guard group <= pattern.groupCount else { throw malformed("invalid group reference \(group)") }
      return group
    }
    func add(_ group: Int, to parts: inout [Part], after literal: inout [UInt8]) {
      if !literal.isEmpty { parts.append(.bytes(literal)) }
      literal = []
      parts.append(.group(group))
    }
    while place < source.count {
      guard source[place] == UInt8(ascii: "\\") else {
        literal.append(source[place])
        place += 1
        continue
      }
      guard place + 1 < source.count else { throw malformed("bad escape (end of pattern)") }
      let letter = source[place + 1]
      place += 2
      switch letter {
      case UInt8(ascii: "g"):
        guard place < source.count, source[place] == UInt8(ascii: "<"),
          let end = source[place...].firstIndex(of: UInt8(ascii: ">")), end > place + 1
        else { throw malformed("missing group name") }
        let name = String(decoding: source[place + 1..<end], as: UTF8.self)
        place = end + 1
        if let number = Int(name), number >= 0 {
          add(try known(number), to: &parts, after: &literal)
        } else if let group = pattern.names.first(where: { $0.name.utf8.elementsEqual(name.utf8) }) {
          add(group.index, to: &parts, after: &literal)
        } else {
          throw malformed("unknown group name '\(name)'")
        }
      case 48...57:
        let digits = source[place - 1..<min(source.count, place + 2)].prefix { $0 >= 48 && $0 <= 57 }
        let octal = digits.prefix { $0 < 56 }
        if letter == 48 || octal.count == 3 {
          let taken = octal.prefix(3)
          let value = taken.reduce(0) { $0 * 8 + Int($1 - 48) }
          guard value <= 0o377 else { throw malformed("octal escape value outside of range 0-0o377") }
          literal += Array(String(Unicode.Scalar(UInt8(value))).utf8)
          place += taken.count - 1
        } else {
          let taken = digits.prefix(2)
          place += taken.count - 1
          let group = taken.reduce(0) { $0 * 10 + Int($1 - 48) }
          add(try known(group), to: &parts, after: &literal)
        }
      case UInt8(ascii: "a"): literal.append(7)
      case UInt8(ascii: "b"): literal.append(8)
      case UInt8(ascii: "f"): literal.append(12)
      case UInt8(ascii: "n"): literal.append(10)
      case UInt8(ascii: "r"): literal.append(13)
      case UInt8(ascii: "t"): literal.append(9)
      case UInt8(ascii: "v"): literal.append(11)
      case UInt8(ascii: "\\"): literal.append(letter)
      case 65...90, 97...122: throw malformed("bad escape \\" + String(decoding: [letter], as: UTF8.self))
      default: literal += [UInt8(ascii: "\\"), letter]
      }
    }
    if !literal.isEmpty { parts.append(.bytes(literal)) }
  }

  /// Appends the text with its matches replaced.
  ///
  /// - Parameters:
  ///   - limit: how many matches are replaced at most, from the front; 0: all of them.
  ///   - most: bytes that the result may have.
  /// - Throws: when a match takes more work than is allowed, or the result is longer than `most`.
  public func apply(
    to bytes: UnsafeRawBufferPointer, with matcher: Matcher, limit: Int = 0, most: Int = .max,
    into buffer: inout ByteBuffer
  ) throws(Diagnostic) {
    var copied = 0
    var start = 0
    var advancing = false
    var count = 0
    while limit <= 0 || count < limit, try matcher.match(in: bytes, from: start, advancing: advancing) {
      guard let match = matcher.range(of: 0), match.lowerBound >= copied else { break }
      buffer.append(UnsafeRawBufferPointer(rebasing: bytes[copied..<match.lowerBound]))
      for part in parts {
        switch part {
        case .bytes(let literal): buffer.append(literal)
        case .group(let group):
          if let range = matcher.range(of: group) {
            buffer.append(UnsafeRawBufferPointer(rebasing: bytes[range]))
          }
        }
      }
      guard buffer.count <= most else {
        throw Diagnostic("the replaced text has more than \(most) bytes; replace less")
      }
      count += 1
      copied = match.upperBound
      start = match.upperBound
      // After an empty match the next one must take something; after another it may be empty.
      advancing = match.isEmpty
    }
    buffer.append(UnsafeRawBufferPointer(rebasing: bytes[copied...]))
  }
}

extension Pattern {
  /// A text with its matches replaced, as Python's `re.sub` does it.
  ///
  /// - Parameter limit: how many matches are replaced at most, from the front; 0: all of them.
  /// - Throws: for a malformed replacement, or when a match takes more work than is allowed.
  public func replace(
    in bytes: UnsafeRawBufferPointer, with replacement: String, limit: Int = 0, into buffer: inout ByteBuffer
  ) throws(Diagnostic) {
    let replacement = try Replacement(replacement, for: self)
    try replacement.apply(to: bytes, with: try Matcher(self), limit: limit, into: &buffer)
  }
}
