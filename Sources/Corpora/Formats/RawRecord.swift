import Bytes
import Records

/// A place in the text of a file.
struct TextPosition: Hashable {
  /// From 1.
  var line: Int
  /// From 1, counted in Unicode scalars.
  var column: Int
  /// From 0, in bytes of the file.
  var offset: Int

  /// The place behind `bytes` when they begin here.
  func advanced(over bytes: UnsafeRawBufferPointer) -> TextPosition {
    var place = self
    place.offset += bytes.count
    for byte in bytes {
      if byte == 10 {
        place.line += 1
        place.column = 1
      } else if byte & 0xC0 != 0x80 {
        place.column += 1
      }
    }
    return place
  }
}

/// One datum as its file writes it, before the description's fields are made of it; a reader fills the same
/// object again and again, and it is valid until `RawRecordSink.take` returns.
final class RawRecord {
  /// For each path that the reader was given: its value, nil where the datum has none. In XML a list when
  /// the path is met more than once.
  var values: [Value?]
  /// Byte offsets of the values from the record's start; -1 where unknown.
  var offsets: [Int]
  var start = TextPosition(line: 1, column: 1, offset: 0)
  /// All bytes of the datum; empty where it was too long to keep.
  var bytes = UnsafeRawBufferPointer(start: nil, count: 0)

  init(pathCount: Int) {
    values = Array(repeating: nil, count: pathCount)
    offsets = Array(repeating: -1, count: pathCount)
  }

  func removeValues() {
    for path in values.indices {
      values[path] = nil
      offsets[path] = -1
    }
  }

  /// Where the value of a path begins, or the record where that is unknown.
  func position(of path: Int) -> TextPosition {
    let offset = offsets[path]
    guard offset > 0, offset <= bytes.count else { return start }
    return start.advanced(over: UnsafeRawBufferPointer(rebasing: bytes[0..<offset]))
  }
}

/// A datum that is no record: where, why, and its own bytes.
struct BadRecord {
  /// What was found and what was expected.
  var reason: String
  /// Where the fault is.
  var position: TextPosition
  /// How many scalars the fault spans.
  var span = 1
  /// The bytes of the datum as far as they were kept.
  var bytes = UnsafeRawBufferPointer(start: nil, count: 0)
  /// How many bytes the datum has in the file.
  var size: Int
}

/// Where readers deliver.
protocol RawRecordSink: AnyObject {
  func take(_ record: RawRecord) throws
  /// Throws where a bad record is the end; otherwise the reader goes on behind it.
  func refuse(_ bad: BadRecord) throws
}

/// Takes a file apart that arrives in pieces of any size.
protocol FormatReader: AnyObject {
  /// Told once, before the first piece: how many bytes of the file were left out (a byte order mark).
  func begin(at offset: Int)
  func read(_ bytes: UnsafeRawBufferPointer) throws
  /// Told once, at the end of the file.
  func finish() throws
}

/// The bounds within which one datum may lie, so that a hostile file ends in an error and not in all memory.
struct ReadingLimits {
  /// Bytes of one record in its file.
  var recordBytes = 64 << 20
  /// Bytes of a bad record that quarantine keeps.
  var quarantinedBytes = 1 << 20
  /// Open elements of an XML file.
  var xmlDepth = 256

  func tooLong(_ what: String) -> String {
    "\(what) is longer than \(recordBytes) bytes, the most that is read"
  }
}

/// What a file as a whole lacks that the description says it has; no fault of one record.
enum DescriptionFault: Error {
  /// The path at this place names no column; the file has these.
  case column(path: Int, columns: [String])
  /// There are no records where `records` says.
  case records(String)
}
