/// Computes what needs no record, as Jinja's optimizer does.
struct ConstantFolder {
  let environment: TemplateEnvironment
  let stackRoom: StackRoom
  /// Answer choices that are the same for every record, where the template only reads them.
  let choices: [String]?

  /// Longer results stay a computation.
  private static let longest = 1 << 14

  /// The value of an expression that is made of literals; nil for anything else, for values that are no
  /// scalars, and where computing it fails (it then fails when it is reached).
  func fold(_ expression: Expression, _ escape: EscapeMode = .never) -> Literal? {
    if case .constant(let literal) = expression.kind { return literal }
    guard escape == .never, isFoldable(expression) else { return nil }
    return evaluate(expression) { machine, value in
      switch value {
      case .none: return Literal.none
      case .boolean(let flag): return .boolean(flag)
      case .integer(let number): return .integer(number)
      case .number(let number): return .number(number)
      case .text(let text): return text.count <= Self.longest ? .string(text.string) : nil
      default: return nil
      }
    }
  }

  /// What an output of the expression appends, when that is known.
  func text(of expression: Expression) -> String? {
    guard isFoldable(expression) else { return nil }
    return evaluate(expression) { machine, value in
      if case .object = value { return nil }
      guard let text = try? machine.string(value), text.count <= Self.longest else { return nil }
      return text.string
    }
  }

  func truth(of expression: Expression) -> Bool? {
    guard isFoldable(expression) else { return nil }
    return evaluate(expression) { machine, value in try? machine.isTrue(value) }
  }

  private func evaluate<Result>(_ expression: Expression, _ read: (Machine, Datum) -> Result?) -> Result? {
    let program = Program()
    let text = TemplateText("", keepsTrailingNewline: false)
    let compiler = Compiler(
      text, environment: environment, program: program, constantChoices: choices, isChecking: false,
      folds: false,
      stackRoom: stackRoom)
    compiler.compileAlone(expression)
    guard compiler.problems.isEmpty else { return nil }
    var limits = RenderLimits()
    limits.loopIterations = 100_000
    limits.memoryBytes = 1 << 20
    let machine = Machine(program, environment: environment, limits: limits)
    // Iterators that wait among its objects may hold it.
    defer { machine.reset() }
    machine.stackRoom = stackRoom
    // Each expression around a constant is tried anew: none may take long.
    machine.integerBits = 1 << 12
    guard let value = try? machine.evaluate() else { return nil }
    return read(machine, value)
  }

  /// Whether an expression is made of literals and may be computed ahead of time.
  private func isFoldable(_ expression: Expression) -> Bool {
    (isConstant(expression) || choices != nil && isConstant(expression, withChoices: true))
      && !draws(expression)
  }

  /// Whether filters or tests stand in an expression; where escaping is not known, Jinja leaves those alone.
  func usesFilters(_ expression: Expression) -> Bool {
    switch expression.kind {
    case .filter, .test: true
    default: expression.children.contains(where: usesFilters)
    }
  }

  private func draws(_ expression: Expression) -> Bool {
    if case .filter(_, let name, _) = expression.kind, Filter(rawValue: name)?.isImpure ?? false {
      return true
    }
    return expression.children.contains(where: draws)
  }

  /// Whether an expression is made of literals alone.
  ///
  /// - Parameter withChoices: the constant answer choices count as literals; Jinja knows nothing of them.
  func isConstant(_ expression: Expression, withChoices: Bool = false) -> Bool {
    func areConstant() -> Bool {
      expression.children.allSatisfy { isConstant($0, withChoices: withChoices) }
    }
    switch expression.kind {
    case .constant: return true
    case .name("answer_choices"): return withChoices
    case .name, .call: return false
    case .conditional(_, _, let otherwise):
      // Without `else` the value may be undefined, which Jinja leaves for later.
      return otherwise != nil && areConstant()
    case .filter(let operand, let name, _):
      guard operand != nil, let filter = Filter(rawValue: name), filter.exists(in: environment) else {
        return false
      }
      // Filters that get Jinja's context are never folded.
      switch filter {
      case .random, .map, .select, .reject, .selectattr, .rejectattr: return false
      default: return areConstant()
      }
    case .test(_, let name, _):
      return TestName(rawValue: name) != nil && areConstant()
    default: return areConstant()
    }
  }
}
