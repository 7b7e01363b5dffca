import Bytes

/// The elements of the beginning of an XML document: which of them repeats, and what is in it. A scan for tags,
/// not a parser: what it gives is read by the parser afterwards.
struct XMLOutline {
  private struct Element {
    var path: [String]
    var count = 0
    var attributes: [String] = []
    /// How many of the elements have each attribute.
    var attributeCounts: [String: Int] = [:]
    var hasText = false
    var hasChildren = false
    /// The most of them in one parent.
    var most = 0
  }

  private var elements: [Element] = []
  private var places: [[String]: Int] = [:]
  private var open: [(name: String, counts: [String: Int])] = []
  private let bytes: [UInt8]
  private var place = 0

  init(_ bytes: [UInt8]) {
    self.bytes = bytes
    while let next = bytes[place...].firstIndex(of: UInt8(ascii: "<")) {
      let text = bytes[place..<next]
      if text.contains(where: { $0 > 32 }) { note { $0.hasText = true } }
      place = next
      guard readTag() else { return }
    }
  }

  /// Reads what begins with `<`; false where it has no end.
  private mutating func readTag() -> Bool {
    for (begin, end) in [("<!--", "-->"), ("<![CDATA[", "]]>"), ("<?", "?>")] where starts(begin) {
      if begin == "<![CDATA[" { note { $0.hasText = true } }
      return skip(behind: end)
    }
    if starts("<!") { return skipDoctype() }
    guard let end = tagEnd() else { return false }
    let tag = bytes[(place + 1)..<end]
    place = end + 1
    if tag.first == UInt8(ascii: "/") {
      _ = open.popLast()
      return true
    }
    begin(tag)
    if tag.last == UInt8(ascii: "/") { _ = open.popLast() }
    return true
  }

  private func starts(_ text: String) -> Bool { bytes[place...].starts(with: text.utf8) }

  private mutating func skip(behind end: String) -> Bool {
    let mark = Array(end.utf8)
    guard let found = bytes[place...].firstRange(of: mark) else { return false }
    place = found.upperBound
    return true
  }

  private mutating func skipDoctype() -> Bool {
    var depth = 0
    while place < bytes.count {
      let byte = bytes[place]
      place += 1
      if byte == UInt8(ascii: "[") { depth += 1 }
      if byte == UInt8(ascii: "]") { depth -= 1 }
      if byte == UInt8(ascii: ">"), depth <= 0 { return true }
    }
    return false
  }

  /// The `>` of the tag, which quotes may hold too.
  private func tagEnd() -> Int? {
    var quote: UInt8 = 0
    for next in bytes[place...].indices {
      let byte = bytes[next]
      if quote != 0 {
        if byte == quote { quote = 0 }
      } else if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'") {
        quote = byte
      } else if byte == UInt8(ascii: ">") {
        return next
      }
    }
    return nil
  }

  private mutating func begin(_ tag: ArraySlice<UInt8>) {
    let name = String(decoding: tag.prefix { $0 > 32 && $0 != UInt8(ascii: "/") }, as: UTF8.self)
    note { $0.hasChildren = true }
    var siblings = 1
    if !open.isEmpty {
      siblings = open[open.count - 1].counts[name, default: 0] + 1
      open[open.count - 1].counts[name] = siblings
    }
    guard open.count < 32 else { return open.append((name, [:])) }
    open.append((name, [:]))
    note {
      $0.count += 1
      $0.most = max($0.most, siblings)
      for attribute in Self.attributes(tag) {
        if $0.attributeCounts[attribute] == nil { $0.attributes.append(attribute) }
        $0.attributeCounts[attribute, default: 0] += 1
      }
    }
  }

  /// The names in front of equal signs, outside quotes.
  private static func attributes(_ tag: ArraySlice<UInt8>) -> [String] {
    var names: [String] = []
    var word: [UInt8] = []
    var quote: UInt8 = 0
    for byte in tag.drop(while: { $0 > 32 }) {
      if quote != 0 {
        if byte == quote { quote = 0 }
      } else if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'") {
        quote = byte
        word = []
      } else if byte == UInt8(ascii: "=") {
        names.append(String(decoding: word, as: UTF8.self))
      } else if byte <= 32 {
        if !word.isEmpty, names.last != String(decoding: word, as: UTF8.self) { word = [] }
      } else {
        word.append(byte)
      }
    }
    return names.filter { !$0.isEmpty && !$0.hasPrefix("xmlns") }
  }

  /// Changes what is known of the open element.
  private mutating func note(_ change: (inout Element) -> Void) {
    guard !open.isEmpty else { return }
    let path = open.map(\.name)
    let known = places[path] ?? elements.count
    if known == elements.count {
      places[path] = known
      elements.append(Element(path: path))
    }
    change(&elements[known])
  }

  func outline(_ path: String) throws -> FileOutline {
    let repeated = elements.filter { $0.count > 1 && $0.path.count > 1 }
    let depth = repeated.map(\.path.count).min() ?? 0
    guard let record = repeated.filter({ $0.path.count == depth }).max(by: { $0.count < $1.count }) else {
      throw Diagnostic(
        "no element of the document repeats, so that it could be a record; write the corpus.yaml by hand",
        at: SourceLocation(path: path))
    }
    var outline = FileOutline(format: .xml)
    outline.records = "/" + record.path.joined(separator: "/")
    var fields = record.attributes.map {
      FileOutline.Field(name: $0, path: "@" + $0, isOptional: record.attributeCounts[$0] ?? 0 < record.count)
    }
    if record.hasText || !record.hasChildren, record.attributes.isEmpty || record.hasText {
      fields.append(.init(name: "text", path: "."))
    }
    for element in elements
    where element.path.count > depth && element.path.count <= depth + 3
      && element.path.starts(with: record.path)
    {
      let way = element.path.dropFirst(depth)
      // A list where the element, or one it stands in, occurs several times in a record.
      let isList = (1...way.count).contains { length in
        elements.contains { $0.path == Array(element.path.prefix(depth + length)) && $0.most > 1 }
      }
      let relative = way.joined(separator: "/")
      let isOptional = !isList && element.count < record.count
      if element.hasText {
        fields.append(
          .init(name: way.last ?? "text", path: relative, isList: isList, isOptional: isOptional))
      }
      for attribute in element.attributes {
        fields.append(
          .init(
            name: (way.last ?? "") + "_" + attribute, path: relative + "/@" + attribute, isList: isList,
            isOptional: isOptional || (!isList && element.attributeCounts[attribute] ?? 0 < record.count)))
      }
    }
    outline.fields = FileOutline.named(fields)
    return outline
  }
}
