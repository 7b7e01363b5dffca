/// The errors of operations, in Python's words.
extension Machine {
  func typeError(_ message: String) -> RenderFailure { RenderFailure(.type, "TypeError: \(message)") }

  func valueError(_ message: String) -> RenderFailure { RenderFailure(.runtime, "ValueError: \(message)") }

  func runtimeError(_ exception: String, _ message: String) -> RenderFailure {
    RenderFailure(.runtime, "\(exception): \(message)")
  }

  func undefinedFailure(_ note: UndefinedNote) -> RenderFailure {
    note.isSecurity
      ? RenderFailure(.runtime, "SecurityError: \(note.message)")
      : RenderFailure(.undefined, "UndefinedError: \(note.message)")
  }

  func tooDeep() -> RenderFailure {
    stackRoom.isLeft ? .tooDeep(limits) : .tooDeepForStack
  }

  func tooLong() -> RenderFailure {
    .tooMuchMemory(limits.memoryBytes)
  }

  /// Refuses a text or list of this size before it is made.
  func checkSize(_ size: Int) throws(RenderFailure) {
    if size < 0 || size > limits.memoryBytes { throw tooLong() }
  }

  func checkProduct(_ a: Int, _ b: Int) throws(RenderFailure) {
    let (product, overflow) = a.multipliedReportingOverflow(by: b)
    if overflow { throw tooLong() }
    try checkSize(product)
  }

  // MARK: Undefined values

  func undefined(name: String) throws(RenderFailure) -> Datum {
    try undefined("'\(name)' is undefined", name: name)
  }

  func undefined(_ message: String, name: String = "", isSecurity: Bool = false) throws(RenderFailure)
    -> Datum
  {
    try region.charge(64)
    return .undefined(
      region.keep(UndefinedNote(message: message, name: name, isSecurity: isSecurity, isStrict: isStrict)))
  }

  /// What a missing attribute or item of a value gives.
  func undefined(of value: Datum, name: Datum) throws(RenderFailure) -> Datum {
    let owner = objectTypeName(value)
    if let text = name.asText {
      return try undefined(
        "'\(owner)' has no attribute \(try representation(name).string)", name: text.string)
    }
    return try undefined("\(owner) has no element \(try representation(name).string)")
  }

  /// jinja2.utils.object_type_repr
  private func objectTypeName(_ value: Datum) -> String {
    switch value {
    case .none: return "None"
    case .undefined: return "jinja2.runtime.\(isStrict ? "StrictUndefined" : "Undefined") object"
    case .markup: return "markupsafe.Markup object"
    case .object(let object):
      switch object.box {
      case is LoopBox: return "jinja2.runtime.LoopContext object"
      case is MacroBox: return "jinja2.runtime.Macro object"
      case is NamespaceBox: return "jinja2.utils.Namespace object"
      case is CyclerBox: return "jinja2.utils.Cycler object"
      case is JoinerBox: return "jinja2.utils.Joiner object"
      default: return "\(object.box.typeName) object"
      }
    default: return "\(value.typeName) object"
    }
  }
}
