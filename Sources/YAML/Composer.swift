import Bytes

/// Builds nodes from events: resolves aliases, refuses repeated keys and absurd documents.
struct Composer {
  private let events: EventParser
  private let source: YAMLSource
  private let repeatedKeys: YAMLDocument.RepeatedKeys
  private var anchors: [String: (node: YAMLNode, nodes: Int)] = [:]
  private var nodes = 0

  init(_ events: EventParser, _ source: YAMLSource, _ repeatedKeys: YAMLDocument.RepeatedKeys) {
    self.events = events
    self.source = source
    self.repeatedKeys = repeatedKeys
  }

  mutating func document() throws(Diagnostic) -> YAMLNode {
    var event = try events.next()
    if case .streamStart = event.kind { event = try events.next() }
    if case .streamEnd = event.kind {
      throw Diagnostic("the file is empty; expected a YAML document", at: SourceLocation(path: source.path))
    }
    let root = try node(try events.next(), depth: 0)
    _ = try events.next()
    let last = try events.next()
    guard case .streamEnd = last.kind else {
      throw diagnostic("a second YAML document begins here; expected one document a file", last)
    }
    return root
  }

  private func diagnostic(_ message: String, _ event: YAMLEvent) -> Diagnostic {
    let place = SourceLocation(path: source.path, line: event.line, column: event.column)
    return Diagnostic(message, at: place, excerpt: source.line(event.line))
  }

  private mutating func node(_ event: YAMLEvent, depth: Int) throws(Diagnostic) -> YAMLNode {
    guard depth < YAMLDocument.deepest else {
      throw diagnostic("nested more than \(YAMLDocument.deepest) deep", event)
    }
    if case .alias(let name) = event.kind { return try aliased(name, event) }
    let before = nodes
    try count(1, event)
    var end = event.end
    let kind: YAMLNode.Kind
    switch event.kind {
    case .scalar(let text, let style): kind = .scalar(text, style)
    case .sequenceStart:
      var items: [YAMLNode] = []
      while true {
        let next = try events.next()
        if case .sequenceEnd = next.kind {
          end = next.end
          break
        }
        items.append(try node(next, depth: depth + 1))
      }
      kind = .sequence(items)
    case .mappingStart:
      let (pairs, last) = try mapping(depth: depth)
      kind = .mapping(pairs)
      end = last
    default: throw diagnostic("expected a value", event)
    }
    let made = YAMLNode(
      kind: kind, tag: event.tag, range: event.start..<max(event.start, end), line: event.line,
      column: event.column, source: source)
    if let anchor = event.anchor { anchors[anchor] = (made, nodes - before) }
    return made
  }

  private mutating func mapping(
    depth: Int
  ) throws(Diagnostic) -> (pairs: [(key: YAMLNode, value: YAMLNode)], end: Int) {
    var pairs: [(key: YAMLNode, value: YAMLNode)] = []
    var lines: [String: Int] = [:]
    while true {
      let next = try events.next()
      if case .mappingEnd = next.kind { return (pairs, next.end) }
      let key = try node(next, depth: depth + 1)
      guard let name = key.text else { throw diagnostic("a key must be a text or a number", next) }
      if let line = lines[name] {
        if repeatedKeys == .lastWins {
          let value = try node(try events.next(), depth: depth + 1)
          if let place = pairs.firstIndex(where: { $0.key.text == name }) { pairs[place] = (key, value) }
          continue
        }
        throw diagnostic("the key '\(name)' stands here again (first at line \(line)); keep one", next)
      }
      lines[name] = next.line
      pairs.append((key, try node(try events.next(), depth: depth + 1)))
    }
  }

  private mutating func aliased(_ name: String, _ event: YAMLEvent) throws(Diagnostic) -> YAMLNode {
    guard let known = anchors[name] else {
      throw diagnostic(
        "unknown alias '*\(name)'\(suggestion(for: name, among: anchors.keys.sorted()))", event)
    }
    try count(known.nodes, event)
    return known.node
  }

  private mutating func count(_ more: Int, _ event: YAMLEvent) throws(Diagnostic) {
    nodes += more
    guard nodes <= YAMLDocument.mostNodes else {
      throw diagnostic("more than \(YAMLDocument.mostNodes) values, counting repeated aliases", event)
    }
  }
}
