import Bytes

/// TensorBoard's event file: records of its `Event` message (tensorboard/compat/proto/event.proto), each with its
/// length and checksums around it as TensorFlow's record files have them (tensorflow/core/lib/io/record_writer.h).
///
/// A step stands in the place of the clock, of which no output of ours may depend.
struct EventFile {
  /// TensorBoard looks for `tfevents` in names.
  static let folderName = "tensorboard"
  static let fileName = "events.out.tfevents.0.phrasebook"

  private let file: GrowingFile

  init(folder: String) throws(Diagnostic) {
    try makeFolder(folder)
    file = try GrowingFile(path: folder + "/" + Self.fileName)
    var version = Message()
    version.add(double: 0, 1)
    version.add(bytes: Array("brain.Event:2".utf8), 3)
    try append(version)
  }

  /// The figures of one step, by their tags.
  func append(step: Int, _ figures: [(tag: String, value: Double)]) throws(Diagnostic) {
    var summary = Message()
    for figure in figures {
      var value = Message()
      value.add(bytes: Array(figure.tag.utf8), 1)
      value.add(float: Float(figure.value), 2)
      summary.add(bytes: value.bytes, 1)
    }
    var event = Message()
    event.add(double: Double(step), 1)
    event.add(integer: UInt64(step), 2)
    event.add(bytes: summary.bytes, 5)
    try append(event)
  }

  func finish() throws(Diagnostic) { try file.finish() }

  private func append(_ event: Message) throws(Diagnostic) { try file.append(Self.record(event.bytes)) }

  static func record(_ data: [UInt8]) -> [UInt8] {
    let length = littleEndian(UInt64(data.count))
    return length + littleEndian(CRC32C.masked(length)) + data + littleEndian(CRC32C.masked(data))
  }

  private static func littleEndian(_ number: some FixedWidthInteger) -> [UInt8] {
    withUnsafeBytes(of: number.littleEndian) { Array($0) }
  }

  /// A message in Protocol Buffers' wire format.
  private struct Message {
    private(set) var bytes: [UInt8] = []

    mutating func add(integer value: UInt64, _ field: UInt64) {
      add(varint: field << 3)
      add(varint: value)
    }

    mutating func add(double value: Double, _ field: UInt64) {
      add(varint: field << 3 | 1)
      bytes += littleEndian(value.bitPattern)
    }

    mutating func add(float value: Float, _ field: UInt64) {
      add(varint: field << 3 | 5)
      bytes += littleEndian(value.bitPattern)
    }

    mutating func add(bytes content: [UInt8], _ field: UInt64) {
      add(varint: field << 3 | 2)
      add(varint: UInt64(content.count))
      bytes += content
    }

    private mutating func add(varint value: UInt64) {
      var rest = value
      while rest >= 0x80 {
        bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
        rest >>= 7
      }
      bytes.append(UInt8(rest))
    }
  }
}

/// The CRC of Castagnoli's polynomial (RFC 3720, appendix B.4).
package enum CRC32C {
  private static let table: [UInt32] = (0..<256).map { (byte: UInt32) in
    (0..<8).reduce(byte) { rest, _ in rest & 1 == 1 ? rest >> 1 ^ 0x82F6_3B78 : rest >> 1 }
  }

  package static func checksum(_ bytes: [UInt8]) -> UInt32 {
    ~bytes.reduce(~0) { rest, byte in table[Int(UInt8(truncatingIfNeeded: rest) ^ byte)] ^ rest >> 8 }
  }

  /// As record files have it, so that a checksum of checksums stays one.
  package static func masked(_ bytes: [UInt8]) -> UInt32 {
    let crc = checksum(bytes)
    return (crc >> 15 | crc << 17) &+ 0xA282_EAD8
  }
}
