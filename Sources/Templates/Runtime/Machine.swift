import Bytes

/// Runs programs: a stack of values, the variables of running functions, and the bytes put out so far.
final class Machine {
  let program: Program
  let environment: TemplateEnvironment
  let limits: RenderLimits
  let isStrict: Bool
  let isSandboxed: Bool
  let region: Region
  /// What is put out; swapped with the caller's buffer while a rendering runs.
  var output = ByteBuffer(capacity: 64)
  /// Whether an `autoescape` block is on.
  var autoescape = false
  /// Objects that `repr` is in the middle of, to tell cycles.
  var printing: [HeapObject] = []
  var iterations = 0
  private(set) var depth = 0
  /// Where free names come from.
  var fields: any FieldSource = NoFields()
  /// Free names that were looked up before in this rendering; `.missing` where there is none.
  private var known: [Bool]
  private var values: [Datum]
  private var once: [Datum]
  /// What top-level assignments show to blocks.
  private var exported: [[Int: Datum]] = []
  let matchers = MatcherCache()
  /// Where the random filters draw.
  var key = SeedKey(seed: 0)
  private var draws: UInt64 = 0
  private var stack: UnsafeMutablePointer<Datum>
  private let stackSize: Int
  private var top = 0
  private var cursors: [Cursor] = []
  private var captures: [Int] = []
  private var autoescapes: [Bool] = []

  init(_ program: Program, environment: TemplateEnvironment, limits: RenderLimits) {
    self.program = program
    self.environment = environment
    self.limits = limits
    isStrict = environment.isStrict
    isSandboxed = environment.isSandboxed
    region = Region(limit: limits.memoryBytes)
    known = [Bool](repeating: false, count: program.names.count)
    values = [Datum](repeating: .missing, count: program.names.count)
    once = [Datum](repeating: .missing, count: program.onceCount)
    stackSize = (1 << 14) + (program.functions.map(\.stackNeed).max() ?? 0) * 2
    stack = .allocate(capacity: stackSize)
  }

  deinit { stack.deallocate() }

  /// Renders the template into `output`.
  func render() throws(RenderFailure) {
    let frame = try newFrame(0, parent: nil)
    try run(0, frame)
  }

  /// Makes ready for the next rendering.
  func reset() {
    region.reset()
    for index in known.indices { known[index] = false }
    for index in once.indices { once[index] = .missing }
    if !exported.isEmpty { exported.removeAll() }
    if !printing.isEmpty { printing.removeAll() }
    iterations = 0
    depth = 0
    draws = 0
    top = 0
    autoescape = false
    if !cursors.isEmpty { cursors.removeAll(keepingCapacity: true) }
    if !captures.isEmpty { captures.removeAll(keepingCapacity: true) }
    if !autoescapes.isEmpty { autoescapes.removeAll() }
  }

  // MARK: Names

  /// A free name's value; `.missing` when there is none.
  func lookup(_ name: Int) throws(RenderFailure) -> Datum {
    if known[name] { return values[name] }
    var value = try fields.value(name, self)
    if value.isMissing, let function = GlobalFunction(rawValue: program.names[name]),
      function.exists(in: environment)
    {
      value = try region.object(FunctionBox(function))
    }
    known[name] = true
    values[name] = value
    return value
  }

  private func pushName(_ name: Int) throws(RenderFailure) {
    let value = try lookup(name)
    push(value.isMissing ? try undefined(name: program.names[name]) : value)
  }

  // MARK: The stack

  func push(_ value: Datum) {
    stack[top] = value
    top += 1
  }

  func pop() -> Datum {
    top -= 1
    return stack[top]
  }

  // MARK: Functions

  func newFrame(_ function: Int, parent: Frame?) throws(RenderFailure) -> Frame {
    let count = program.functions[function].slotNames.count
    let memory = try region.allocate(max(1, count) * MemoryLayout<Datum>.stride)
    let slots = memory.bindMemory(to: Datum.self, capacity: max(1, count))
    slots.update(repeating: .missing, count: count)
    let frame = Frame(slots: slots, slotCount: count, parent: parent)
    _ = region.keep(frame)
    return frame
  }

  /// Runs a function to its end; its text goes to the output.
  func run(_ function: Int, _ frame: Frame) throws(RenderFailure) {
    depth += 1
    defer { depth -= 1 }
    guard depth <= limits.recursion else { throw tooDeep() }
    guard top + program.functions[function].stackNeed < stackSize else { throw tooDeep() }
    let base = (top: top, cursors: cursors.count)
    do throws(RenderFailure) {
      try execute(function, frame)
    } catch {
      top = base.top
      cursors.removeLast(cursors.count - base.cursors)
      throw error
    }
  }

  /// Runs a function and gives its text instead of putting it out.
  func captured(
    _ body: () throws(RenderFailure) -> Void
  ) throws(RenderFailure) -> Text {
    let start = output.count
    try body()
    return try takeOutput(from: start)
  }

  private func takeOutput(from start: Int) throws(RenderFailure) -> Text {
    let bytes = output.withBytes { $0 }
    // Safe: the bytes are copied before the buffer changes.
    let text = try region.text(copying: UnsafeRawBufferPointer(rebasing: bytes[start...]))
    output.truncate(to: start)
    return text
  }

  /// Whether an item passes a loop's `if`.
  func passes(_ item: Datum, _ function: Int, _ parent: Frame) throws(RenderFailure) -> Bool {
    let frame = try newFrame(function, parent: parent)
    frame.slots[program.functions[function].itemSlot] = item
    try run(function, frame)
    return try isTrue(pop())
  }

  /// What a recursive loop makes of its items.
  func recursiveLoop(
    _ function: Int, _ parent: Frame, _ items: Datum, depth: Int
  ) throws(RenderFailure) -> Datum {
    let frame = try newFrame(function, parent: parent)
    let slot = program.functions[function].itemSlot
    frame.slots[slot] = items
    frame.slots[slot + 1] = .integer(depth)
    let text = try captured { () throws(RenderFailure) in try run(function, frame) }
    return autoescape ? .markup(text) : .text(text)
  }

  /// Puts out a block.
  private func runBlock(_ use: BlockUse, _ frame: Frame) throws(RenderFailure) {
    var scope: [Int: Datum] = [:]
    for (name, depth, slot) in use.scope {
      let value = outer(frame, depth).slots[slot]
      if !value.isMissing, let index = program.names.firstIndex(of: name) { scope[index] = value }
    }
    exported.append(scope)
    defer { exported.removeLast() }
    try runBlock(use.name)
  }

  func runBlock(_ name: String) throws(RenderFailure) {
    guard let function = program.blocks[name] else { return }
    try run(function, try newFrame(function, parent: nil))
  }

  // MARK: Randomness

  /// The next draw below a bound.
  func draw(_ bound: Int) -> Int {
    defer { draws += 1 }
    return Int(key.part(draws).below(UInt64(max(0, bound))))
  }

  // MARK: Execution

  private func outer(_ frame: Frame, _ depth: Int) -> Frame {
    var frame = frame
    for _ in 0..<depth { frame = frame.parent ?? frame }
    return frame
  }

  private func execute(_ function: Int, _ frame: Frame) throws(RenderFailure) {
    let length = program.functions[function].code.count
    var place = 0
    do throws(RenderFailure) {
      try program.functions[function].code.withInstructions { (code) throws(RenderFailure) in
        while place < length {
          let next = try step(code[place], at: place, frame, function)
          place = next
        }
      }
    } catch {
      var failure = error
      if failure.line == 0, place < program.functions[function].lines.count {
        failure.line = program.functions[function].lines[place]
      }
      throw failure
    }
  }

  /// Carries out one instruction; the place of the next.
  @inline(__always)
  private func step(
    _ instruction: Instruction, at place: Int, _ frame: Frame, _ function: Int
  ) throws(RenderFailure) -> Int {
    switch instruction {
    case .text(let constant):
      if case .text(let text) = program.constants[constant] { output.append(text.raw) }
      try checkOutput()
    case .printName(let name):
      if try !fields.append(name, to: &output, self) {
        try pushName(name)
        try printTop(.never)
      }
      try checkOutput()
    case .print(let mode): try printTop(mode)
    case .constant(let constant): push(program.constants[constant])
    case .slot(let slot):
      let value = frame.slots[slot]
      push(value.isMissing ? try undefined(name: program.functions[function].slotNames[slot]) : value)
    case .name(let name): try pushName(name)
    case .store(let slot): frame.slots[slot] = pop()
    case .clear(let slot): frame.slots[slot] = .missing
    case .jump(let target): return target
    case .jumpIfFalse(let target): if try !isTrue(pop()) { return target }
    case .attribute(let name):
      if case .text(let text) = program.constants[name] { push(try attribute(pop(), text)) }
    case .item:
      let key = pop()
      push(try item(pop(), key))
    case .itemOfConstant(let constant):
      push(try item(program.constants[constant], pop()))
    case .next(let target):
      // Out of the array while it runs: the cursor may run code that has loops of its own.
      var cursor = cursors[cursors.count - 1]
      guard let item = try cursor.next(self) else { return target }
      cursors[cursors.count - 1] = cursor
      try countIteration()
      push(item)
    case .beginLoop:
      let iterable = pop()
      cursors.append(try requireCursor(over: iterable))
    case .endLoop: cursors.removeLast()
    case .compare(let comparison):
      let right = pop()
      push(.boolean(try compare(comparison, pop(), right)))
    case .filter(let filter, let site): try filterTop(filter, program.sites[site])
    case .method(let site): try callMethod(program.sites[site])
    default: return try rareStep(instruction, at: place, frame, function)
    }
    return place + 1
  }

  private func rareStep(
    _ instruction: Instruction, at place: Int, _ frame: Frame, _ function: Int
  ) throws(RenderFailure) -> Int {
    switch instruction {
    case .beginCapture: captures.append(output.count)
    case .endCapture(let mode):
      let text = try takeOutput(from: captures.removeLast())
      push(isEscaping(mode) ? .markup(text) : .text(text))
    case .outerSlot(let depth, let slot):
      let owner = outer(frame, depth)
      let value = owner.slots[slot]
      push(value.isMissing ? try undefined(name: outerName(function, depth, slot)) : value)
    case .storeName(let slot, let name):
      if let shown = exported.last(where: { $0[name] != nil })?[name] {
        frame.slots[slot] = shown
      } else {
        frame.slots[slot] = try lookup(name)
      }
    case .alias(let slot, let depth, let from): frame.slots[slot] = outer(frame, depth).slots[from]
    case .pop: _ = pop()
    case .export(let name, let slot):
      if exported.isEmpty { exported.append([:]) }
      exported[0][name] = frame.slots[slot]
    case .noElse(let line):
      push(
        try lenientUndefined(
          "the inline if-expression on line \(line) evaluated to false and no else section was defined."))
    case .notProvided(let name):
      let text = try string(program.constants[name]).string
      push(try undefined("parameter '\(text)' was not provided", name: text))
    case .unary(let operation): push(try unary(operation, pop()))
    case .binary(let operation):
      let right = pop()
      push(try binary(operation, pop(), right))
    case .compareChained(let comparison, let target):
      let right = pop()
      if try compare(comparison, pop(), right) {
        push(right)
      } else {
        push(.boolean(false))
        return target
      }
    case .concatenate(let count, let mode): try concatenate(count, mode)
    case .list(let count): push(try region.list(popItems(count)))
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
    case .test(let test, let site): try testTop(test, program.sites[site])
    case .call(let site): try callTop(program.sites[site])
    case .unpack(let count): try unpack(pop(), count)
    case .requireNamespace:
      guard pop().object(as: NamespaceBox.self) != nil else {
        throw runtimeError("TemplateRuntimeError", "cannot assign attribute on non-namespace object")
      }
    case .setAttribute(let name): try setAttribute(program.constants[name])
    case .and(let target):
      if try !isTrue(stack[top - 1]) { return target }
      _ = pop()
    case .or(let target):
      if try isTrue(stack[top - 1]) { return target }
      _ = pop()
    case .jumpIfSet(let slot, let target): if !frame.slots[slot].isMissing { return target }
    case .once(let slot, let target):
      if !once[slot].isMissing {
        push(once[slot])
        return target
      }
    case .remember(let slot): once[slot] = stack[top - 1]
    case .filterItems(let filter):
      let cursor = try requireCursor(over: pop())
      push(try region.object(FilteredIterator(cursor, function: filter, frame: frame)))
    case .beginExtendedLoop(let slot): try beginLoop(slot, frame, recursion: nil, depth: 0)
    case .beginRecursiveLoop(let slot):
      let item = program.functions[function].itemSlot
      var depth = 0
      if case .integer(let given) = frame.slots[item + 1] { depth = given }
      try beginLoop(slot, frame, recursion: (function, frame.parent ?? frame), depth: depth)
    case .recursiveLoop(let loop):
      push(try recursiveLoop(loop, frame, pop(), depth: 0))
      try printTop(.verbatim)
    case .macro(let index): push(try region.object(MacroBox(program.macros[index], frame)))
    case .block(let use): try runBlock(program.blockUses[use], frame)
    case .beginAutoescape:
      autoescapes.append(autoescape)
      autoescape = try isTrue(pop())
    case .endAutoescape: autoescape = autoescapes.popLast() ?? false
    case .raise(let failure): throw program.failures[failure]
    case .finish: return .max
    default: break
    }
    return place + 1
  }

  private func outerName(_ function: Int, _ depth: Int, _ slot: Int) -> String {
    var function = function
    for _ in 0..<depth { function = program.functions[function].parent ?? function }
    let names = program.functions[function].slotNames
    return slot < names.count ? names[slot] : ""
  }

  /// The undefined value that Jinja makes of its own class, lenient even in a strict environment.
  private func lenientUndefined(_ message: String) throws(RenderFailure) -> Datum {
    try region.charge(64)
    return .undefined(region.keep(UndefinedNote(message: message, name: "", isStrict: false)))
  }

  private func beginLoop(
    _ slot: Int, _ frame: Frame, recursion: (function: Int, frame: Frame)?, depth: Int
  ) throws(RenderFailure) {
    let iterable = pop()
    let loop = LoopBox(iterable, try requireCursor(over: iterable), recursion: recursion, depth0: depth)
    let reference = region.keep(loop)
    cursors.append(.loop(reference))
    frame.slots[slot] = .object(Unmanaged.passUnretained(loop))
  }

  func isEscaping(_ mode: EscapeMode) -> Bool { mode == .always || mode == .dynamic && autoescape }

  private func checkOutput() throws(RenderFailure) {
    guard output.count <= limits.outputBytes else {
      throw RenderFailure(
        .limit, "more than \(limits.outputBytes >> 20) MB of output; render less, or raise the output limit")
    }
  }

  private func printTop(_ mode: EscapeMode) throws(RenderFailure) {
    let value = pop()
    switch value {
    case .text(let text) where mode == .never || mode == .verbatim: output.append(text.raw)
    default:
      if mode == .verbatim {
        guard let text = value.asText else {
          throw typeError("sequence item 0: expected str instance, \(value.typeName) found")
        }
        output.append(text.raw)
      } else {
        // A value's text may itself be rendered (a loop's length), so it is not written in place.
        let text = try string(value)
        if isEscaping(mode), !value.isMarkup {
          appendEscaped(text, to: &output)
        } else {
          output.append(text.raw)
        }
      }
    }
    try checkOutput()
  }

  // MARK: Pieces of instructions

  private func popItems(_ count: Int) -> [Datum] {
    top -= count
    return Array(UnsafeBufferPointer(start: stack + top, count: count))
  }

  private func concatenate(_ count: Int, _ mode: EscapeMode) throws(RenderFailure) {
    let parts = popItems(count)
    let becomesMarkup = isEscaping(mode) && parts.contains(where: \.isMarkup)
    if !becomesMarkup, count == 2 {
      return push(.text(try joined(try string(parts[0]), try string(parts[1]))))
    }
    let text = try region.build { (buffer) throws(RenderFailure) in
      for part in parts {
        if becomesMarkup { try appendEscaped(part, to: &buffer) } else { try appendString(part, to: &buffer) }
        try checkSize(buffer.count)
      }
    }
    push(becomesMarkup ? .markup(text) : .text(text))
  }

  private func makeDictionary(_ count: Int) throws(RenderFailure) {
    let items = popItems(count * 2)
    let box = DictionaryBox()
    for place in 0..<count {
      try requireHashable(items[place * 2])
      box.set(items[place * 2], items[place * 2 + 1])
    }
    push(try region.dictionary(box))
  }

  private func unpack(_ value: Datum, _ count: Int) throws(RenderFailure) {
    guard var cursor = try cursor(over: value) else {
      throw typeError("cannot unpack non-iterable \(value.typeName) object")
    }
    var items: [Datum] = []
    while items.count <= count, let item = try cursor.next(self) { items.append(item) }
    guard items.count <= count else { throw valueError("too many values to unpack (expected \(count))") }
    guard items.count == count else {
      throw valueError("not enough values to unpack (expected \(count), got \(items.count))")
    }
    for item in items.reversed() { push(item) }
  }

  private func setAttribute(_ name: Datum) throws(RenderFailure) {
    let owner = pop()
    let value = pop()
    guard let namespace = owner.object(as: NamespaceBox.self) else {
      throw runtimeError("TemplateRuntimeError", "cannot assign attribute on non-namespace object")
    }
    if isSandboxed, let text = name.asText, text.hasPrefix(Text("_")) {
      throw underscoreFailure(text.string)
    }
    namespace.attributes.set(name, value)
  }

  // MARK: Calls

  private func filterTop(_ filter: Filter, _ site: CallSite) throws(RenderFailure) {
    let start = top - site.count
    let result = try withArguments(site, start) { (call) throws(RenderFailure) in
      try apply(filter, to: stack[start - 1], call)
    }
    top = start
    stack[start - 1] = result
  }

  private func testTop(_ test: TestName, _ site: CallSite) throws(RenderFailure) {
    let start = top - site.count
    let result = try withArguments(site, start) { (call) throws(RenderFailure) in
      try self.test(test, stack[start - 1], call)
    }
    top = start
    stack[start - 1] = .boolean(result)
  }

  private func callTop(_ site: CallSite) throws(RenderFailure) {
    let start = top - site.count
    let result = try withArguments(site, start) { (call) throws(RenderFailure) in
      try self.call(stack[start - 1], call)
    }
    top = start
    stack[start - 1] = result
  }

  /// `receiver.name(…)` without making the method an object, where the receiver is one of the common types.
  private func callMethod(_ site: CallSite) throws(RenderFailure) {
    let start = top - site.count
    let receiver = stack[start - 1]
    let result = try withArguments(site, start) { (call) throws(RenderFailure) in
      switch receiver {
      case .text(let text):
        if let method = site.stringMethod, !method.isMarkupOnly, !isSandboxed || !site.name.hasPrefix("_") {
          return try self.call(method, of: text, isMarkup: false, call)
        }
      case .list(let list):
        if let method = site.listMethod, !isSandboxed || !method.changes && !site.name.hasPrefix("_") {
          return try self.call(method, of: list.box, call)
        }
      case .dictionary(let dictionary):
        if let method = site.dictionaryMethod, !isSandboxed {
          return try self.call(method, of: dictionary.box, call)
        }
      default: break
      }
      guard case .text(let name) = program.constants[site.nameConstant] else { return .none }
      return try self.call(try attribute(receiver, name), call)
    }
    top = start
    stack[start - 1] = result
  }

  /// The values of a call where they lie on the stack; `*` and `**` are spread into memory of the region.
  private func withArguments<Result>(
    _ site: CallSite, _ start: Int, _ body: (CallArguments) throws(RenderFailure) -> Result
  ) throws(RenderFailure) -> Result {
    if !site.hasSpread, !site.hasKeywordSpread {
      return try body(
        CallArguments(
          positional: UnsafeBufferPointer(start: stack + start, count: site.positional), names: site.keywords,
          keywords: UnsafeBufferPointer(start: stack + start + site.positional, count: site.keywords.count)))
    }
    var positional = Array(UnsafeBufferPointer(start: stack + start, count: site.positional))
    var names = site.keywords
    var keywords = Array(
      UnsafeBufferPointer(start: stack + start + site.positional, count: site.keywords.count))
    var place = start + site.positional + site.keywords.count
    if site.hasSpread {
      positional += try items(of: stack[place])
      place += 1
    }
    if site.hasKeywordSpread {
      guard case .dictionary(let dictionary) = stack[place] else {
        throw typeError("argument after ** must be a mapping, not \(stack[place].typeName)")
      }
      for (index, key) in dictionary.box.keys.enumerated() {
        guard let name = key.asText?.string else { throw typeError("keywords must be strings") }
        guard !names.contains(name) else {
          throw typeError("got multiple values for keyword argument '\(name)'")
        }
        names.append(name)
        keywords.append(dictionary.box.values[index])
      }
    }
    let memory = try region.allocate((positional.count + keywords.count + 1) * MemoryLayout<Datum>.stride)
    let slots = memory.bindMemory(to: Datum.self, capacity: positional.count + keywords.count + 1)
    for (index, value) in (positional + keywords).enumerated() { slots[index] = value }
    return try body(
      CallArguments(
        positional: UnsafeBufferPointer(start: slots, count: positional.count), names: names,
        keywords: UnsafeBufferPointer(start: slots + positional.count, count: keywords.count)))
  }
}

extension Array where Element == Instruction {
  /// The instructions in place, with a typed error.
  fileprivate func withInstructions(
    _ body: (UnsafeBufferPointer<Instruction>) throws(RenderFailure) -> Void
  ) throws(RenderFailure) {
    var failure: RenderFailure?
    withUnsafeBufferPointer { code in
      do throws(RenderFailure) { try body(code) } catch { failure = error }
    }
    if let failure { throw failure }
  }
}
