/// Puts what is known in the place of names, and tells which expressions depend on the record's fields alone.
struct LineResolver {
  private let environment: TemplateEnvironment
  /// Names with a constant value, the innermost scope last.
  private var scopes: [[String: Expression]] = [[:]]
  /// The place in the loop around, and its number of items.
  var loop: (place: Int, count: Int)?

  init(_ environment: TemplateEnvironment, _ choices: [String]?) {
    self.environment = environment
    guard environment.dividesOutput else { return }
    let value = choices.map { Expression.Kind.list($0.map { Self.expression(.string($0)) }) }
    bind("answer_choices", Expression(kind: value ?? .constant(.none), range: 0..<0))
  }

  private static func expression(_ literal: Literal) -> Expression {
    Expression(kind: .constant(literal), range: 0..<0)
  }

  mutating func enter() { scopes.append([:]) }

  mutating func leave() { scopes.removeLast() }

  mutating func bind(_ name: String, _ value: Expression) { scopes[scopes.count - 1][name] = value }

  private func bound(_ name: String) -> Expression? {
    scopes.last { $0[name] != nil }?[name]
  }

  /// The expression with constants for the names that have one.
  func resolve(_ expression: Expression) throws(LineLowering.Refusal) -> Expression {
    switch expression.kind {
    case .name(let name):
      if let known = bound(name) { return known }
      guard name != "loop", name != "self", GlobalFunction(rawValue: name)?.exists(in: environment) != true
      else { throw LineLowering.Refusal() }
      return expression
    case .item(let value, let index):
      // What has no slices is an error in a variable, but gives an undefined value among constants.
      if case .slice = index.kind, value.hasNames {
        let known = try resolve(value)
        switch known.kind {
        case .list, .tuple, .constant(.string): break
        default: guard known.hasNames else { throw LineLowering.Refusal() }
        }
      }
      return try expression.mapChildren { (child) throws(LineLowering.Refusal) in try resolve(child) }
    case .attribute(let value, let name):
      if case .name("loop") = value.kind, bound("loop") == nil { return try loopAttribute(name) }
      return try expression.mapChildren { (child) throws(LineLowering.Refusal) in try resolve(child) }
    case .call(let callee, let arguments):
      guard case .attribute(let receiver, let method) = callee.kind, Self.pureMethods.contains(method),
        arguments.spread == nil, arguments.keywordSpread == nil
      else { throw LineLowering.Refusal() }
      if case .name("loop") = receiver.kind { throw LineLowering.Refusal() }
      return try expression.mapChildren { (child) throws(LineLowering.Refusal) in try resolve(child) }
    default: return try expression.mapChildren { (child) throws(LineLowering.Refusal) in try resolve(child) }
    }
  }

  private func loopAttribute(_ name: String) throws(LineLowering.Refusal) -> Expression {
    guard let loop else { throw LineLowering.Refusal() }
    let value: Literal
    switch name {
    case "index": value = .integer(loop.place + 1)
    case "index0": value = .integer(loop.place)
    case "revindex": value = .integer(loop.count - loop.place)
    case "revindex0": value = .integer(loop.count - loop.place - 1)
    case "first": value = .boolean(loop.place == 0)
    case "last": value = .boolean(loop.place == loop.count - 1)
    case "length": value = .integer(loop.count)
    default: throw LineLowering.Refusal()
    }
    return Self.expression(value)
  }

  /// Whether a resolved expression gives the same for the same fields, changes nothing, and puts no bar into a
  /// text that came without.
  func isDerivable(_ value: Expression) throws(LineLowering.Refusal) -> Bool {
    switch value.kind {
    case .constant(.string(let text)):
      if environment.dividesOutput, text.mayDivide { return false }
    case .filter(let operand, let name, _):
      guard operand != nil, let filter = Filter(rawValue: name), filter.exists(in: environment),
        !filter.isImpure, filter != .map
      else { return false }
    case .test(_, let name, _):
      guard TestName(rawValue: name) != nil else { return false }
    case .attribute(_, let name):
      if name.hasPrefix("_") { return false }
    default: break
    }
    for child in value.children where try !isDerivable(child) { return false }
    return true
  }

  /// Methods that change nothing, whatever they are called on.
  private static let pureMethods: Set<String> = [
    "capitalize", "casefold", "center", "count", "endswith", "find", "get", "index", "isalnum", "isalpha",
    "isdigit", "islower", "isnumeric", "isspace", "istitle", "isupper", "items", "join", "keys", "ljust",
    "lower", "lstrip", "partition", "removeprefix", "removesuffix", "replace", "rfind", "rindex", "rjust",
    "rpartition", "rsplit", "rstrip", "split", "splitlines", "startswith", "strip", "swapcase", "title",
    "upper", "values", "zfill",
  ]
}

extension Expression {
  fileprivate var hasNames: Bool {
    var found = false
    visitNames { _, _ in found = true }
    return found
  }

  /// The expression with its operands changed.
  func mapChildren<Failure: Error>(
    _ map: (Expression) throws(Failure) -> Expression
  ) throws(Failure) -> Expression {
    func all(_ items: [Expression]) throws(Failure) -> [Expression] {
      var mapped: [Expression] = []
      for item in items { mapped.append(try map(item)) }
      return mapped
    }
    func one(_ item: Expression?) throws(Failure) -> Expression? {
      guard let item else { return nil }
      return try map(item)
    }
    func call(_ given: Arguments) throws(Failure) -> Arguments {
      var mapped = Arguments()
      mapped.positional = try all(given.positional)
      for (name, value) in given.keywords { mapped.keywords.append((name, try map(value))) }
      mapped.spread = try one(given.spread)
      mapped.keywordSpread = try one(given.keywordSpread)
      return mapped
    }
    let kind: Kind
    switch self.kind {
    case .constant, .name: return self
    case .tuple(let items): kind = .tuple(try all(items))
    case .list(let items): kind = .list(try all(items))
    case .concatenation(let items): kind = .concatenation(try all(items))
    case .dictionary(let pairs):
      var mapped: [(key: Expression, value: Expression)] = []
      for (key, value) in pairs { mapped.append((try map(key), try map(value))) }
      kind = .dictionary(mapped)
    case .attribute(let value, let name): kind = .attribute(try map(value), name)
    case .item(let value, let index): kind = .item(try map(value), try map(index))
    case .slice(let start, let stop, let step):
      kind = .slice(start: try one(start), stop: try one(stop), step: try one(step))
    case .call(let callee, let arguments): kind = .call(try map(callee), try call(arguments))
    case .filter(let operand, let name, let arguments):
      kind = .filter(try one(operand), name, try call(arguments))
    case .test(let operand, let name, let arguments):
      kind = .test(try map(operand), name, try call(arguments))
    case .unary(let operation, let operand): kind = .unary(operation, try map(operand))
    case .binary(let operation, let left, let right): kind = .binary(operation, try map(left), try map(right))
    case .and(let left, let right): kind = .and(try map(left), try map(right))
    case .or(let left, let right): kind = .or(try map(left), try map(right))
    case .compare(let first, let rest):
      var mapped: [(ComparisonOperator, Expression)] = []
      let start = try map(first)
      for (comparison, operand) in rest { mapped.append((comparison, try map(operand))) }
      kind = .compare(start, mapped)
    case .conditional(let test, let then, let otherwise):
      kind = .conditional(test: try map(test), then: try map(then), otherwise: try one(otherwise))
    }
    return Expression(kind: kind, range: range)
  }
}
