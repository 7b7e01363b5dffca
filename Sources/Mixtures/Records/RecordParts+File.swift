public import Bytes
import Records

extension RecordParts {
  /// Writes the division as one file: five little-endian 64-bit words (records for training, validation and test,
  /// duplicates, near-duplicates), then the places, 32 bits each.
  public func write(to path: String) throws(Diagnostic) -> AtomicFile.Summary {
    var buffer = ByteBuffer(capacity: 4 * (train.count + validation.count + test.count) + Self.headerSize)
    for number in [train.count, validation.count, test.count, duplicates, nearDuplicates] {
      withUnsafeBytes(of: UInt64(number).littleEndian) { buffer.append($0) }
    }
    for places in [train, validation, test] {
      for place in places { withUnsafeBytes(of: place.littleEndian) { buffer.append($0) } }
    }
    var file = try AtomicFile(path: path)
    try buffer.withBytes { (bytes) throws(Diagnostic) in try file.write(bytes) }
    return try file.commit()
  }

  private static let headerSize = 40

  /// Reads what `write` wrote.
  ///
  /// - Throws: where the file is no division of so many records: its numbers do not fit its size, or a place is none,
  ///   or stands twice in a part.
  public init(path: String, records: Int) throws(Diagnostic) {
    self.init()
    let file = try MappedFile(path: path)
    let isWhole = file.withBytes { bytes -> Bool in
      func word(_ number: Int) -> Int { Int(clamping: PackedValue.word(bytes, at: 8 * number)) }
      guard bytes.count >= Self.headerSize, (0..<5).allSatisfy({ (0...records).contains(word($0)) }),
        bytes.count == Self.headerSize + 4 * (word(0) + word(1) + word(2))
      else { return false }
      var start = Self.headerSize
      for (part, count) in [(\RecordParts.train, word(0)), (\.validation, word(1)), (\.test, word(2))] {
        var places: [UInt32] = []
        places.reserveCapacity(count)
        for number in 0..<count {
          let place = UInt32(
            littleEndian: bytes.loadUnaligned(fromByteOffset: start + 4 * number, as: UInt32.self))
          guard place < records, places.last.map({ $0 < place }) ?? true else { return false }
          places.append(place)
        }
        self[keyPath: part] = places
        start += 4 * count
      }
      (duplicates, nearDuplicates) = (word(3), word(4))
      return true
    }
    guard isWhole else {
      throw Diagnostic(
        "'\(path)' is damaged; prepare its task again", cause: .environment)
    }
  }
}
