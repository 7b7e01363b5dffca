import Bytes
import Records

/// The paths of the values of a record, laid out for being followed element by element.
final class XMLValuePaths {
  /// Stands for `*`.
  static let any: Int32 = -2

  enum Kind: UInt8 { case content, text, markup, attribute }

  /// A path, without anything that is counted by reference.
  struct Path {
    var kind: Kind
    var stepCount: Int
    /// The numbers of the names of its steps.
    var numbers: UnsafeMutablePointer<Int32>
    /// Whether a step demands a prefix.
    var hasPrefix: Bool
    /// An attribute's name and prefix, each ended by a zero byte.
    var attribute: UnsafeMutablePointer<UInt8>?
    var attributePrefix: UnsafeMutablePointer<UInt8>?
  }

  let paths: UnsafeMutableBufferPointer<Path>
  private let prefixes: [[[UInt8]?]]
  /// Steps of the longest path.
  let deepest: Int

  var count: Int { paths.count }

  init(_ fields: [XMLFieldPath], _ names: inout XMLNames) {
    func copy(_ text: [UInt8]) -> UnsafeMutablePointer<UInt8> {
      let copy = UnsafeMutablePointer<UInt8>.allocate(capacity: text.count + 1)
      for (place, byte) in (text + [0]).enumerated() { copy[place] = byte }
      return copy
    }
    var list: [Path] = []
    for field in fields {
      let numbers = UnsafeMutablePointer<Int32>.allocate(capacity: max(1, field.steps.count))
      for (place, step) in field.steps.enumerated() {
        numbers[place] = step.name.map { names.number(for: $0) } ?? Self.any
      }
      var path = Path(
        kind: .content, stepCount: field.steps.count, numbers: numbers,
        hasPrefix: field.steps.contains { $0.prefix != nil })
      switch field.ending {
      case .content: break
      case .text: path.kind = .text
      case .markup: path.kind = .markup
      case .attribute(let prefix, let name):
        path.kind = .attribute
        path.attribute = copy(name)
        path.attributePrefix = prefix.map(copy)
      }
      list.append(path)
    }
    paths = .allocate(capacity: list.count)
    _ = paths.initialize(from: list)
    prefixes = fields.map { $0.steps.map(\.prefix) }
    deepest = list.map(\.stepCount).max() ?? 0
  }

  deinit {
    for path in paths {
      path.numbers.deallocate()
      path.attribute?.deallocate()
      path.attributePrefix?.deallocate()
    }
    paths.deallocate()
  }

  @inline(__always)
  func matches(_ path: Int, step: Int, _ element: XMLRecordMatcher.Element) -> Bool {
    let number = paths[path].numbers[step]
    guard number == element.number || number == Self.any else { return false }
    return !paths[path].hasPrefix || hasPrefix(path, step, element)
  }

  private func hasPrefix(_ path: Int, _ step: Int, _ element: XMLRecordMatcher.Element) -> Bool {
    guard let prefix = prefixes[path][step] else { return true }
    return element.prefix.map { XMLNames.equal(prefix, $0) } ?? false
  }
}

/// A record whose end tag has not come yet, with the values found so far.
final class OpenXMLRecord {
  /// Where the bytes of a value lie.
  private enum Home { case content, other, file }

  private struct Found {
    var path: Int
    var home: Home
    var range: Range<Int>
  }

  private(set) var depth = 0
  private(set) var start = TextPosition(line: 1, column: 1, offset: 0)
  /// Whether it has become too long to be kept.
  private(set) var isTooLong = false
  private let record: RawRecord
  private let paths: XMLValuePaths
  private let list: UnsafeMutableBufferPointer<XMLValuePaths.Path>
  private let deepest: Int
  /// For each path, how many of its steps the open elements below the record follow.
  private let followed: UnsafeMutablePointer<Int>
  /// For each path, where the value in hand begins.
  private let begins: UnsafeMutablePointer<Int>
  private let counts: UnsafeMutablePointer<Int>
  /// All text inside elements whose values are wanted, in the order of the document: what lies in an element
  /// lies here in one piece.
  @exclusivity(unchecked) private var content = ByteBuffer(capacity: 1 << 10)
  /// Attributes and elements' own texts.
  @exclusivity(unchecked) private var other = ByteBuffer()
  @exclusivity(unchecked) private var lists = ByteBuffer()
  /// For each path that wants an element's own text only, that of the element in hand.
  @exclusivity(unchecked) private var owned: [[UInt8]]
  /// How many values are open that want all text.
  @exclusivity(unchecked) private var contentOpen = 0
  @exclusivity(unchecked) private var ownOpen = 0
  @exclusivity(unchecked) private var found: [Found] = []

  init(_ paths: XMLValuePaths) {
    self.paths = paths
    list = paths.paths
    deepest = paths.deepest
    record = RawRecord(pathCount: paths.count)
    followed = .allocate(capacity: max(1, paths.count))
    begins = .allocate(capacity: max(1, paths.count))
    counts = .allocate(capacity: max(1, paths.count))
    owned = Array(repeating: [], count: paths.count)
  }

  deinit {
    followed.deallocate()
    begins.deallocate()
    counts.deallocate()
  }

  func begin(at place: TextPosition, depth: Int) {
    self.depth = depth
    start = place
    isTooLong = false
    contentOpen = 0
    ownOpen = 0
    content.removeAll()
    other.removeAll()
    found.removeAll(keepingCapacity: true)
    for path in 0..<paths.count {
      record.setMissing(path)
      followed[path] = 0
      begins[path] = 0
      counts[path] = 0
    }
  }

  /// Forgets the values: the record is only waited for to end.
  func giveUp() {
    isTooLong = true
    content = ByteBuffer()
    other = ByteBuffer()
    found = []
  }

  /// - Parameter below: levels below the record; 0: the record itself.
  func elementBegins(
    _ start: XMLElementStart, _ element: XMLRecordMatcher.Element, below: Int, _ cursor: XMLCursor,
    leftOut: Int
  ) {
    guard !isTooLong, below <= deepest else { return }
    for path in 0..<list.count {
      if below > 0 {
        guard followed[path] == below &- 1, list[path].stepCount >= below,
          paths.matches(path, step: below &- 1, element)
        else { continue }
        followed[path] = below
      }
      guard list[path].stepCount == below else { continue }
      let offset = cursor.offset + leftOut
      switch list[path].kind {
      case .attribute:
        let begin = other.count
        if start.appendAttribute(list[path], to: &other) { note(path, .other, begin..<other.count) }
        continue
      case .content:
        begins[path] = content.count
        contentOpen += 1
      case .text:
        owned[path].removeAll(keepingCapacity: true)
        ownOpen += 1
      case .markup: begins[path] = offset + (cursor.isEmptyTag ? 2 : 1) - self.start.offset
      }
      if record.slots[path].offset < 0 { record.slots[path].offset = offset + 1 - self.start.offset }
    }
  }

  /// - Parameter tagStart: gives the offset in the file of the `<` of the end tag.
  func elementEnds(below: Int, tagStart: () -> Int) {
    guard !isTooLong, below <= deepest else { return }
    for path in 0..<list.count where followed[path] == below {
      if list[path].stepCount == below {
        switch list[path].kind {
        case .attribute: break
        case .content:
          contentOpen -= 1
          note(path, .content, begins[path]..<content.count)
        case .text:
          ownOpen -= 1
          let begin = other.count
          other.append(owned[path])
          note(path, .other, begin..<other.count)
        case .markup: note(path, .file, begins[path]..<max(begins[path], tagStart() - start.offset))
        }
      }
      followed[path] = max(0, below &- 1)
    }
  }

  func text(_ bytes: UnsafeRawBufferPointer, below: Int) {
    guard !isTooLong else { return }
    if contentOpen > 0 { content.append(bytes) }
    guard ownOpen > 0 else { return }
    for path in 0..<paths.count
    where list[path].kind == .text && followed[path] == below && list[path].stepCount == below {
      owned[path].append(contentsOf: bytes)
    }
  }

  private func note(_ path: Int, _ home: Home, _ range: Range<Int>) {
    counts[path] &+= 1
    found.append(Found(path: path, home: home, range: range))
  }

  /// Gives the record with all its values to `body`; `bytes` are its own in the file.
  func finish(_ bytes: UnsafeRawBufferPointer, _ body: (RawRecord) throws -> Void) throws {
    record.start = start
    record.bytes = bytes
    try content.withBytes { content in
      try other.withBytes { other in
        func text(_ value: Found) -> UnsafeRawBufferPointer {
          switch value.home {
          case .content: UnsafeRawBufferPointer(rebasing: content[value.range])
          case .other: UnsafeRawBufferPointer(rebasing: other[value.range])
          case .file: UnsafeRawBufferPointer(rebasing: bytes[value.range.clamped(to: 0..<bytes.count)])
          }
        }
        for value in found where counts[value.path] == 1 {
          record.setText(value.path, text(value), offset: record.slots[value.path].offset)
        }
        guard (0..<paths.count).contains(where: { counts[$0] > 1 }) else { return try body(record) }
        let ranges = pack(text)
        try lists.withBytes { lists in
          for (path, range) in ranges {
            record.setPacked(
              path, UnsafeRawBufferPointer(rebasing: lists[range]), offset: record.slots[path].offset)
          }
          try body(record)
        }
      }
    }
  }

  /// Packs the lists of the paths that were met more than once.
  private func pack(_ text: (Found) -> UnsafeRawBufferPointer) -> [(path: Int, range: Range<Int>)] {
    lists.removeAll()
    var ranges: [(path: Int, range: Range<Int>)] = []
    for path in 0..<paths.count where counts[path] > 1 {
      let items = found.filter { $0.path == path }.map { String(decoding: text($0), as: UTF8.self) }
      let begin = lists.count
      PackedValue.append(.list(items.map(Value.string)), to: &lists)
      ranges.append((path, begin..<lists.count))
    }
    return ranges
  }
}
