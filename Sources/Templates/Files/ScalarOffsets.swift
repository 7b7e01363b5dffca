import YAML

/// For each byte of a YAML scalar's text, where in the file it was written: through quotes, escapes, folded
/// lines and indentation.
struct ScalarOffsets {
  /// One more than the text has bytes: the last is behind its end.
  let offsets: [Int]

  init(_ node: YAMLNode) {
    var walk = ScalarWalk(node)
    walk.run()
    offsets = walk.offsets + [walk.place]
  }
}

/// Walks the text and the file side by side.
private struct ScalarWalk {
  private let file: [UInt8]
  private let end: Int
  private let text: [UInt8]
  private let style: YAMLNode.ScalarStyle
  private(set) var place: Int
  private(set) var offsets: [Int] = []
  /// Blanks in front of each line of a block scalar.
  private var indentation = 0

  init(_ node: YAMLNode) {
    file = node.fileBytes
    end = min(node.range.upperBound, file.count)
    place = node.range.lowerBound
    switch node.kind {
    case .scalar(let text, let style):
      self.text = Array(text.utf8)
      self.style = style
    default:
      text = []
      style = .plain
    }
  }

  private var isBlock: Bool { style == .literal || style == .folded }

  private func isBlank(_ byte: UInt8) -> Bool { byte == 32 || byte == 9 }

  mutating func run() {
    offsets.reserveCapacity(text.count)
    begin()
    var index = 0
    while index < text.count {
      guard place < end else {
        offsets.append(end)
        index += 1
        continue
      }
      if let taken = takeLineBreak(index) {
        index += taken
      } else if style == .doubleQuoted, file[place] == UInt8(ascii: "\\") {
        index += takeEscape(index)
      } else {
        offsets.append(place)
        // '' in single quotes is one quote.
        place += style == .singleQuoted && file[place] == UInt8(ascii: "'") ? 2 : 1
        index += 1
      }
    }
  }

  /// Goes past tag, anchor, quote or the head of a block.
  private mutating func begin() {
    while place < end, file[place] == UInt8(ascii: "!") || file[place] == UInt8(ascii: "&") {
      while place < end, !isBlank(file[place]), file[place] != 10 { place += 1 }
      while place < end, isBlank(file[place]) || file[place] == 10 || file[place] == 13 { place += 1 }
    }
    if style == .singleQuoted || style == .doubleQuoted { place += 1 }
    guard isBlock else { return }
    while place < end, file[place] != 10 { place += 1 }
    place += 1
    indentation = blockIndentation()
    skipIndentation()
  }

  /// The blanks in front of the first line that is not blank. (With an indicator in the head, the text begins
  /// with the rest of them.)
  private func blockIndentation() -> Int {
    var line = place
    while line < file.count {
      var first = line
      while first < file.count, file[first] == 32 { first += 1 }
      if first < file.count, file[first] != 10, file[first] != 13 {
        let leading = text.drop { $0 == 10 }.prefix { $0 == 32 }.count
        return max(0, first - line - leading)
      }
      while first < file.count, file[first] != 10 { first += 1 }
      line = first + 1
    }
    return 0
  }

  private mutating func skipIndentation() {
    var left = indentation
    while left > 0, place < end, file[place] == 32 {
      place += 1
      left -= 1
    }
  }

  /// At a line break of the file (or blanks before one, where they are dropped): takes what the text has for
  /// it. nil: there is none here.
  private mutating func takeLineBreak(_ index: Int) -> Int? {
    var next = place
    if !isBlock { while next < end, isBlank(file[next]) { next += 1 } }
    if next < end, file[next] == 13 { next += 1 }
    guard next < end, file[next] == 10 else { return nil }
    let start = place
    var taken = 0
    if style == .literal {
      offsets.append(start)
      place = next + 1
      skipIndentation()
      return 1
    }
    var breaks = 0
    while next < end, file[next] == 10 || file[next] == 13 {
      if file[next] == 10 { breaks += 1 }
      place = next + 1
      if isBlock { skipIndentation() } else { while place < end, isBlank(file[place]) { place += 1 } }
      next = place
    }
    // One break is a blank, more of them are line breaks; a folded block keeps those of indented lines.
    let most = isBlock ? breaks : breaks - 1
    while index + taken < text.count, taken < most, text[index + taken] == 10 { taken += 1 }
    if taken == 0, index < text.count, text[index] == 32 { taken = 1 }
    for _ in 0..<taken { offsets.append(start) }
    return taken
  }

  /// At a backslash in double quotes; how many bytes of the text it stands for.
  private mutating func takeEscape(_ index: Int) -> Int {
    let start = place
    let letter = place + 1 < end ? file[place + 1] : 0
    if letter == 10 || letter == 13 {
      place += letter == 13 ? 3 : 2
      while place < end, isBlank(file[place]) { place += 1 }
      return 0
    }
    switch letter {
    case UInt8(ascii: "x"): place += 4
    case UInt8(ascii: "u"): place += 6
    case UInt8(ascii: "U"): place += 10
    default: place += 2
    }
    var taken = 1
    while index + taken < text.count, text[index + taken] & 0xC0 == 0x80 { taken += 1 }
    for _ in 0..<taken { offsets.append(start) }
    return taken
  }
}
