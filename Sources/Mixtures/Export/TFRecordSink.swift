import Bytes

/// TFRecord files: for each example its length, the length's masked CRC-32C, a `tf.train.Example` and that one's
/// masked CRC-32C, all little-endian (TensorFlow, `tensorflow/core/lib/io/record_writer.h`).
final class TFRecordSink: ExampleSink {
  private let file: SinkFile
  private var message = ByteBuffer()
  private var frame = ByteBuffer()
  private var examples = 0

  init(_ file: SinkFile) { self.file = file }

  func append(_ example: ExampleView) throws {
    message.removeAll()
    appendExample([("inputs", example.input), ("targets", example.target)])
    frame.removeAll()
    append(UInt64(message.count))
    append(frame.withBytes { CRC32C.masked($0) })
    message.withBytes { frame.append($0) }
    append(message.withBytes { CRC32C.masked($0) })
    try frame.withBytes { (bytes) throws(Diagnostic) in try file.write(bytes) }
    examples += 1
  }

  func finish() throws(Diagnostic) -> [ExportedFile] { [try file.commit(examples: examples)] }

  private func append(_ value: some FixedWidthInteger) {
    withUnsafeBytes(of: value.littleEndian) { frame.append($0) }
  }

  /// Example {features: Features {feature: {name: Feature {bytes_list: BytesList {value}}}}}; all fields have the
  /// number 1 but the map's values, which have 2.
  private func appendExample(_ features: [(name: StaticString, value: UnsafeRawBufferPointer)]) {
    let sizes = features.map { feature in
      let list = Self.size(of: feature.value.count)
      let value = Self.size(of: list)
      let whole = Self.size(of: value)
      return (list, value, Self.size(of: feature.name.utf8CodeUnitCount) + whole)
    }
    let all = sizes.reduce(0) { $0 + Self.size(of: $1.2) }
    appendHeader(1, all)
    for (feature, size) in zip(features, sizes) {
      appendHeader(1, size.2)
      appendHeader(1, feature.name.utf8CodeUnitCount)
      message.append(feature.name)
      appendHeader(2, size.1)
      appendHeader(1, size.0)
      appendHeader(1, feature.value.count)
      message.append(feature.value)
    }
  }

  /// Bytes of a length-delimited field with a number below 16.
  private static func size(of count: Int) -> Int {
    var bytes = 2
    var rest = count >> 7
    while rest > 0 {
      bytes += 1
      rest >>= 7
    }
    return bytes + count
  }

  private func appendHeader(_ field: UInt8, _ count: Int) {
    message.append(field << 3 | 2)
    var rest = count
    while rest >= 0x80 {
      message.append(UInt8(truncatingIfNeeded: rest & 0x7F | 0x80))
      rest >>= 7
    }
    message.append(UInt8(truncatingIfNeeded: rest))
  }
}

/// CRC-32C (Castagnoli; RFC 3720, appendix B.4), eight bytes a step.
enum CRC32C {
  /// Eight tables of 256 entries one after the other.
  private static let tables: [UInt32] = {
    var tables = [UInt32](repeating: 0, count: 8 * 256)
    for byte in 0..<256 {
      var value = UInt32(byte)
      for _ in 0..<8 { value = value & 1 == 1 ? value >> 1 ^ 0x82F6_3B78 : value >> 1 }
      tables[byte] = value
    }
    for table in 1..<8 {
      for byte in 0..<256 {
        let before = tables[(table - 1) * 256 + byte]
        tables[table * 256 + byte] = before >> 8 ^ tables[Int(before & 0xFF)]
      }
    }
    return tables
  }()

  static func checksum(_ bytes: UnsafeRawBufferPointer) -> UInt32 {
    tables.withUnsafeBufferPointer { tables in
      var value = UInt32.max
      var place = 0
      while place + 8 <= bytes.count {
        let word = bytes.loadUnaligned(fromByteOffset: place, as: UInt64.self).littleEndian ^ UInt64(value)
        value = 0
        for byte in 0..<8 {
          value ^= tables[(7 - byte) * 256 + Int(word >> UInt64(8 * byte) & 0xFF)]
        }
        place += 8
      }
      while place < bytes.count {
        value = value >> 8 ^ tables[Int(UInt8(truncatingIfNeeded: value) ^ bytes[place])]
        place += 1
      }
      return ~value
    }
  }

  /// As TFRecord stores it, so that a checksum of bytes that hold checksums is still one.
  static func masked(_ bytes: UnsafeRawBufferPointer) -> UInt32 {
    let value = checksum(bytes)
    return (value >> 15 | value << 17) &+ 0xA282_EAD8
  }
}
