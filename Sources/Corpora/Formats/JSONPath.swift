import Bytes
import Records

/// A way into a JSON value (RFC 6901): keys and places, one after the other.
struct JSONPointer: Hashable {
  var tokens: [String]

  /// - Throws: without a place, for a text that is no pointer.
  init(_ text: String) throws(Diagnostic) {
    guard !text.isEmpty else {
      tokens = []
      return
    }
    guard text.utf8.first == UInt8(ascii: "/") else {
      throw Diagnostic("a JSON pointer begins with '/', found '\(text)'; did you mean '/\(text)'?")
    }
    var tokens: [String] = []
    for part in text.utf8.dropFirst().split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false) {
      var token: [UInt8] = []
      var escaped = false
      for byte in part {
        if escaped {
          guard byte == UInt8(ascii: "0") || byte == UInt8(ascii: "1") else { throw Self.badEscape(text) }
          token.append(byte == UInt8(ascii: "0") ? UInt8(ascii: "~") : UInt8(ascii: "/"))
          escaped = false
        } else if byte == UInt8(ascii: "~") {
          escaped = true
        } else {
          token.append(byte)
        }
      }
      if escaped { throw Self.badEscape(text) }
      tokens.append(String(decoding: token, as: UTF8.self))
    }
    self.tokens = tokens
  }

  private static func badEscape(_ text: String) -> Diagnostic {
    Diagnostic("in a JSON pointer '~' is written '~0' and '/' is written '~1', found '\(text)'")
  }

  /// A place in an array as a pointer writes it: digits without leading zeros.
  static func index(_ token: String) -> Int? {
    guard token.utf8.allSatisfy({ $0 >= 48 && $0 <= 57 }), token == "0" || token.utf8.first != 48 else {
      return nil
    }
    return Int(token)
  }
}

/// Where a field's value stands in a JSON record: a key, or a pointer when it begins with a slash. In a pointer
/// `*` stands for every item of a list: the values found behind it become a list.
struct JSONPath {
  private let tokens: [Token]
  /// Whether the path holds a `*`.
  let gathers: Bool
  /// The key, where the path is nothing else.
  var key: [UInt8]? { tokens.count == 1 && !gathers ? tokens[0].key : nil }

  private struct Token {
    var key: [UInt8]
    /// As a place in an array; nil when it is none.
    var index: Int?
    var isAll: Bool
  }

  init(_ text: String) throws(Diagnostic) {
    let isPointer = text.utf8.first == UInt8(ascii: "/")
    let names = isPointer ? try JSONPointer(text).tokens : [text]
    tokens = names.map {
      Token(key: Array($0.utf8), index: JSONPointer.index($0), isAll: isPointer && $0 == "*")
    }
    gathers = tokens.contains(where: \.isAll)
  }

  /// The packed value there in a packed record; nil when there is none. The rest of the record is not looked
  /// into. For paths without a `*`.
  func packed(in record: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer? {
    var value = record
    for token in tokens {
      guard let inner = Self.step(token, value) else { return nil }
      value = inner
    }
    return UnsafeRawBufferPointer(rebasing: value[..<PackedValue.size(value)])
  }

  /// A copy of the value there; nil when there is none.
  func value(in record: UnsafeRawBufferPointer) -> Value? { value(in: record, from: 0) }

  private func value(in record: UnsafeRawBufferPointer, from first: Int) -> Value? {
    var value = record
    for place in tokens.indices.dropFirst(first) {
      if tokens[place].isAll, case .list(let items) = PackedValue.read(value).value {
        // A copy of each item is packed again: such paths are rare, and short.
        var found: [Value] = []
        for item in items {
          var buffer = ByteBuffer()
          PackedValue.append(item, to: &buffer)
          guard let inner = buffer.withBytes({ self.value(in: $0, from: place + 1) }) else { return nil }
          found.append(inner)
        }
        return .list(found)
      }
      guard let inner = Self.step(tokens[place], value) else { return nil }
      value = inner
    }
    return PackedValue.read(value).value
  }

  private static func step(_ token: Token, _ value: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer? {
    PackedValue.item(of: value, key: token.key)
      ?? token.index.flatMap { PackedValue.item(of: value, at: $0) }
  }
}
