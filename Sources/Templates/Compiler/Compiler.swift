import Bytes

/// Turns a tree into a program.
final class Compiler {
  let text: TemplateText
  let environment: TemplateEnvironment
  let program: Program
  private(set) var problems: [SyntaxFailure] = []
  /// Free names with where they are read.
  private(set) var freeNames: [(name: String, range: Range<Int>)] = []
  /// Names that the template asks about with `is defined` or gives a default.
  private(set) var guardedNames: Set<String> = []
  private var constantTexts: [String: Int] = [:]
  private var exportsNames = false
  /// Answer choices that do not depend on the record.
  let constantChoices: [String]?
  let folder: ConstantFolder
  /// Whether unknown filters inside `if` are told now rather than when they are met.
  let isChecking: Bool
  /// The fields of the schema, which go before functions of the same name.
  var fields: [String] = []
  /// Off while a constant itself is computed.
  let folds: Bool
  private let stackRoom: StackRoom

  init(
    _ text: TemplateText, environment: TemplateEnvironment, program: Program, constantChoices: [String]?,
    isChecking: Bool, folds: Bool = true, stackRoom: StackRoom = StackRoom()
  ) {
    self.stackRoom = stackRoom
    self.folds = folds
    self.text = text
    self.environment = environment
    self.program = program
    self.constantChoices = constantChoices
    self.isChecking = isChecking
    folder = ConstantFolder(
      environment: environment, stackRoom: stackRoom, choices: constantChoices)
  }

  func report(_ message: String, _ range: Range<Int>) {
    problems.append(SyntaxFailure(message: message, range: range))
  }

  /// Whether the tree may be walked further down; if not, tells so.
  func mayDescend(_ range: Range<Int>) -> Bool {
    guard !stackRoom.isLeft else { return true }
    if problems.isEmpty { report("nested too deep; simplify it", range) }
    return false
  }

  // MARK: Functions

  func newFunction(_ title: String, parent: FunctionBuilder?, isBlock: Bool = false) -> FunctionBuilder {
    program.functions.append(FunctionProgram(title: title))
    return FunctionBuilder(
      title: title, index: program.functions.count - 1, parent: parent,
      isBlock: isBlock || parent?.isBlock ?? false)
  }

  func finish(_ function: FunctionBuilder) {
    emit(.finish, 0..<0, function)
    function.program.parent = function.parent?.index
    function.program.lines = function.program.offsets.map { text.line(of: $0) }
    program.functions[function.index] = function.program
  }

  /// Compiles the whole template.
  func compile(_ statements: [Statement]) {
    let blocks = statements.blocks
    for (block, range) in blocks {
      if program.blocks[block.name] != nil {
        report("block '\(block.name)' defined twice", range)
      } else {
        program.blocks[block.name] = -1
      }
    }
    exportsNames = !blocks.isEmpty
    let root = newFunction("template", parent: nil)
    var scope = Scope(function: root, symbols: Symbols(parent: nil))
    scope.isTopLevel = true
    if !UndeclaredNames.find(["self"], in: statements).isEmpty { declareSelf(scope) }
    scope.symbols.analyze(statements)
    enter(scope)
    compile(statements, scope)
    finish(root)
    for (block, _) in blocks where program.blocks[block.name] == -1 { compile(block) }
  }

  /// Compiles an expression as a function that leaves its value on the stack; the function's index.
  @discardableResult
  func compileAlone(_ expression: Expression) -> Int {
    let function = newFunction("constant", parent: nil)
    compile(expression, Scope(function: function, symbols: Symbols(parent: nil)))
    finish(function)
    return function.index
  }

  private func declareSelf(_ scope: Scope) {
    let slot = scope.function.slot(scope.symbols.declareParameter("self"))
    let reference = Datum.object(program.storage.keep(TemplateReferenceBox()))
    emit(.constant(addConstant(reference)), 0..<0, scope.function)
    emit(.store(slot), 0..<0, scope.function)
  }

  private func compile(_ block: Block) {
    let function = newFunction("block \(block.name)", parent: nil, isBlock: true)
    program.blocks[block.name] = function.index
    var scope = Scope(function: function, symbols: Symbols(parent: nil))
    scope.isBlock = true
    if !UndeclaredNames.find(["self"], in: block.body).isEmpty { declareSelf(scope) }
    scope.symbols.analyze(block.body)
    enter(scope)
    compile(block.body, scope)
    finish(function)
  }

  /// Fills a scope's variables, as Jinja does where the scope begins.
  func enter(_ scope: Scope) {
    let function = scope.function
    for target in scope.symbols.loadOrder {
      switch scope.symbols.loads[target] {
      case .parameter, nil: _ = function.slot(target)
      case .resolve(let name):
        // A name that is only read needs no variable.
        guard scope.symbols.stores.contains(name) || function.isBlock else { continue }
        emit(.storeName(slot: function.slot(target), name: addName(name)), 0..<0, function)
      case .alias(let outer):
        if let place = function.place(outer) {
          emit(.alias(slot: function.slot(target), depth: place.depth, from: place.slot), 0..<0, function)
        } else if case .resolve(let name)? = scope.symbols.load(of: outer) {
          // Out there the name is only read, so it has no variable.
          emit(.storeName(slot: function.slot(target), name: addName(name)), 0..<0, function)
        } else {
          emit(.clear(function.slot(target)), 0..<0, function)
        }
      case .undefined: emit(.clear(function.slot(target)), 0..<0, function)
      }
    }
  }

  /// Forgets a scope's variables.
  func leave(_ scope: Scope) {
    for target in scope.symbols.loadOrder {
      if let place = scope.function.place(target), place.depth == 0 {
        emit(.clear(place.slot), 0..<0, scope.function)
      }
    }
  }

  // MARK: Emitting

  @discardableResult
  func emit(_ instruction: Instruction, _ range: Range<Int>, _ function: FunctionBuilder) -> Int {
    closeText(function)
    function.program.code.append(instruction)
    function.program.offsets.append(range.lowerBound)
    return function.program.code.count - 1
  }

  func here(_ function: FunctionBuilder) -> Int { function.program.code.count }

  /// Lets a jump that was emitted before go to here.
  func land(_ jump: Int, _ function: FunctionBuilder) {
    let target = here(function)
    let code = function.program.code[jump]
    function.program.code[jump] =
      switch code {
      case .jump: .jump(target)
      case .jumpIfFalse: .jumpIfFalse(target)
      case .and: .and(target)
      case .or: .or(target)
      case .jumpIfSet(let slot, _): .jumpIfSet(slot: slot, target)
      case .once(let slot, _): .once(slot: slot, target)
      case .compareChained(let comparison, _): .compareChained(comparison, target)
      case .next: .next(target)
      default: code
      }
  }

  // MARK: Tables

  func addConstant(_ value: Datum) -> Int {
    program.constants.append(value)
    return program.constants.count - 1
  }

  /// A text that lives as long as the program.
  func addText(_ text: String) -> Int {
    if let known = constantTexts[text], let other = program.constants[known].asText,
      other.bytes.elementsEqual(text.utf8)
    {
      return known
    }
    let constant = addConstant(.text((try? program.storage.text(text)) ?? .empty))
    constantTexts[text] = constant
    return constant
  }

  func addLiteral(_ literal: Literal) -> Int {
    switch literal {
    case .none: addConstant(.none)
    case .boolean(let flag): addConstant(.boolean(flag))
    case .integer(let number): addConstant(.integer(number))
    case .bigInteger(let digits): addConstant((try? program.storage.integer(digits: digits)) ?? .integer(0))
    case .number(let number): addConstant(.number(number))
    case .string(let text): addText(text)
    }
  }

  func addName(_ name: String) -> Int {
    if let known = program.names.firstIndex(where: { $0.utf8.elementsEqual(name.utf8) }) { return known }
    program.names.append(name)
    return program.names.count - 1
  }

  /// Compiles a part that is never reached: its mistakes are told, and nothing of it is kept.
  func discard(_ scope: Scope, _ body: () -> Void) {
    let function = scope.function
    let (length, free) = (function.program.code.count, freeNames.count)
    let joins = function.program.joinsText
    barrier(function)
    body()
    function.program.openText = []
    function.program.code.removeSubrange(length...)
    function.program.offsets.removeSubrange(length...)
    freeNames.removeSubrange(free...)
    scope.loop?.exits.removeAll { $0 >= length }
    function.program.joinsText = joins
  }

  func noteFree(_ name: String, _ range: Range<Int>) { freeNames.append((name, range)) }

  func noteGuarded(_ name: String) { guardedNames.insert(name) }

  func addFailure(_ failure: RenderFailure) -> Int {
    program.failures.append(failure)
    return program.failures.count - 1
  }

  /// Makes assigned names visible to blocks.
  func export(_ names: [String], _ scope: Scope) {
    guard exportsNames, scope.isTopLevel else { return }
    for name in names {
      guard let target = scope.symbols.reference(name), let place = scope.function.place(target) else {
        continue
      }
      emit(.export(name: addName(name), slot: place.slot), 0..<0, scope.function)
    }
  }
}
