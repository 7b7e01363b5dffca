import Bytes

/// What instructions are made of: printing, loops, collections, assignments.
extension Machine {
  func outerName(_ function: Int, _ depth: Int, _ slot: Int) -> String {
    var function = function
    for _ in 0..<depth { function = program.functions[function].parent ?? function }
    let names = program.functions[function].slotNames
    return slot < names.count ? names[slot] : ""
  }

  /// The undefined value that Jinja makes of its own class, lenient even in a strict environment.
  func lenientUndefined(_ message: String) throws(RenderFailure) -> Datum {
    try region.charge(64)
    return .undefined(region.keep(UndefinedNote(message: message, name: "", isStrict: false)))
  }

  func beginLoop(
    _ slot: Int, _ frame: Frame, recursion: (function: Int, frame: Frame)?, depth: Int
  ) throws(RenderFailure) {
    let iterable = pop()
    let cursor = try requireCursor(over: iterable)
    let loop = region.newLoop()
    loop._withUnsafeGuaranteedRef { $0.begin(iterable, cursor, recursion: recursion, depth0: depth) }
    cursors.append(.loop(loop))
    frame.slots[slot] = .object(Unmanaged<HeapObject>.fromOpaque(loop.toOpaque()))
  }

  func isEscaping(_ mode: EscapeMode) -> Bool { mode == .always || mode == .dynamic && autoescape }

  func checkOutput() throws(RenderFailure) {
    guard output.count <= limits.outputBytes else {
      throw .tooMuchOutput(limits)
    }
  }

  func printTop(_ mode: EscapeMode) throws(RenderFailure) {
    let value = pop()
    switch value {
    case .text(let text) where mode == .never || mode == .verbatim: output.append(text.raw)
    case .integer(let number) where mode == .never: appendInteger(number, to: &output)
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

  func popItems(_ count: Int) -> [Datum] {
    top -= count
    return Array(UnsafeBufferPointer(start: stack + top, count: count))
  }

  func concatenate(_ count: Int, _ mode: EscapeMode) throws(RenderFailure) {
    let escapes = isEscaping(mode)
    if count == 2, !escapes {
      let last = pop()
      return push(.text(try joined(try string(pop()), try string(last))))
    }
    let parts = popItems(count)
    let becomesMarkup = escapes && parts.contains(where: \.isMarkup)
    let text = try region.build { (buffer) throws(RenderFailure) in
      for part in parts {
        if becomesMarkup { try appendEscaped(part, to: &buffer) } else { try appendString(part, to: &buffer) }
        try checkSize(buffer.count)
      }
    }
    push(becomesMarkup ? .markup(text) : .text(text))
  }

  func makeDictionary(_ count: Int) throws(RenderFailure) {
    let items = popItems(count * 2)
    let box = region.newDictionary()
    for place in 0..<count {
      try requireHashable(items[place * 2])
      box.set(items[place * 2], items[place * 2 + 1])
    }
    push(try region.dictionary(box))
  }

  func unpack(_ value: Datum, _ count: Int) throws(RenderFailure) {
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

  func noNamespace() -> RenderFailure {
    runtimeError("TemplateRuntimeError", "cannot assign attribute on non-namespace object")
  }

  func setAttribute(_ name: Datum) throws(RenderFailure) {
    let owner = pop()
    let value = pop()
    guard case .object(let object) = owner, owner.isObject(NamespaceBox.self) else { throw noNamespace() }
    if isSandboxed, let text = name.asText, text.hasPrefix(Text("_")) {
      throw underscoreFailure(text.string)
    }
    object._withUnsafeGuaranteedRef { object in
      unsafeDowncast(object, to: NamespaceBox.self).attributes.set(name, value)
    }
  }

  /// The next draw below a bound.
  func draw(_ bound: Int) -> Int {
    defer { draws += 1 }
    return Int(key.part(draws).below(UInt64(max(0, bound))))
  }
}
