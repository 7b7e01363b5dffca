internal import BigInt

/// The attributes that Python's own objects have.
extension Machine {
  /// `getattr(value, name)`, nil where Python raises AttributeError.
  func nativeAttribute(_ value: Datum, _ name: String) throws(RenderFailure) -> Datum? {
    if name == "__class__" { return try region.object(TypeBox(className(value))) }
    switch value {
    case .undefined(let note):
      if name.hasPrefix("__"), name.hasSuffix("__") { return nil }
      throw undefinedFailure(note.box)
    case .text: return try method(value, name, StringMethod(rawValue: name).map { !$0.isMarkupOnly })
    case .markup: return try method(value, name, StringMethod(rawValue: name) != nil)
    case .list: return try method(value, name, ListMethod(rawValue: name) != nil)
    case .tuple(let tuple):
      if let place = tuple.box.names.firstIndex(of: name) { return tuple.box.items[place] }
      return try method(value, name, ListMethod(rawValue: name)?.isTupleMethod)
    case .dictionary: return try method(value, name, DictionaryMethod(rawValue: name) != nil)
    case .integer, .boolean, .big, .number: return try numberAttribute(value, name)
    case .object(let object): return try objectAttribute(object.box, value, name)
    case .missing, .none: return nil
    }
  }

  private func method(_ value: Datum, _ name: String, _ exists: Bool?) throws(RenderFailure) -> Datum? {
    exists == true ? try region.object(MethodBox(value, name)) : nil
  }

  private func numberAttribute(_ value: Datum, _ name: String) throws(RenderFailure) -> Datum? {
    let isReal: Bool
    if case .number = value { isReal = true } else { isReal = false }
    switch name {
    case "real": return try unary(.positive, value)
    case "imag": return isReal ? .number(0) : .integer(0)
    case "numerator": return isReal ? nil : try unary(.positive, value)
    case "denominator": return isReal ? nil : .integer(1)
    case "is_integer", "hex": return try method(value, name, isReal)
    case "conjugate", "as_integer_ratio": return try method(value, name, true)
    case "bit_length", "bit_count", "to_bytes": return try method(value, name, !isReal)
    default: return nil
    }
  }

  private func objectAttribute(
    _ object: HeapObject, _ value: Datum, _ name: String
  ) throws(RenderFailure) -> Datum? {
    switch object {
    case let loop as LoopBox:
      if name == "cycle" || name == "changed" { return try method(value, name, true) }
      return try loop.attribute(name, self)
    case let namespace as NamespaceBox: return namespace.attributes.value(name)
    case let cycler as CyclerBox:
      if name == "current" { return cycler.items[cycler.place] }
      return try method(value, name, name == "next" || name == "reset")
    case let joiner as JoinerBox:
      return name == "sep" ? joiner.separator : name == "used" ? .boolean(joiner.isUsed) : nil
    case let macro as MacroBox: return try macroAttribute(macro.macro.pointee, name)
    case let range as RangeBox:
      switch name {
      case "start": return .integer(range.start)
      case "stop": return .integer(range.writtenStop)
      case "step": return .integer(range.step)
      case "count", "index": return try method(value, name, true)
      default: return nil
      }
    case let function as FunctionBox:
      if function.function == .dict { return try method(value, name, name == "fromkeys") }
      return nil
    case let bytes as BytesBox:
      return try method(value, name, name == "decode" || name == "hex" && !bytes.bytes.isEmpty)
    default: return nil
    }
  }

  private func macroAttribute(_ macro: MacroProgram, _ name: String) throws(RenderFailure) -> Datum? {
    switch name {
    case "name": return macro.name == nil ? Datum.none : .text(try region.text(macro.name ?? ""))
    case "arguments":
      var names: [Datum] = []
      for parameter in macro.parameters { names.append(.text(try region.text(parameter))) }
      return try region.tuple(names)
    case "catch_kwargs": return .boolean(macro.takesKeywords)
    case "catch_varargs": return .boolean(macro.takesRest)
    case "caller": return .boolean(macro.takesCaller)
    default: return nil
    }
  }

  /// The type's name with its module.
  private func className(_ value: Datum) -> String {
    switch value {
    case .undefined: return "jinja2.runtime.\(isStrict ? "StrictUndefined" : "Undefined")"
    case .markup: return "markupsafe.Markup"
    case .object(let object):
      switch object.box {
      case is LoopBox: return "jinja2.runtime.LoopContext"
      case is MacroBox: return "jinja2.runtime.Macro"
      case is NamespaceBox: return "jinja2.utils.Namespace"
      case is CyclerBox: return "jinja2.utils.Cycler"
      case is JoinerBox: return "jinja2.utils.Joiner"
      default: return object.box.typeName
      }
    default: return value.typeName
    }
  }

  // MARK: Calls

  /// Calls a method by its name on a value that has it.
  func call(method name: String, of value: Datum, _ call: CallArguments) throws(RenderFailure) -> Datum {
    switch value {
    case .text(let text):
      if let method = StringMethod(rawValue: name) {
        return try self.call(method, of: text, isMarkup: false, call)
      }
    case .markup(let text):
      if let method = StringMethod(rawValue: name) {
        return try self.call(method, of: text, isMarkup: true, call)
      }
    case .list(let list):
      if let method = ListMethod(rawValue: name) { return try self.call(method, of: list.box, call) }
    case .tuple(let tuple):
      if let method = ListMethod(rawValue: name) { return try self.call(method, of: tuple.box, call) }
    case .dictionary(let dictionary):
      if let method = DictionaryMethod(rawValue: name) {
        return try self.call(method, of: dictionary.box, call)
      }
    case .object(let object):
      if let result = try self.call(method: name, of: object.box, call) { return result }
    default:
      if let result = try callNumber(name, value) { return result }
    }
    throw runtimeError("AttributeError", "'\(value.typeName)' object has no attribute '\(name)'")
  }

  private func call(
    method name: String, of object: HeapObject, _ call: CallArguments
  ) throws(RenderFailure) -> Datum? {
    switch object {
    case let loop as LoopBox:
      return name == "cycle"
        ? try loop.cycle(call.positional, self) : .boolean(try loop.changed(call.positional, self))
    case let cycler as CyclerBox:
      if name == "reset" {
        cycler.place = 0
        return Datum.none
      }
      let item = cycler.items[cycler.place]
      cycler.place = (cycler.place + 1) % cycler.items.count
      return item
    case is FunctionBox:
      let a = try bind(call, DictionaryMethod.fromkeys.signature)
      return try dictionary(keys: a[0], value: a.given(1) ?? .none)
    case let range as RangeBox:
      let a = try bind(call, Signature("range.\(name)", "value", required: 1, takesKeywords: false))
      for place in 0..<range.count where try equal(.integer(range.start &+ place &* range.step), a[0]) {
        return .integer(name == "count" ? 1 : place)
      }
      if name == "count" { return .integer(0) }
      throw valueError("\(try representation(a[0]).string) is not in range")
    case let bytes as BytesBox:
      let text =
        name == "hex"
        ? bytes.bytes.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
        : String(decoding: bytes.bytes, as: UTF8.self)
      return .text(try region.text(text))
    default: return nil
    }
  }

  private func callNumber(_ name: String, _ value: Datum) throws(RenderFailure) -> Datum? {
    switch (name, number(value)) {
    case ("is_integer", .real(let number)?):
      return .boolean(number.isFinite && number == number.rounded())
    case ("conjugate", _?): return try unary(.positive, value)
    case ("bit_length", .whole(let whole)?): return .integer(whole.magnitude.bitWidth)
    case ("bit_count", .whole(let whole)?):
      return .integer(whole.magnitude.words.reduce(0) { $0 + $1.nonzeroBitCount })
    case ("as_integer_ratio", .whole?): return try region.tuple([unary(.positive, value), .integer(1)])
    default: return nil
    }
  }
}
