/// A function of the program while it is written.
final class FunctionBuilder {
  var program: FunctionProgram
  let parent: FunctionBuilder?
  /// The index in the program.
  let index: Int
  private var slots: [String: Int] = [:]
  /// Blocks look their names up in the context, which other functions changed.
  let isBlock: Bool

  init(title: String, index: Int, parent: FunctionBuilder?, isBlock: Bool = false) {
    program = FunctionProgram(title: title)
    self.index = index
    self.parent = parent
    self.isBlock = isBlock
  }

  /// The slot of a variable, made when it is new.
  func slot(_ target: String) -> Int {
    if let slot = slots[target] { return slot }
    let slot = program.slotNames.count
    slots[target] = slot
    program.slotNames.append(String(target.drop { $0 != "." }.dropFirst()))
    return slot
  }

  func temporary(_ name: String) -> Int {
    program.slotNames.append(name)
    return program.slotNames.count - 1
  }

  /// Where a variable lives: functions to go up, and its slot there.
  func place(_ target: String) -> (depth: Int, slot: Int)? {
    if let slot = slots[target] { return (0, slot) }
    return parent?.place(target).map { ($0.depth + 1, $0.slot) }
  }
}

/// Where code stands: its function, its names and what kind of body it is.
struct Scope {
  var function: FunctionBuilder
  var symbols: Symbols
  var isTopLevel = false
  var isLoop = false
  var isBlock = false
  /// Inside an `if`, whose filters and tests need only exist when they are met.
  var isSoft = false
  var escape = EscapeMode.never
  /// What the nearest `autoescape` with a constant flag said; all that Jinja knows while it compiles.
  var escapesConstants = false
  /// Where `break` and `continue` go.
  var loop: LoopLabels?

  func inner() -> Scope {
    var scope = self
    scope.symbols = Symbols(parent: symbols)
    scope.isTopLevel = false
    scope.isLoop = false
    scope.isBlock = false
    scope.isSoft = false
    return scope
  }
}

/// The jumps of a loop that are not placed yet.
final class LoopLabels {
  let start: Int
  var exits: [Int] = []
  /// Captures that were begun inside the loop and must be ended by a jump out of it.
  init(start: Int) { self.start = start }
}
