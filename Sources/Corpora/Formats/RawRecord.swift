import Bytes
import CTextLoops
import Records

/// A place in the text of a file.
struct TextPosition: Hashable {
  /// From 1.
  var line: Int
  /// From 1, counted in Unicode scalars.
  var column: Int
  /// From 0, in bytes of the text.
  var offset: Int

  /// The place behind `bytes` when they begin here.
  func advanced(over bytes: UnsafeRawBufferPointer) -> TextPosition {
    var place = self
    place.offset += bytes.count
    var tail = bytes
    if let last = bytes.lastIndex(of: 10) {
      place.line += TextLoops.count(UnsafeRawBufferPointer(rebasing: bytes[...last]), of: 10)
      place.column = 1
      tail = UnsafeRawBufferPointer(rebasing: bytes[(last + 1)...])
    }
    place.column += TextLoops.scalars(tail)
    return place
  }
}

/// Loops over many bytes, in C for the vectors' sake.
enum TextLoops {
  static func count(_ bytes: UnsafeRawBufferPointer, of byte: UInt8) -> Int {
    pb_text_count(bytes.bindMemory(to: UInt8.self).baseAddress, bytes.count, byte)
  }

  /// How many Unicode scalars begin in the bytes.
  static func scalars(_ bytes: UnsafeRawBufferPointer) -> Int {
    pb_text_scalars(bytes.bindMemory(to: UInt8.self).baseAddress, bytes.count)
  }

  /// Whether control characters other than tab, line feed and return are among the bytes.
  static func hasControls(_ bytes: UnsafeRawBufferPointer) -> Bool {
    pb_text_controls(bytes.bindMemory(to: UInt8.self).baseAddress, bytes.count) > 0
  }

  /// The first place, from one on, with a quote or a backslash; the end where there is none.
  static func stringEnd(_ bytes: UnsafeRawBufferPointer, from start: Int) -> Int {
    guard let base = bytes.bindMemory(to: UInt8.self).baseAddress, start < bytes.count else {
      return bytes.count
    }
    return start + pb_text_string_end(base + start, bytes.count - start)
  }

  /// Writes the places of four bytes into `places`, which has as much room; gives their number.
  static func marks(
    _ bytes: UnsafeRawBufferPointer, _ a: UInt8, _ b: UInt8, _ c: UInt8, _ d: UInt8,
    into places: UnsafeMutablePointer<UInt32>
  ) -> Int {
    pb_text_marks(bytes.bindMemory(to: UInt8.self).baseAddress, bytes.count, a, b, c, d, places)
  }
}

/// One datum as its file writes it, before the description's fields are made of it; a reader fills the same
/// object again and again, and it is valid until `RawRecordSink.take` returns.
final class RawRecord {
  /// What was found at one path: bytes of the reader's, valid as long as the record is.
  struct Slot {
    enum Kind { case missing, text, packed }
    var kind = Kind.missing
    /// UTF-8 text, or one `PackedValue`.
    var bytes = UnsafeRawBufferPointer(start: nil, count: 0)
    /// Byte offset of the value from the record's start; -1 where unknown.
    var offset = -1
  }

  /// One for each path that the reader was given.
  let slots: UnsafeMutableBufferPointer<Slot>
  @exclusivity(unchecked) var start = TextPosition(line: 1, column: 1, offset: 0)
  /// All bytes of the datum; empty where it was too long to keep.
  @exclusivity(unchecked) var bytes = UnsafeRawBufferPointer(start: nil, count: 0)

  init(pathCount: Int) {
    slots = .allocate(capacity: pathCount)
    slots.initialize(repeating: Slot())
  }

  deinit { slots.deallocate() }

  func setText(_ path: Int, _ bytes: UnsafeRawBufferPointer, offset: Int) {
    slots[path] = Slot(kind: .text, bytes: bytes, offset: offset)
  }

  func setPacked(_ path: Int, _ bytes: UnsafeRawBufferPointer, offset: Int = -1) {
    slots[path] = Slot(kind: .packed, bytes: bytes, offset: offset)
  }

  func setMissing(_ path: Int) { slots[path] = Slot() }

  /// A copy of the value of a path, nil where the datum has none. In XML a list when the path is met more
  /// than once.
  func value(_ path: Int) -> Value? {
    switch slots[path].kind {
    case .missing: nil
    case .text: .string(String(decoding: slots[path].bytes, as: UTF8.self))
    case .packed: PackedValue.read(slots[path].bytes).value
    }
  }

  /// Where the value of a path begins, or the record where that is unknown.
  func position(of path: Int) -> TextPosition {
    let offset = slots[path].offset
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
  /// A datum that the description says to pass over.
  func skip()
  /// A record that holds a key twice, of which the last value counts.
  func noteRepeatedKey(_ key: String, at position: TextPosition)
}

/// Takes a file apart that arrives in pieces of any size.
protocol FormatReader: AnyObject {
  /// Told once, before the first piece: how many bytes of the file were left out (a byte order mark).
  func begin(at offset: Int)
  /// Told before, where the text was written in another encoding than UTF-8 and comes decoded.
  func beginDecoded()
  func read(_ bytes: UnsafeRawBufferPointer) throws
  /// Told once, at the end of the file.
  func finish() throws
}

extension FormatReader {
  func beginDecoded() {}
}

/// The bounds within which one datum may lie, so that a hostile file ends in an error and not in all memory.
struct ReadingLimits {
  /// Bytes of one record in its file.
  var recordBytes = 64 << 20
  /// Bytes of a file that must be held as a whole: a JSON object of columns.
  var columnsBytes = 1 << 30
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
