import Bytes

/// The keys of a mapping, asked for one by one; what was never asked for is an unknown key.
///
/// Each accessor gives nil for a missing key, and for a wrong value after adding the error to `problems`,
/// so that a reader goes on and finds the next mistake too. `null` counts as missing.
public struct YAMLFields {
  public let node: YAMLNode
  public let problems: ProblemList
  private let pairs: [(key: YAMLNode, value: YAMLNode)]
  private var asked: [String] = []

  /// nil, with a problem added, when the node is no mapping.
  ///
  /// - Parameter subject: what the mapping describes, as in "a corpus".
  public init?(_ node: YAMLNode, _ subject: String, _ problems: ProblemList) {
    guard case .mapping(let pairs) = node.kind else {
      problems.add(node.error("\(subject) must be a mapping (key: value), found \(node.description)"))
      return nil
    }
    self.node = node
    self.problems = problems
    self.pairs = pairs
  }

  /// The keys that the file has, in its order.
  public var keys: [YAMLNode] { pairs.map(\.key) }

  /// The value as it is, nil when missing or null.
  public mutating func node(_ key: String) -> YAMLNode? {
    asked.append(key)
    guard let value = pairs.first(where: { $0.key.text == key })?.value, !value.isNull else { return nil }
    return value
  }

  /// Whether the mapping has the key, be its value null.
  public func hasKey(_ key: String) -> Bool { pairs.contains { $0.key.text == key } }

  /// Any scalar, as it is written.
  public mutating func string(_ key: String) -> String? {
    guard let value = node(key) else { return nil }
    if let text = value.text { return text }
    problems.add(value.error("'\(key)' must be a text, found \(value.description)"))
    return nil
  }

  /// A text that must be there.
  public mutating func required(_ key: String) -> String? {
    if node(key) == nil { missing(key) }
    return string(key)
  }

  /// Adds the error that a key is missing.
  public func missing(_ key: String) {
    problems.add(node.error("missing key '\(key)'; add it to this mapping"))
  }

  public mutating func boolean(_ key: String) -> Bool? {
    guard let value = node(key) else { return nil }
    switch (value.text, value.kind) {
    case ("true"?, .scalar(_, .plain)), ("True"?, .scalar(_, .plain)): return true
    case ("false"?, .scalar(_, .plain)), ("False"?, .scalar(_, .plain)): return false
    default:
      problems.add(value.error("'\(key)' must be true or false, found \(value.description)"))
      return nil
    }
  }

  /// A whole number; underscores may group digits.
  public mutating func integer(_ key: String, in range: ClosedRange<Int>) -> Int? {
    guard let value = node(key) else { return nil }
    let digits = value.text.map { $0.filter { $0 != "_" } }
    if case .scalar(_, .plain) = value.kind, let number = digits.flatMap({ Int($0) }), range ~= number {
      return number
    }
    let bounds =
      range.upperBound == .max
      ? "of at least \(range.lowerBound)" : "from \(range.lowerBound) to \(range.upperBound)"
    problems.add(value.error("'\(key)' must be a whole number \(bounds), found \(value.description)"))
    return nil
  }

  /// A finite number.
  public mutating func number(_ key: String, in range: ClosedRange<Double>) -> Double? {
    guard let value = node(key) else { return nil }
    if case .scalar(let text, .plain) = value.kind, let number = Double(text), range ~= number {
      return number
    }
    let bounds =
      range.upperBound == .infinity
      ? "of at least \(range.lowerBound)" : "from \(range.lowerBound) to \(range.upperBound)"
    problems.add(value.error("'\(key)' must be a number \(bounds), found \(value.description)"))
    return nil
  }

  /// One of a few words.
  public mutating func choice<Word: RawRepresentable & CaseIterable>(
    _ key: String, _ type: Word.Type
  ) -> Word? where Word.RawValue == String {
    guard let value = node(key) else { return nil }
    if let word = value.text.flatMap({ Word(rawValue: $0) }) { return word }
    let known = Word.allCases.map(\.rawValue)
    let hint = value.text.map { suggestion(for: $0, among: known) } ?? ""
    problems.add(value.error("unknown \(key) \(value.description)\(hint)"))
    return nil
  }

  /// A list of texts; a single text counts as a list of one.
  public mutating func strings(_ key: String) -> [String]? {
    guard let items = nodes(key) else { return nil }
    return items.compactMap { item in
      if let text = item.text { return text }
      problems.add(item.error("'\(key)' must hold texts, found \(item.description)"))
      return nil
    }
  }

  /// A list; a single value counts as a list of one.
  public mutating func nodes(_ key: String) -> [YAMLNode]? {
    guard let value = node(key) else { return nil }
    if case .sequence(let items) = value.kind { return items }
    return [value]
  }

  /// A mapping inside this one.
  public mutating func fields(_ key: String) -> YAMLFields? {
    node(key).flatMap { YAMLFields($0, "'\(key)'", problems) }
  }

  /// The pairs of a mapping whose keys are names of the user's own.
  public mutating func named(_ key: String) -> [(key: YAMLNode, value: YAMLNode)]? {
    guard let value = node(key) else { return nil }
    if case .mapping(let pairs) = value.kind { return pairs }
    problems.add(value.error("'\(key)' must be a mapping (name: value), found \(value.description)"))
    return nil
  }

  /// Adds an error for every key that was never asked for.
  public func finish() {
    for (key, _) in pairs {
      guard let name = key.text, !asked.contains(name) else { continue }
      problems.add(key.error("unknown key '\(name)'\(suggestion(for: name, among: asked))"))
    }
  }
}
