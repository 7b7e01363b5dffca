/// Works a template's tree out into a `LinePlan`: constants are put in the place of names, loops over constants
/// are written out, and everything that is left must depend on the record's fields alone.
struct LineLowering {
  /// The template is more than a list of texts.
  struct Refusal: Error {}

  private let environment: TemplateEnvironment
  private let folder: ConstantFolder
  private var resolver: LineResolver
  private var plan = LinePlan()
  private var places: [String: Int] = [:]
  /// Ifs around the current statement, and those of them inside the nearest loop.
  private var branches = 0
  private var scopeBranches = 0
  private var unrolled = 0
  private let limits: RenderLimits

  /// Larger plans gain nothing.
  private static let mostSteps = 2048

  /// - Parameter choices: the constant answer choices; nil where the template has none.
  static func lower(
    _ statements: [Statement], environment: TemplateEnvironment, choices: [String]?, limits: RenderLimits
  ) -> LinePlan? {
    var lowering = LineLowering(environment, choices, limits)
    do throws(Refusal) {
      try lowering.lower(statements)
      return lowering.plan
    } catch {
      return nil
    }
  }

  private init(_ environment: TemplateEnvironment, _ choices: [String]?, _ limits: RenderLimits) {
    self.environment = environment
    self.limits = limits
    folder = ConstantFolder(environment: environment, stackRoom: StackRoom(), choices: nil)
    resolver = LineResolver(environment, choices)
  }

  private mutating func lower(_ statements: [Statement]) throws(Refusal) {
    for statement in statements { try lower(statement) }
  }

  private mutating func lower(_ statement: Statement) throws(Refusal) {
    guard plan.steps.count < Self.mostSteps else { throw Refusal() }
    switch statement.kind {
    case .text(let text): try append(text)
    case .output(let value): try output(try resolver.resolve(value))
    case .conditional(let branches, let otherwise): try conditional(branches[...], otherwise)
    case .assign(.name(let name, _), let value):
      // Behind a branch nobody knows which value a name has.
      guard scopeBranches == 0 else { throw Refusal() }
      let value = try resolver.resolve(value)
      guard isConstant(value) else { throw Refusal() }
      resolver.bind(name, value)
    case .loop(let loop): try self.loop(loop)
    default: throw Refusal()
    }
  }

  // MARK: Texts

  private mutating func append(_ text: String) throws(Refusal) {
    guard environment.dividesOutput else { return literal(text) }
    let bytes = Array(text.utf8)
    let hasMark = bytes.withUnsafeBytes { Text($0).find(Text(protectedDivider)) != nil }
    guard !hasMark else { throw Refusal() }
    var rest = bytes[...]
    while let bar = rest.firstIndex(of: UInt8(ascii: "|")) {
      // Bars that are no divider by themselves may become one with what stands beside them.
      guard rest[bar...].starts(with: "|||".utf8), rest[(bar + 3)...].first != UInt8(ascii: "|") else {
        throw Refusal()
      }
      literal(String(decoding: rest[..<bar], as: UTF8.self))
      plan.steps.append(.divide)
      if branches > 0 { plan.dividesInBranches = true }
      rest = rest[(bar + 3)...]
    }
    literal(String(decoding: rest, as: UTF8.self))
  }

  private mutating func literal(_ text: String) {
    if !text.isEmpty { plan.steps.append(.literal(Array(text.utf8))) }
  }

  private mutating func output(_ value: Expression) throws(Refusal) {
    if let text = folder.text(of: value) { return try append(text) }
    if case .filter(let operand?, let name, let arguments) = value.kind, name == "choice", arguments.isEmpty {
      return try draw(operand)
    }
    plan.steps.append(.derived(try derive(value, .text)))
  }

  private mutating func draw(_ operand: Expression) throws(Refusal) {
    // In a loop Jinja draws once, or each time: that is left to the machine.
    guard case .list(let items) = operand.kind, !items.isEmpty, unrolled == 0 else { throw Refusal() }
    var texts: [[UInt8]] = []
    for item in items {
      guard let text = folder.text(of: item), !environment.dividesOutput || !text.mayDivide else {
        throw Refusal()
      }
      texts.append(Array(text.utf8))
    }
    plan.steps.append(.draw(texts))
  }

  private mutating func derive(_ value: Expression, _ use: Derivation.Use) throws(Refusal) -> Int {
    guard try resolver.isDerivable(value) else { throw Refusal() }
    let key = "\(use.rawValue) \(value.key)"
    if let known = places[key] { return known }
    var fields: Set<String> = []
    value.visitNames { name, _ in fields.insert(name) }
    plan.derivations.append(
      Derivation(key: key, expression: value, use: use, field: fields.count == 1 ? fields.first : nil))
    places[key] = plan.derivations.count - 1
    return plan.derivations.count - 1
  }

  // MARK: Branches and loops

  private mutating func conditional(
    _ rest: ArraySlice<(test: Expression, body: [Statement])>, _ otherwise: [Statement]
  ) throws(Refusal) {
    guard let first = rest.first else { return try lower(otherwise) }
    let test = try resolver.resolve(first.test)
    if let known = folder.truth(of: test) {
      return known ? try lower(first.body) : try conditional(rest.dropFirst(), otherwise)
    }
    let derived = try derive(test, .truth)
    let skip = plan.steps.count
    plan.steps.append(.skipUnless(derived, 0))
    branches += 1
    scopeBranches += 1
    try lower(first.body)
    let exit = plan.steps.count
    plan.steps.append(.jump(0))
    plan.steps[skip] = .skipUnless(derived, plan.steps.count)
    try conditional(rest.dropFirst(), otherwise)
    plan.steps[exit] = .jump(plan.steps.count)
    branches -= 1
    scopeBranches -= 1
  }

  private mutating func loop(_ loop: ForLoop) throws(Refusal) {
    guard case .name(let target, _) = loop.target, loop.test == nil, !loop.isRecursive, target != "loop"
    else {
      throw Refusal()
    }
    let items: [Expression]
    switch try resolver.resolve(loop.iterable).kind {
    case .list(let elements), .tuple(let elements): items = elements
    default: throw Refusal()
    }
    guard items.allSatisfy(isConstant) else { throw Refusal() }
    if items.isEmpty { return try scoped { (inner) throws(Refusal) in try inner.lower(loop.otherwise) } }
    let outerLoop = resolver.loop
    unrolled += items.count
    // A loop that meets the limit is left to the machine, which says so.
    guard unrolled <= limits.loopIterations else { throw Refusal() }
    for (place, item) in items.enumerated() {
      try scoped { (inner) throws(Refusal) in
        inner.resolver.bind(target, item)
        inner.resolver.loop = (place, items.count)
        try inner.lower(loop.body)
      }
    }
    resolver.loop = outerLoop
  }

  /// Names that are bound inside are forgotten behind it; that holds in an `if` as well.
  private mutating func scoped(
    _ body: (inout LineLowering) throws(Refusal) -> Void
  ) throws(Refusal) {
    let outer = scopeBranches
    resolver.enter()
    scopeBranches = 0
    defer {
      scopeBranches = outer
      resolver.leave()
    }
    try body(&self)
  }

  private func isConstant(_ value: Expression) -> Bool {
    switch value.kind {
    case .constant: true
    case .list(let items), .tuple(let items): items.allSatisfy(isConstant)
    default: folder.fold(value) != nil
    }
  }
}

extension String {
  /// Whether it holds what a divider is made of, or the mark that is made one.
  var mayDivide: Bool {
    Array(utf8).withUnsafeBytes { bytes in
      bytes.contains(UInt8(ascii: "|")) || Text(bytes).find(Text(protectedDivider)) != nil
    }
  }
}
