public import Bytes
internal import CSIMDJSON
public import Records

/// Writes values as JSON text: deterministic, UTF-8 as it is, keys in their order.
public enum JSONText {
  /// Appends a value.
  ///
  /// - Parameter indent: nil for one line without blanks; otherwise two blanks a level from this depth.
  ///   Numbers that JSON cannot say (infinities, NaN) become null.
  public static func append(_ value: Value, to buffer: inout ByteBuffer, indent: Int? = nil) {
    switch value {
    case .null: buffer.append("null" as StaticString)
    case .boolean(let flag): buffer.append(flag ? "true" : "false")
    case .integer(let number): buffer.append(String(number))
    case .bigInteger(let digits): buffer.append(digits)
    case .number(let number): buffer.append(number.isFinite ? "\(number)" : "null")
    case .string(let text): appendString(text, to: &buffer)
    case .list(let items):
      appendItems("[", "]", count: items.count, to: &buffer, indent: indent) { place, buffer, inner in
        append(items[place], to: &buffer, indent: inner)
      }
    case .dictionary(let pairs):
      appendItems("{", "}", count: pairs.count, to: &buffer, indent: indent) { place, buffer, inner in
        appendString(pairs.keys[place], to: &buffer)
        buffer.append(inner == nil ? ":" : ": ")
        append(pairs.values[place], to: &buffer, indent: inner)
      }
    }
  }

  /// The value as text that ends in a line feed, indented.
  public static func document(_ value: Value) -> String {
    var buffer = ByteBuffer()
    append(value, to: &buffer, indent: 0)
    buffer.append(10)
    return buffer.text
  }

  /// The value as one line that ends in a line feed.
  public static func line(_ value: Value) -> String {
    var buffer = ByteBuffer()
    append(value, to: &buffer)
    buffer.append(10)
    return buffer.text
  }

  /// Appends a text in quotes, escaped as RFC 8259 demands and no further.
  public static func appendString(_ text: String, to buffer: inout ByteBuffer) {
    var text = text
    text.withUTF8 { appendString(UnsafeRawBufferPointer($0), to: &buffer) }
  }

  /// Appends UTF-8 bytes in quotes, escaped.
  public static func appendString(_ bytes: UnsafeRawBufferPointer, to buffer: inout ByteBuffer) {
    buffer.append(UInt8(ascii: "\""))
    appendEscaped(bytes, to: &buffer)
    buffer.append(UInt8(ascii: "\""))
  }

  /// Appends UTF-8 bytes escaped for the inside of a JSON string.
  public static func appendEscaped(_ bytes: UnsafeRawBufferPointer, to buffer: inout ByteBuffer) {
    // Almost all bytes stand as they are: they are copied in runs, from one escape to the next.
    var rest = bytes
    while true {
      let plain = plainCount(rest)
      buffer.append(UnsafeRawBufferPointer(rebasing: rest[..<plain]))
      guard plain < rest.count else { return }
      var escape = escape(rest[plain])
      withUnsafeBytes(of: &escape.bytes) {
        buffer.append(UnsafeRawBufferPointer(rebasing: $0[..<escape.count]))
      }
      rest = UnsafeRawBufferPointer(rebasing: rest[(plain + 1)...])
    }
  }

  /// How many of the first bytes stand in a JSON string as they are.
  public static func plainCount(_ bytes: UnsafeRawBufferPointer) -> Int {
    pb_json_plain(bytes.bindMemory(to: UInt8.self).baseAddress, bytes.count)
  }

  /// Writes UTF-8 bytes escaped for the inside of a JSON string.
  ///
  /// - Parameter place: has room for six times as many bytes, and 32 that may be written to behind them.
  /// - Returns: the number of bytes written.
  public static func escape(_ bytes: UnsafeRawBufferPointer, to place: UnsafeMutableRawPointer) -> Int {
    guard let start = bytes.bindMemory(to: UInt8.self).baseAddress else { return 0 }
    return pb_json_escape(start, bytes.count, place.assumingMemoryBound(to: UInt8.self))
  }

  /// What stands for a byte that does not stand as it is: the first `count` of the bytes.
  public static func escape(_ byte: UInt8) -> (bytes: InlineArray<6, UInt8>, count: Int) {
    var made = InlineArray<6, UInt8>(repeating: UInt8(ascii: "0"))
    made[0] = UInt8(ascii: "\\")
    made[1] = escapes[Int(byte)]
    if made[1] != 0 { return (made, 2) }
    made[1] = UInt8(ascii: "u")
    for (place, digit) in [(4, byte >> 4), (5, byte & 15)] {
      made[place] = digit < 10 ? 48 + digit : 87 + digit
    }
    return (made, 6)
  }

  /// What a text holds, as far as it matters for writing it.
  public struct TextKinds: OptionSet, Sendable, BitwiseCopyable {
    public let rawValue: Int32
    public init(rawValue: Int32) { self.rawValue = rawValue }
    /// A byte that does not stand in a JSON string as it is.
    public static let escapes = TextKinds(rawValue: 1)
    /// A byte that is not ASCII.
    public static let wide = TextKinds(rawValue: 2)
    /// The byte that was asked for.
    public static let byte = TextKinds(rawValue: 4)
  }

  /// Looks all bytes through once.
  public static func kinds(_ bytes: UnsafeRawBufferPointer, and byte: UInt8) -> TextKinds {
    TextKinds(rawValue: pb_json_scan(bytes.bindMemory(to: UInt8.self).baseAddress, bytes.count, byte))
  }

  /// The letter after the backslash; 0: none, so \u00XX.
  private static let escapes: InlineArray<256, UInt8> = {
    var table = InlineArray<256, UInt8>(repeating: 0)
    table[8] = UInt8(ascii: "b")
    table[9] = UInt8(ascii: "t")
    table[10] = UInt8(ascii: "n")
    table[12] = UInt8(ascii: "f")
    table[13] = UInt8(ascii: "r")
    table[34] = UInt8(ascii: "\"")
    table[92] = UInt8(ascii: "\\")
    return table
  }()

  private static func appendItems(
    _ open: StaticString, _ close: StaticString, count: Int, to buffer: inout ByteBuffer, indent: Int?,
    _ item: (Int, inout ByteBuffer, Int?) -> Void
  ) {
    buffer.append(open)
    let inner = indent.map { $0 + 1 }
    for place in 0..<count {
      if place > 0 { buffer.append(UInt8(ascii: ",")) }
      breakLine(inner, &buffer)
      item(place, &buffer, inner)
    }
    if count > 0 { breakLine(indent, &buffer) }
    buffer.append(close)
  }

  private static func breakLine(_ indent: Int?, _ buffer: inout ByteBuffer) {
    guard let indent else { return }
    buffer.append(10)
    for _ in 0..<indent { buffer.append("  " as StaticString) }
  }
}
