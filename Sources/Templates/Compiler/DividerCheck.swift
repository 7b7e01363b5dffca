/// Follows every way through a template and tells where `|||` is missing, stands twice with nothing in
/// between, or has nothing behind it; only what holds for every record.
struct DividerCheck {
  private let folder: ConstantFolder
  private var found: [SyntaxFailure] = []
  private var lastDivider = 0..<0
  private var loops = 0
  /// Whether loops are nested too deeply to follow: each doubles the ways.
  private var isLost = false
  private static let mostLoops = 8

  init(_ folder: ConstantFolder) { self.folder = folder }

  /// What has come out so far on one of the ways.
  private struct State: Hashable {
    /// 2 stands for more too.
    var dividers = 0
    /// Whether nothing but blanks came since the last divider.
    var isBlank = true
  }

  func problems(of statements: [Statement], named name: String) -> [SyntaxFailure] {
    var check = self
    return check.run(statements, name)
  }

  private mutating func run(_ statements: [Statement], _ name: String) -> [SyntaxFailure] {
    // A divider that an expression or a macro puts out stands where nobody can tell.
    guard !statements.hidesDivider(isPlain: true) else { return [] }
    let ends = walk(statements, [State()])
    if isLost { return [] }
    if ends.allSatisfy({ $0.dividers == 0 }) {
      return [
        SyntaxFailure(
          message: "the template '\(name)' has no '|||'; put it between the input and the target",
          range: 0..<0)
      ]
    }
    if found.isEmpty, ends.allSatisfy({ $0.dividers > 0 && $0.isBlank }) {
      found.append(
        SyntaxFailure(
          message: "the target of the template '\(name)' is empty; write the answer behind '|||'",
          range: lastDivider))
    }
    return found
  }

  private mutating func walk(_ statements: [Statement], _ states: Set<State>) -> Set<State> {
    var states = states
    for statement in statements { states = walk(statement, states) }
    return states
  }

  private mutating func walk(_ statement: Statement, _ states: Set<State>) -> Set<State> {
    switch statement.kind {
    case .text(let text): return walk(text, at: statement.range.lowerBound, states)
    case .output, .callBlock, .filterBlock: return spoken(states)
    case .conditional(let branches, let otherwise):
      var ends: Set<State> = []
      for (test, body) in branches {
        switch folder.truth(of: test) {
        case false?: continue
        case true?: return ends.union(walk(body, states))
        case nil: ends.formUnion(walk(body, states))
        }
      }
      return ends.union(walk(otherwise, states))
    case .loop(let loop):
      guard loops < Self.mostLoops else {
        isLost = true
        return states
      }
      loops += 1
      defer { loops -= 1 }
      var ends = states.union(walk(loop.otherwise, states))
      // Two rounds reach every state that many do.
      let once = walk(loop.body, states)
      let told = found
      ends.formUnion(once)
      ends.formUnion(walk(loop.body, states.union(once)))
      found = told
      return ends
    case .with(_, let body), .scope(let body), .autoescape(_, let body): return walk(body, states)
    case .block(let block): return walk(block.body, states)
    case .assign, .assignBlock, .macro, .evaluate, .breakLoop, .continueLoop, .external: return states
    }
  }

  private func spoken(_ states: Set<State>) -> Set<State> {
    Set(states.map { State(dividers: $0.dividers, isBlank: false) })
  }

  private mutating func walk(_ string: String, at start: Int, _ states: Set<State>) -> Set<State> {
    var states = states
    let bytes = Array(string.utf8)
    bytes.withUnsafeBytes { raw in
      let text = Text(raw)
      var offset = 0
      while true {
        let end = text.find(Text(divider), from: offset) ?? text.count
        if !text[offset..<end].trimmed({ $0.isPythonSpace }).isEmpty { states = spoken(states) }
        if end == text.count { return }
        let range = start + end..<start + end + 3
        if states.allSatisfy({ $0.dividers > 0 && $0.isBlank }) {
          found.append(
            SyntaxFailure(
              message: "'|||' stands here again with nothing since the last one; remove one of them",
              range: range))
        }
        lastDivider = range
        states = Set(states.map { State(dividers: min(2, $0.dividers + 1), isBlank: true) })
        offset = end + 3
      }
    }
    return states
  }
}

extension [Statement] {
  /// Whether a divider stands in a string of an expression, or in text that is kept back or put out
  /// elsewhere.
  ///
  /// - Parameter isPlain: whether texts here are put out where they stand.
  func hidesDivider(isPlain: Bool) -> Bool {
    contains { statement in
      if statement.expressions.contains(where: \.holdsDivider) { return true }
      switch statement.kind {
      case .text(let text): return !isPlain && text.contains("|||")
      case .breakLoop, .continueLoop, .external: return true
      case .assignBlock, .macro, .callBlock, .filterBlock:
        return statement.bodies.contains { $0.hidesDivider(isPlain: false) }
      case .block(let block): return block.body.hidesDivider(isPlain: isPlain)
      default: return statement.bodies.contains { $0.hidesDivider(isPlain: isPlain) }
      }
    }
  }

  /// Whether a name is never assigned, and read only where its value cannot be changed or kept.
  func onlyRead(_ name: String) -> Bool {
    allSatisfy { statement in
      if statement.targets.contains(where: { $0.place(of: name) != nil }) { return false }
      switch statement.kind {
      case .with(let values, _):
        if values.contains(where: { $0.0.place(of: name) != nil }) { return false }
      case .macro(let macro), .callBlock(let macro, _):
        if macro.name == name || macro.parameters.contains(where: { $0.name == name }) { return false }
      default: break
      }
      let keeps: Bool
      switch statement.kind {
      case .loop, .conditional, .output: keeps = false
      default: keeps = true
      }
      return statement.expressions.allSatisfy { $0.onlyReads(name, isKept: keeps) }
        && statement.bodies.allSatisfy { $0.onlyRead(name) }
    }
  }
}

extension Statement {
  /// The expressions of the statement itself, not of its bodies.
  var expressions: [Expression] {
    switch kind {
    case .output(let value), .evaluate(let value): [value]
    case .conditional(let branches, _): branches.map(\.test)
    case .loop(let loop): [loop.iterable] + (loop.test.map { [$0] } ?? [])
    case .assign(_, let value): [value]
    case .assignBlock(_, let filter, _): filter.map { [$0] } ?? []
    case .with(let values, _): values.map(\.1)
    case .macro(let macro): macro.defaults
    case .callBlock(let macro, let call): macro.defaults + [call]
    case .filterBlock(let filter, _): [filter]
    case .autoescape(let flag, _): [flag]
    case .text, .block, .scope, .breakLoop, .continueLoop, .external: []
    }
  }
}

extension Expression {
  fileprivate var holdsDivider: Bool {
    if case .constant(.string(let text)) = kind, text.contains("|||") { return true }
    return children.contains(where: \.holdsDivider)
  }

  /// - Parameter isKept: whether the expression's value is kept by what is around it.
  fileprivate func onlyReads(_ name: String, isKept: Bool) -> Bool {
    switch kind {
    case .name(let other): return other != name || !isKept
    case .item, .compare, .test, .unary, .binary, .concatenation, .slice:
      return children.allSatisfy { $0.onlyReads(name, isKept: false) }
    case .filter(_, let filter, _):
      let copies = ["join", "length", "count", "first", "last", "list", "string", "lower", "upper", "tojson"]
        .contains(filter)
      return children.allSatisfy { $0.onlyReads(name, isKept: !copies) }
    case .call(let callee, let arguments):
      // `index` and `count` of the list change nothing.
      if case .attribute(let receiver, let method) = callee.kind, method == "index" || method == "count",
        case .name = receiver.kind
      {
        return arguments.expressions.allSatisfy { $0.onlyReads(name, isKept: true) }
      }
      return children.allSatisfy { $0.onlyReads(name, isKept: true) }
    default: return children.allSatisfy { $0.onlyReads(name, isKept: isKept) }
    }
  }
}
