/// How a value is put out or joined to others.
enum EscapeMode: UInt8, Sendable {
  /// As it is.
  case never
  /// Escaped for HTML, unless it is markup.
  case always
  /// As the running `autoescape` block says.
  case dynamic
  /// A text that was made by the template itself; anything else is an error.
  case verbatim
}

/// One step of a program. Values wait on a stack; "pops" takes the top, "pushes" adds to it.
enum Instruction: Sendable {
  // MARK: Output
  /// Appends a constant text.
  case text(Int)
  /// Appends a field of the record (or another free name).
  case printName(Int)
  /// Pops a value and appends it.
  case print(EscapeMode)
  /// What is put out from here on is kept back.
  case beginCapture
  /// Pushes what was kept back since.
  case endCapture(EscapeMode)

  // MARK: Values
  /// Pushes a constant.
  case constant(Int)
  /// Pushes a variable of this function; an unset one is undefined.
  case slot(Int)
  /// Pushes a variable of a function around this one.
  case outerSlot(depth: Int, slot: Int)
  /// Pushes a field of the record or a global.
  case name(Int)
  /// Pops into a variable.
  case store(Int)
  /// Sets a variable to a free name's value, unset when there is none.
  case storeName(slot: Int, name: Int)
  /// Sets a variable to another's value, which may be unset.
  case alias(slot: Int, depth: Int, from: Int)
  case clear(Int)
  case pop
  /// Makes a variable visible to blocks.
  case export(name: Int, slot: Int)
  /// Pushes the undefined value of an inline `if` without `else`.
  case noElse(line: Int)
  /// Pushes the undefined value of a parameter that was not given.
  case notProvided(Int)

  // MARK: Operations
  case unary(UnaryOperator)
  case binary(BinaryOperator)
  case compare(ComparisonOperator)
  /// Compares; when false leaves false and jumps, else leaves the right side for the next comparison.
  case compareChained(ComparisonOperator, Int)
  /// Pops so many values and pushes their texts as one.
  case concatenate(Int, EscapeMode)
  case list(Int)
  case tuple(Int)
  /// Pops so many pairs of key and value.
  case dictionary(Int)
  /// Pops start, stop and step and pushes a slice object.
  case sliceObject
  /// Pops a value and its bounds and pushes the part.
  case slice
  case attribute(Int)
  case item
  /// Pops an index and pushes the item of a constant list, without making the list.
  case itemOfConstant(Int)
  case filter(Filter, Int)
  case unknownFilter(Int)
  case test(TestName, Int)
  case call(Int)
  case method(Int)
  /// Pops a sequence and pushes so many items, the first on top.
  case unpack(Int)
  case requireNamespace
  /// Fails when the value on top is undefined.
  case rejectUndefined
  /// Pops a namespace and a value, and sets an attribute.
  case setAttribute(Int)

  // MARK: Jumps
  case jump(Int)
  case jumpIfFalse(Int)
  /// Jumps with the value where it is false, else pops it.
  case and(Int)
  /// Jumps with the value where it is true, else pops it.
  case or(Int)
  case jumpIfSet(slot: Int, Int)
  /// Jumps over a value that was computed before in this rendering, and pushes it.
  case once(slot: Int, Int)
  /// Keeps the value on top for `once`.
  case remember(Int)

  // MARK: Loops
  /// Pops an iterable and pushes one of the items that pass a test.
  case filterItems(function: Int)
  /// Pops an iterable and begins a loop over it.
  case beginLoop
  /// The same, with the variable `loop`.
  case beginExtendedLoop(slot: Int)
  /// The same in a function that `loop(…)` calls again.
  case beginRecursiveLoop(slot: Int)
  /// Pushes the next item or jumps.
  case next(Int)
  case endLoop
  /// Pops an iterable and puts out what a recursive loop makes of it.
  case recursiveLoop(function: Int)

  // MARK: Together
  /// Appends a variable.
  case printSlot(Int)
  /// Pushes an attribute of a variable.
  case slotAttribute(slot: Int, name: Int)
  /// Appends an attribute of a variable.
  case printSlotAttribute(slot: Int, name: Int)
  /// Sets a variable to the next item or jumps.
  case nextInto(slot: Int, Int)
  /// Compares, and jumps when that is false.
  case jumpUnless(ComparisonOperator, Int)
  /// Jumps where the value is true.
  case jumpIfTrue(Int)
  /// Sets a variable to another's value, which is undefined where it is unset.
  case copySlot(from: Int, to: Int)
  /// Sets a variable to the value on top and leaves it there.
  case storeAndKeep(Int)
  /// Pushes a variable through a filter.
  case slotFilter(slot: Int, Filter, Int)
  /// Compares the value on top with a constant.
  case compareConstant(ComparisonOperator, Int)
  /// The same, and jumps when that is false.
  case jumpUnlessConstant(ComparisonOperator, Int, Int)
  /// Pops a value and pushes the part between constant bounds.
  case sliceByConstants(Int, Int, Int)
  case requireSlotNamespace(Int)
  /// Pops a value and sets an attribute of the namespace that a variable holds.
  case setSlotAttribute(slot: Int, name: Int)
  /// Calls a value and appends what it gives.
  case callAndPrint(Int)
  /// Pops a sequence and a separator and appends the items with the separator between them.
  case joinAndPrint(Int)
  /// Goes on with the next item at the loop's body, or behind the loop.
  case nextAgain(slot: Int, exit: Int, body: Int)

  // MARK: Functions
  /// Pushes a macro.
  case macro(Int)
  case block(Int)
  /// Pops `autoescape`'s flag and begins its block.
  case beginAutoescape
  case endAutoescape
  /// Fails.
  case raise(Int)
  case finish
}
