internal import Bytes

/// A stable 128-bit name of a record, made from its content: XXH3 of its canonical bytes. The same fields and values give the same id, whatever the file, order or format.
public struct RecordID: Sendable, Hashable {
  public var high: UInt64
  public var low: UInt64

  public init(high: UInt64, low: UInt64) {
    self.high = high
    self.low = low
  }

  /// - Parameters: fields by name; their order does not matter.
  public init(fields names: [String], values: [Value]) {
    var buffer = ByteBuffer()
    let order = names.indices.sorted { names[$0].utf8.lexicographicallyPrecedes(names[$1].utf8) }
    for index in order where index < values.count {
      PackedValue.append(.string(names[index]), to: &buffer)
      PackedValue.append(values[index], to: &buffer)
    }
    self = buffer.withBytes { RecordID(canonical: $0) }
  }

  /// - Parameter bytes: names and values, packed, sorted by name.
  init(canonical bytes: UnsafeRawBufferPointer) { (high, low) = XXH3.digest(bytes) }
}

extension RecordID: CustomStringConvertible {
  /// 32 lower-case hexadecimal digits.
  public var description: String {
    hexadecimal(
      (0..<16).map { UInt8(truncatingIfNeeded: ($0 < 8 ? high : low) >> UInt64(56 - 8 * ($0 % 8))) })
  }
}
