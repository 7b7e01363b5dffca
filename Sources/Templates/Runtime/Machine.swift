import Bytes

/// Runs programs: a stack of values, the variables of running functions, and the bytes put out so far.
final class Machine {
  let program: Program
  let linked: LinkedProgram
  let environment: TemplateEnvironment
  let limits: RenderLimits
  let isStrict: Bool
  let isSandboxed: Bool
  let region: Region
  let state: UnsafeMutablePointer<MachineState>
  @exclusivity(unchecked) var stackRoom = StackRoom.unknown
  let matchers = MatcherCache()
  let stack: UnsafeMutablePointer<Datum>
  let stackSize: Int
  /// Free names that were looked up before in this rendering; `.missing` where there is none.
  private let known: UnsafeMutablePointer<Bool>
  private let values: UnsafeMutablePointer<Datum>
  private let nameCount: Int
  /// Globals by name, `.none` where a name is no global.
  private let globals: UnsafeMutablePointer<Datum>
  private let globalBoxes: [FunctionBox]
  /// The variables of the template itself.
  private let rootFrame: Frame

  init(_ program: Program, environment: TemplateEnvironment, limits: RenderLimits) {
    self.program = program
    linked = program.link()
    self.environment = environment
    self.limits = limits
    isStrict = environment.isStrict
    isSandboxed = environment.isSandboxed
    region = Region(limit: limits.memoryBytes)
    state = .allocate(capacity: 1)
    state.initialize(to: MachineState(onceCount: program.onceCount))
    nameCount = program.names.count
    known = .allocate(capacity: nameCount)
    known.initialize(repeating: false, count: nameCount)
    values = .allocate(capacity: nameCount)
    globals = .allocate(capacity: nameCount)
    var boxes: [FunctionBox] = []
    for (place, name) in program.names.enumerated() {
      globals[place] = .none
      if let function = GlobalFunction(rawValue: name), function.exists(in: environment) {
        let box = FunctionBox(function)
        boxes.append(box)
        globals[place] = .object(Unmanaged.passUnretained(box))
      }
    }
    globalBoxes = boxes
    let slotCount = program.functions.first?.slotNames.count ?? 0
    let slots = UnsafeMutablePointer<Datum>.allocate(capacity: max(1, slotCount))
    rootFrame = Frame()
    rootFrame.set(slots: slots, slotCount: slotCount, parent: nil)
    stackSize = (1 << 14) + (program.functions.map(\.stackNeed).max() ?? 0) * 2
    stack = .allocate(capacity: stackSize)
  }

  deinit {
    state.deinitialize(count: 1)
    state.deallocate()
    stack.deallocate()
    known.deallocate()
    values.deallocate()
    globals.deallocate()
    rootFrame.slots.deallocate()
  }

  /// Renders the template into `output`.
  func render() throws(RenderFailure) {
    stackRoom.enter()
    rootFrame.slots.update(repeating: .missing, count: rootFrame.slotCount)
    try run(0, rootFrame)
  }

  /// Runs a function for the value that it leaves.
  func evaluate(_ function: Int = 0) throws(RenderFailure) -> Datum {
    stackRoom.enter()
    try run(function, try newFrame(function, parent: nil))
    return pop()
  }

  /// Makes ready for the next rendering.
  func reset() {
    region.reset()
    known.update(repeating: false, count: nameCount)
    state.pointee.reset()
  }

  // MARK: Names

  /// A free name's value; `.missing` when there is none.
  func lookup(_ name: Int) throws(RenderFailure) -> Datum {
    if known[name] { return values[name] }
    var value = try state.pointee.fields.value(name, self)
    if value.isMissing, !globals[name].isNone { value = globals[name] }
    known[name] = true
    values[name] = value
    return value
  }

  private func pushName(_ name: Int) throws(RenderFailure) {
    let value = try lookup(name)
    push(value.isMissing ? try undefined(name: program.names[name]) : value)
  }

  // MARK: The stack

  @inline(__always)
  func push(_ value: Datum) {
    let top = state.pointee.top
    stack[top] = value
    state.pointee.top = top &+ 1
  }

  @inline(__always)
  func pop() -> Datum {
    let top = state.pointee.top &- 1
    state.pointee.top = top
    return stack[top]
  }

  // MARK: Execution

  func outer(_ frame: Frame, _ depth: Int) -> Frame {
    var frame = frame
    for _ in 0..<depth { frame = frame.parent ?? frame }
    return frame
  }

  func execute(_ function: Int, _ frame: Frame) throws(RenderFailure) {
    let code = linked.functions[function].code
    var place = 0
    do throws(RenderFailure) {
      while place < code.count { place = try step(code[place], at: place, frame, function) }
    } catch {
      var failure = error
      if failure.line == 0, place < program.functions[function].lines.count {
        failure.line = program.functions[function].lines[place]
      }
      throw failure
    }
  }

  /// A variable's value; undefined when it is not set.
  @inline(__always)
  private func variable(_ slot: Int, _ frame: Frame, _ function: Int) throws(RenderFailure) -> Datum {
    let value = frame.slots[slot]
    return value.isMissing ? try undefined(name: program.functions[function].slotNames[slot]) : value
  }

  /// An attribute whose name is a constant.
  @inline(__always)
  private func attribute(of value: Datum, _ name: Int) throws(RenderFailure) -> Datum {
    guard case .text(let text) = linked.constants[name] else { return .none }
    return try attribute(value, text, linked.attributes[name])
  }

  /// The next item of the innermost loop.
  @inline(__always)
  private func nextItem() throws(RenderFailure) -> Datum? {
    // Out of the array while it runs: the cursor may run code that has loops of its own.
    let last = state.pointee.cursors.count &- 1
    var cursor = state.pointee.cursors[last]
    guard let item = try cursor.next(self) else { return nil }
    state.pointee.cursors[last] = cursor
    try countIteration()
    return item
  }

  /// Appends a value where nothing is escaped.
  @inline(__always)
  private func printValue(_ value: Datum) throws(RenderFailure) {
    if case .text(let text) = value {
      output.append(text.raw)
      return try checkOutput()
    }
    push(value)
    try printTop(.never)
  }

  /// Carries out one instruction; the place of the next.
  @inline(__always)
  private func step(
    _ instruction: Instruction, at place: Int, _ frame: Frame, _ function: Int
  ) throws(RenderFailure) -> Int {
    switch instruction {
    case .text(let constant):
      if case .text(let text) = linked.constants[constant] { output.append(text.raw) }
      try checkOutput()
    case .printName(let name):
      if let text = state.pointee.fields.plainText(name) {
        output.append(text.raw)
        try checkOutput()
      } else {
        try pushName(name)
        try printTop(.never)
      }
    case .print(let mode): try printTop(mode)
    case .constant(let constant): push(linked.constants[constant])
    case .slot(let slot): push(try variable(slot, frame, function))
    case .name(let name): try pushName(name)
    case .store(let slot): frame.slots[slot] = pop()
    case .clear(let slot): frame.slots[slot] = .missing
    case .jump(let target): return target
    case .jumpIfFalse(let target):
      let value = pop()
      if case .boolean(let flag) = value {
        if !flag { return target }
      } else if try !isTrue(value) {
        return target
      }
    case .attribute(let name):
      push(try attribute(of: pop(), name))
    case .item:
      let key = pop()
      push(try item(pop(), key))
    case .itemOfConstant(let constant):
      push(try item(linked.constants[constant], pop()))
    case .next(let target):
      guard let item = try nextItem() else { return target }
      push(item)
    case .nextInto(let slot, let target):
      guard let item = try nextItem() else { return target }
      frame.slots[slot] = item
      return place + 2
    case .printSlot(let slot):
      try printValue(try variable(slot, frame, function))
      return place + 2
    case .slotAttribute(let slot, let name):
      push(try attribute(of: try variable(slot, frame, function), name))
      return place + 2
    case .printSlotAttribute(let slot, let name):
      try printValue(try attribute(of: try variable(slot, frame, function), name))
      return place + 3
    case .jumpUnless(let comparison, let target):
      let right = pop()
      let left = pop()
      if let quick = quickCompare(comparison, left, right) {
        return quick ? place + 2 : target
      }
      return try compare(comparison, left, right) ? place + 2 : target
    case .beginLoop:
      let iterable = pop()
      cursors.append(try requireCursor(over: iterable))
    case .endLoop: cursors.removeLast()
    case .compare(let comparison):
      let right = pop()
      let left = pop()
      if let quick = quickCompare(comparison, left, right) {
        push(.boolean(quick))
      } else {
        push(.boolean(try compare(comparison, left, right)))
      }
    case .binary(let operation):
      let right = pop()
      push(try binary(operation, pop(), right))
    case .filter(let filter, let site):
      try linked.sites[site].lend { (site) throws(RenderFailure) in
        if let quick = try quickFilter(filter, stack[top &- 1], site) {
          stack[top &- 1] = quick
        } else {
          try filterTop(filter, site)
        }
      }
    case .method(let site):
      try linked.sites[site].lend { (site) throws(RenderFailure) in try callMethod(site) }
    default: return try rareStep(instruction, at: place, frame, function)
    }
    return place + 1
  }

  private func rareStep(
    _ instruction: Instruction, at place: Int, _ frame: Frame, _ function: Int
  ) throws(RenderFailure) -> Int {
    switch instruction {
    case .beginCapture: state.pointee.captures.append(output.count)
    case .endCapture(let mode):
      let text = try takeOutput(from: state.pointee.captures.removeLast())
      push(isEscaping(mode) ? .markup(text) : .text(text))
    case .outerSlot(let depth, let slot):
      let owner = outer(frame, depth)
      let value = owner.slots[slot]
      push(value.isMissing ? try undefined(name: outerName(function, depth, slot)) : value)
    case .storeName(let slot, let name):
      if let shown = state.pointee.exported.last(where: { $0[name] != nil })?[name] {
        frame.slots[slot] = shown
      } else {
        frame.slots[slot] = try lookup(name)
      }
    case .alias(let slot, let depth, let from): frame.slots[slot] = outer(frame, depth).slots[from]
    case .pop: _ = pop()
    case .export(let name, let slot):
      if state.pointee.exported.isEmpty { state.pointee.exported.append([:]) }
      state.pointee.exported[0][name] = frame.slots[slot]
    case .noElse(let line):
      push(
        try lenientUndefined(
          "the inline if-expression on line \(line) evaluated to false and no else section was defined."))
    case .notProvided(let name):
      let text = try string(program.constants[name]).string
      push(try undefined("parameter '\(text)' was not provided", name: text))
    case .unary(let operation): push(try unary(operation, pop()))
    case .compareChained(let comparison, let target):
      let right = pop()
      if try compare(comparison, pop(), right) {
        push(right)
      } else {
        push(.boolean(false))
        return target
      }
    case .concatenate(let count, let mode): try concatenate(count, mode)
    case .list(let count):
      let box = region.newList()
      top -= count
      box.items.append(contentsOf: UnsafeBufferPointer(start: stack + top, count: count))
      push(try region.list(box))
    case .tuple(let count): push(try region.tuple(popItems(count)))
    case .dictionary(let count): try makeDictionary(count)
    case .sliceObject:
      let step = pop()
      let stop = pop()
      push(try region.object(SliceBox(pop(), stop, step)))
    case .slice:
      let step = pop()
      let stop = pop()
      let start = pop()
      push(try slice(pop(), start, stop, step))
    case .unknownFilter(let site):
      let name = program.sites[site].name
      throw runtimeError("TemplateRuntimeError", "No filter or test named '\(name)' found.")
    case .test(let test, let site):
      try linked.sites[site].lend { (site) throws(RenderFailure) in try testTop(test, site) }
    case .call(let site):
      try linked.sites[site].lend { (site) throws(RenderFailure) in try callTop(site) }
    case .unpack(let count): try unpack(pop(), count)
    case .requireNamespace:
      guard pop().isObject(NamespaceBox.self) else {
        throw runtimeError("TemplateRuntimeError", "cannot assign attribute on non-namespace object")
      }
    case .rejectUndefined:
      if case .undefined(let note) = stack[top - 1] { throw undefinedFailure(note.box) }
    case .setAttribute(let name): try setAttribute(linked.constants[name])
    case .and(let target):
      if try !isTrue(stack[top - 1]) { return target }
      _ = pop()
    case .or(let target):
      if try isTrue(stack[top - 1]) { return target }
      _ = pop()
    case .jumpIfSet(let slot, let target): if !frame.slots[slot].isMissing { return target }
    case .once(let slot, let target):
      if !state.pointee.once[slot].isMissing {
        push(state.pointee.once[slot])
        return target
      }
    case .remember(let slot): state.pointee.once[slot] = stack[top - 1]
    case .filterItems(let filter):
      let cursor = try requireCursor(over: pop())
      let own = try newFrame(filter, parent: frame)
      push(try region.object(FilteredIterator(cursor, function: filter, frame: own)))
    case .beginExtendedLoop(let slot): try beginLoop(slot, frame, recursion: nil, depth: 0)
    case .beginRecursiveLoop(let slot):
      let item = program.functions[function].itemSlot
      var depth = 0
      if case .integer(let given) = frame.slots[item + 1] { depth = given }
      try beginLoop(slot, frame, recursion: (function, frame.parent ?? frame), depth: depth)
    case .recursiveLoop(let loop):
      push(try recursiveLoop(loop, frame, pop(), depth: 0))
      try printTop(.verbatim)
    case .macro(let index): push(try region.object(MacroBox(linked.macro(index), frame)))
    case .block(let use): try runBlock(program.blockUses[use], frame)
    case .beginAutoescape:
      state.pointee.autoescapes.append(autoescape)
      autoescape = try isTrue(pop())
    case .endAutoescape: autoescape = state.pointee.autoescapes.popLast() ?? false
    case .raise(let failure): throw program.failures[failure]
    case .finish: return .max
    default: break
    }
    return place + 1
  }
}
