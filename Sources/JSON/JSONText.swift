public import Bytes
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
    escapes.withUnsafeBufferPointer { escapes in
      // Almost all bytes stand as they are: they are copied in runs, from one escape to the next.
      var start = 0
      for (place, byte) in bytes.enumerated() where escapes[Int(byte)] != 0 {
        buffer.append(UnsafeRawBufferPointer(rebasing: bytes[start..<place]))
        start = place + 1
        buffer.append(UInt8(ascii: "\\"))
        if escapes[Int(byte)] == 1 {
          buffer.append("u00" as StaticString)
          buffer.append(hexadecimal([byte]))
        } else {
          buffer.append(escapes[Int(byte)])
        }
      }
      buffer.append(UnsafeRawBufferPointer(rebasing: bytes[start...]))
    }
  }

  /// 0: as it is; 1: \u00XX; else the letter after the backslash.
  private static let escapes: [UInt8] = {
    var table = [UInt8](repeating: 0, count: 256)
    for control in 0..<32 { table[control] = 1 }
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
