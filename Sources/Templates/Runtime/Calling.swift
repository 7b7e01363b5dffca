/// Calling values.
extension Machine {
  /// `value(…)`
  func call(_ value: Datum, _ call: CallArguments) throws(RenderFailure) -> Datum {
    switch value {
    case .undefined(let note): throw undefinedFailure(note.box)
    case .object(let object):
      switch object.box {
      case let macro as MacroBox: return try self.call(macro, call)
      case let function as FunctionBox: return try self.call(function.function, call)
      case let method as MethodBox: return try self.call(method: method.name, of: method.receiver, call)
      case let joiner as JoinerBox:
        _ = try bind(call, Signature("Joiner.__call__"))
        if joiner.isUsed { return joiner.separator }
        joiner.isUsed = true
        return .text(.empty)
      case let loop as LoopBox:
        guard let recursion = loop.recursion else {
          throw typeError("The loop must have the 'recursive' marker to be called recursively.")
        }
        let items = try bind(call, Signature("LoopContext.__call__", "iterable", required: 1))[0]
        return try recursiveLoop(recursion.function, recursion.frame, items, depth: loop.depth0 + 1)
      case let block as BlockBox:
        let text = try captured { () throws(RenderFailure) in try runBlock(block.name) }
        return autoescape ? .markup(text) : .text(text)
      case let type as TypeBox: return try construct(type, call)
      default: break
      }
    default: break
    }
    throw typeError("'\(value.typeName)' object is not callable")
  }

  func call(_ value: Datum, _ arguments: [Datum]) throws(RenderFailure) -> Datum {
    var outcome: Result<Datum, RenderFailure> = .success(.none)
    arguments.withUnsafeBufferPointer { positional in
      var given = CallArguments.none
      given.positional = positional
      do throws(RenderFailure) { outcome = .success(try call(value, given)) } catch {
        outcome = .failure(error)
      }
    }
    return try outcome.get()
  }

  /// `str(x)` and its kin, which templates reach through `__class__`.
  private func construct(_ type: TypeBox, _ call: CallArguments) throws(RenderFailure) -> Datum {
    let operand = call.positional.first
    switch type.name {
    case "str": return .text(try operand.map { (value) throws(RenderFailure) in try string(value) } ?? .empty)
    case "list":
      return try region.list(try operand.map { (value) throws(RenderFailure) in try items(of: value) } ?? [])
    case "tuple":
      return try region.tuple(try operand.map { (value) throws(RenderFailure) in try items(of: value) } ?? [])
    case "bool":
      return .boolean(try operand.map { (value) throws(RenderFailure) in try isTrue(value) } ?? false)
    case "dict": return try self.call(GlobalFunction.dict, call)
    default: throw typeError("cannot create '\(type.name)' instances")
    }
  }

  private func call(_ box: MacroBox, _ call: CallArguments) throws(RenderFailure) -> Datum {
    let function = box.macro.pointee.function
    let frame = try newFrame(function, parent: box.frame)
    let slots = frame._withUnsafeGuaranteedRef { $0.slots }
    if call.names.isEmpty, box.macro.pointee.isPlain,
      call.positional.count <= box.macro.pointee.parameterSlots.count
    {
      for place in call.positional.indices {
        slots[box.macro.pointee.parameterSlots[place]] = call.positional[place]
      }
      let text = try captured { () throws(RenderFailure) in try run(function, frame) }
      return autoescape ? .markup(text) : .text(text)
    }
    let macro = box.macro.pointee
    var used = [Bool](repeating: false, count: call.names.count)
    func take(_ name: String) -> Datum? {
      guard let place = call.names.firstIndex(of: name), !used[place] else { return nil }
      used[place] = true
      return call.keywords[place]
    }
    let label = macro.name.map { "'\($0)'" } ?? "None"
    for (place, name) in macro.parameters.enumerated() {
      let slot = macro.parameterSlots[place]
      if place < call.positional.count {
        slots[slot] = call.positional[place]
      } else {
        slots[slot] = take(name) ?? .missing
      }
    }
    if let slot = macro.callerSlot {
      if let caller = take("caller"), !caller.isNone {
        slots[slot] = caller
      } else {
        slots[slot] = try undefined("No caller defined", name: "caller")
      }
    }
    let rest = call.names.indices.filter { !used[$0] }
    if let slot = macro.keywordsSlot {
      let keywords = region.newDictionary()
      for place in rest { keywords.set(.text(try region.text(call.names[place])), call.keywords[place]) }
      slots[slot] = try region.dictionary(keywords)
    } else if let first = rest.first {
      if rest.contains(where: { call.names[$0] == "caller" }) {
        throw typeError(
          "macro \(label) was invoked with two values for the special caller argument. This is most likely a bug."
        )
      }
      throw typeError("macro \(label) takes no keyword argument '\(call.names[first])'")
    }
    let extra = call.positional.dropFirst(macro.parameters.count)
    if let slot = macro.restSlot {
      slots[slot] = try region.tuple(Array(extra))
    } else if !extra.isEmpty {
      throw typeError("macro \(label) takes not more than \(macro.parameters.count) argument(s)")
    }
    let text = try captured { () throws(RenderFailure) in try run(macro.function, frame) }
    return autoescape ? .markup(text) : .text(text)
  }
}
