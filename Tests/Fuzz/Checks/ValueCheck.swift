import Bytes
import JSON
import Records

/// A value that was read must be the same by every way of reading and after every way of writing.
struct ValueCheck {
  private let parser: JSONParser

  init(_ parser: JSONParser) { self.parser = parser }

  func run(_ value: Value, _ text: UnsafeRawBufferPointer) throws {
    if let quick = parser.parseQuickly(text) {
      let careful = try? parser.parseCarefully(text)
      guard careful == quick else {
        throw Violation("the two JSON parsers differ: \(quick) and \(careful.map { "\($0)" } ?? "an error")")
      }
    }
    guard try parser.parse(JSONText.line(value)) == value else {
      throw Violation("written as JSON and read again, a value differs: \(JSONText.line(value))")
    }
    var packed = ByteBuffer()
    PackedValue.append(value, to: &packed)
    try packed.withBytes { bytes in
      let read = PackedValue.read(bytes)
      guard read.value == value, read.size == bytes.count else {
        throw Violation("packed and unpacked, a value differs: \(JSONText.line(value))")
      }
    }
  }
}
