import Bytes

extension Machine {
  /// Carries out an instruction that few templates have, or few times; the place of the next.
  func rareStep(
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
      top -= count
      push(try region.list(copying: UnsafeBufferPointer(start: stack + top, count: count)))
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
    case .test(let test, let site): try testTop(test, linked.site(site))
    case .call(let site): try callTop(linked.site(site))
    case .unpack(let count): try unpack(pop(), count)
    case .requireNamespace:
      guard pop().isObject(NamespaceBox.self) else { throw noNamespace() }
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
      let iterator = region.newFiltered()
      iterator._withUnsafeGuaranteedRef { $0.begin(cursor, function: filter, frame: own) }
      push(try region.pooled(iterator))
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
