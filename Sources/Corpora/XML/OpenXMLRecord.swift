import Records

/// A record whose end tag has not come yet, with the values found so far.
struct OpenXMLRecord {
  private(set) var depth = 0
  private(set) var start = TextPosition(line: 1, column: 1, offset: 0)
  /// Whether it has become too long to be kept.
  private(set) var isTooLong = false
  private let record: RawRecord
  /// For each path, how many of its steps the open elements below the record follow.
  private var followed: [Int]
  /// For each path, the text of the element in hand.
  private var texts: [[UInt8]]
  /// For each path, the values of the elements that are done.
  private var found: [[Value]]

  init(pathCount: Int) {
    record = RawRecord(pathCount: pathCount)
    followed = Array(repeating: 0, count: pathCount)
    texts = Array(repeating: [], count: pathCount)
    found = Array(repeating: [], count: pathCount)
  }

  mutating func begin(at place: TextPosition, depth: Int) {
    self.depth = depth
    start = place
    isTooLong = false
    record.removeValues()
    for path in followed.indices {
      followed[path] = 0
      texts[path].removeAll(keepingCapacity: true)
      found[path].removeAll(keepingCapacity: true)
    }
  }

  /// Forgets the values: the record is only waited for to end.
  mutating func giveUp() {
    isTooLong = true
    for path in texts.indices {
      texts[path] = []
      found[path] = []
    }
  }

  /// - Parameters:
  ///   - depth: of the element, the root having 1.
  ///   - offset: in the file, of the end of the tag.
  mutating func elementBegins(
    _ start: XMLElementStart, _ element: XMLRecordMatcher.Element, depth: Int,
    paths: [XMLRecordMatcher.Path], offset: Int
  ) {
    guard !isTooLong else { return }
    let below = depth - self.depth
    for place in paths.indices {
      let steps = paths[place].steps
      if below > 0 {
        guard followed[place] == below - 1, steps.count >= below, steps[below - 1].matches(element) else {
          continue
        }
        followed[place] = below
      }
      guard steps.count == below else { continue }
      if case .attribute(let prefix, let name) = paths[place].ending {
        if let value = start.attribute(prefix: prefix, name: name) { found[place].append(.string(value)) }
      } else {
        texts[place].removeAll(keepingCapacity: true)
        if record.offsets[place] < 0 { record.offsets[place] = offset + 1 - self.start.offset }
      }
    }
  }

  mutating func elementEnds(depth: Int, paths: [XMLRecordMatcher.Path]) {
    guard !isTooLong else { return }
    let below = depth - self.depth
    for place in paths.indices where followed[place] == below {
      if paths[place].steps.count == below, !paths[place].isAttribute {
        found[place].append(.string(String(decoding: texts[place], as: UTF8.self)))
      }
      followed[place] = max(0, below - 1)
    }
  }

  mutating func text(_ bytes: UnsafeRawBufferPointer, depth: Int, paths: [XMLRecordMatcher.Path]) {
    guard !isTooLong else { return }
    let below = depth - self.depth
    for place in paths.indices where followed[place] == paths[place].steps.count {
      switch paths[place].ending {
      case .content: texts[place].append(contentsOf: bytes)
      case .text: if below == followed[place] { texts[place].append(contentsOf: bytes) }
      case .attribute: break
      }
    }
  }

  /// The record with all its values; `bytes` are its own in the file.
  func finish(_ bytes: UnsafeRawBufferPointer) -> RawRecord {
    record.start = start
    record.bytes = bytes
    for (path, values) in found.enumerated() {
      record.values[path] = values.count > 1 ? .list(values) : values.first
    }
    return record
  }
}
