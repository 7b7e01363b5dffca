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
  /// Bits that products and powers may have.
  @exclusivity(unchecked) var integerBits = 1 << 20
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
    let last = state.pointee.cursors.count &- 1
    let top = state.pointee.cursors[last]
    if case .list(let list, let place) = top.pointee {
      let item: Datum? = list._withUnsafeGuaranteedRef { box in
        place < box.items.count ? box.items[place] : nil
      }
      guard let item else { return nil }
      top.pointee = .list(list, place &+ 1)
      try countIteration()
      return item
    }
    if case .loop(let loop) = top.pointee {
      let item = try loop.lend { (box) throws(RenderFailure) in try box.advance(self) }
      if case .some = item { try countIteration() }
      return item
    }
    // Out of the stack while it runs: the cursor may run code that has loops of its own.
    var cursor = top.pointee
    guard let item = try cursor.next(self) else { return nil }
    state.pointee.cursors[last].pointee = cursor
    try countIteration()
    return item
  }

  /// Appends a value where nothing is escaped.
  @inline(__always)
  private func printValue(_ value: Datum) throws(RenderFailure) {
    switch value {
    case .text(let text): output.append(text.raw)
    case .integer(let number): appendInteger(number, to: &output)
    default:
      push(value)
      return try printTop(.never)
    }
    try checkOutput()
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
      let value = try lookup(name)
      try printValue(value.isMissing ? try undefined(name: program.names[name]) : value)
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
      let value = pop()
      if let quick = quickItem(value, key) {
        push(quick)
      } else {
        push(try item(value, key))
      }
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
    case .jumpIfTrue(let target):
      let value = pop()
      if case .boolean(let flag) = value {
        if flag { return target }
      } else if try isTrue(value) {
        return target
      }
      return place + 2
    case .copySlot(let from, let to):
      frame.slots[to] = try variable(from, frame, function)
      return place + 2
    case .storeAndKeep(let slot):
      frame.slots[slot] = stack[top &- 1]
      return place + 2
    case .slotFilter(let slot, let filter, let site):
      let value = try variable(slot, frame, function)
      push(value)
      if let quick = try quickFilter(filter, value, linked.site(site)) {
        stack[top &- 1] = quick
      } else {
        try filterTop(filter, linked.site(site))
      }
      return place + 2
    case .compareConstant(let comparison, let constant):
      let left = pop()
      let right = linked.constants[constant]
      if let quick = quickCompare(comparison, left, right) {
        push(.boolean(quick))
      } else {
        push(.boolean(try compare(comparison, left, right)))
      }
      return place + 2
    case .jumpUnlessConstant(let comparison, let constant, let target):
      let left = pop()
      let right = linked.constants[constant]
      if let quick = quickCompare(comparison, left, right) { return quick ? place + 3 : target }
      return try compare(comparison, left, right) ? place + 3 : target
    case .sliceByConstants(let start, let stop, let step):
      let constants = linked.constants
      push(try slice(pop(), constants[start], constants[stop], constants[step]))
      return place + 4
    case .requireSlotNamespace(let slot):
      guard try variable(slot, frame, function).isObject(NamespaceBox.self) else { throw noNamespace() }
      return place + 2
    case .setSlotAttribute(let slot, let name):
      push(try variable(slot, frame, function))
      try setAttribute(linked.constants[name])
      return place + 2
    case .callAndPrint(let site):
      try callAndPrint(linked.site(site))
      return place + 2
    case .joinAndPrint(let site):
      try joinAndPrint(linked.site(site))
      return place + 2
    case .nextAgain(let slot, let exit, let body):
      guard let item = try nextItem() else { return exit }
      frame.slots[slot] = item
      return body
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
      let left = pop()
      if let quick = quickBinary(operation, left, right) {
        push(quick)
      } else {
        push(try binary(operation, left, right))
      }
    case .filter(let filter, let site):
      if let quick = try quickFilter(filter, stack[top &- 1], linked.site(site)) {
        stack[top &- 1] = quick
      } else {
        try filterTop(filter, linked.site(site))
      }
    case .method(let site): try callMethod(linked.site(site))
    default: return try rareStep(instruction, at: place, frame, function)
    }
    return place + 1
  }
}
