/// What `attribute=` and `case_sensitive=` mean to filters.
extension Machine {
  typealias KeyFunction = (Datum) throws(RenderFailure) -> Datum

  /// The steps of `a.b.0`.
  func attributePath(_ attribute: Datum) throws(RenderFailure) -> [Datum] {
    if attribute.isNone { return [] }
    guard let text = attribute.asText else { return [attribute] }
    return try path(text)
  }

  private func path(_ text: Text) throws(RenderFailure) -> [Datum] {
    var steps: [Datum] = []
    var offset = 0
    while true {
      let end = text.find(Text("."), from: offset) ?? text.count
      let step = text[offset..<end]
      if !step.isEmpty, step.scalars.allSatisfy(\.isPythonDigit) {
        steps.append(
          try parseInteger(step, base: 10).map { (whole) throws(RenderFailure) in
            try region.integer(whole)
          } ?? .text(step))
      } else {
        steps.append(.text(step))
      }
      if end == text.count { return steps }
      offset = end + 1
    }
  }

  func follow(_ path: [Datum], _ value: Datum, default fallback: Datum? = nil) throws(RenderFailure) -> Datum
  {
    var value = value
    for step in path {
      value = try item(value, step)
      if let fallback, value.isUndefined { value = fallback }
    }
    return value
  }

  func ignoringCase(_ value: Datum) throws(RenderFailure) -> Datum {
    switch value {
    case .text(let text): return .text(try lowercased(text))
    case .markup(let text): return .markup(try lowercased(text))
    default: return value
    }
  }

  func keyFunction(_ attribute: Datum, caseSensitive: Bool) throws(RenderFailure) -> KeyFunction {
    let path = attribute.isMissing || attribute.isNone ? [] : try attributePath(attribute)
    return { [self] (value) throws(RenderFailure) in
      let key = try follow(path, value)
      return caseSensitive ? key : try ignoringCase(key)
    }
  }

  /// Keys of `sort`, which takes several attributes with commas between.
  func multipleKeyFunction(_ attribute: Datum, caseSensitive: Bool) throws(RenderFailure) -> KeyFunction {
    guard let text = attribute.asText, text.find(Text(",")) != nil else {
      return try keyFunction(attribute, caseSensitive: caseSensitive)
    }
    var paths: [[Datum]] = []
    var offset = 0
    while true {
      let end = text.find(Text(","), from: offset) ?? text.count
      paths.append(try path(text[offset..<end]))
      if end == text.count { break }
      offset = end + 1
    }
    return { [self, paths] (value) throws(RenderFailure) in
      var keys: [Datum] = []
      for path in paths {
        let key = try follow(path, value)
        keys.append(caseSensitive ? key : try ignoringCase(key))
      }
      return try region.list(keys)
    }
  }

  // MARK: map, select and their kin

  func applyVariadic(_ filter: Filter, to value: Datum, _ call: CallArguments) throws(RenderFailure) -> Datum
  {
    if filter == .format { return try formatFilter(value, call) }
    return try region.object(MappingIterator(filter, value, KeptArguments(call)))
  }

  /// A call's arguments for later, when its place on the stack is taken by others.
  struct KeptArguments {
    var positional: [Datum]
    var names: [String]
    var keywords: [Datum]

    init(_ call: CallArguments) {
      positional = Array(call.positional)
      names = call.names
      keywords = Array(call.keywords)
    }

    /// Gives the arguments without the first few.
    func dropping<Result>(
      _ count: Int, _ body: (CallArguments) throws(RenderFailure) -> Result
    ) throws(RenderFailure) -> Result {
      var outcome: Swift.Result<Result, RenderFailure>?
      positional.withUnsafeBufferPointer { positional in
        keywords.withUnsafeBufferPointer { keywords in
          let rest = UnsafeBufferPointer(rebasing: positional.dropFirst(count))
          let call = CallArguments(positional: rest, names: names, keywords: keywords)
          do throws(RenderFailure) { outcome = .success(try body(call)) } catch { outcome = .failure(error) }
        }
      }
      guard let outcome else { throw RenderFailure(.runtime, "no result") }
      return try outcome.get()
    }
  }

  fileprivate func mapFunction(_ kept: KeptArguments) throws(RenderFailure) -> KeyFunction {
    if kept.positional.isEmpty, let place = kept.names.firstIndex(of: "attribute") {
      let path = try attributePath(kept.keywords[place])
      var fallback: Datum?
      for (index, name) in kept.names.enumerated() where index != place {
        guard name == "default" else {
          throw runtimeError("FilterArgumentError", "Unexpected keyword argument '\(name)'")
        }
        fallback = kept.keywords[index].isNone ? nil : kept.keywords[index]
      }
      return { [self] (value) throws(RenderFailure) in try follow(path, value, default: fallback) }
    }
    guard let name = kept.positional.first else {
      throw runtimeError("FilterArgumentError", "map requires a filter argument")
    }
    return { [self] (value) throws(RenderFailure) in
      try kept.dropping(1) { (call) throws(RenderFailure) in try apply(filterNamed: name, to: value, call) }
    }
  }

  fileprivate func selection(_ filter: Filter, _ kept: KeptArguments) throws(RenderFailure) -> KeyFunction {
    let looksUp = filter == .selectattr || filter == .rejectattr
    var path: [Datum] = []
    if looksUp {
      guard let attribute = kept.positional.first else {
        throw runtimeError("FilterArgumentError", "Missing parameter for attribute name")
      }
      path = attribute.isNone ? [] : try attributePath(attribute)
    }
    let offset = looksUp ? 1 : 0
    guard kept.positional.count > offset else {
      return { [self] (value) throws(RenderFailure) in .boolean(try isTrue(try follow(path, value))) }
    }
    let name = kept.positional[offset]
    return { [self] (value) throws(RenderFailure) in
      let operand = try follow(path, value)
      return .boolean(
        try kept.dropping(offset + 1) { (call) throws(RenderFailure) in
          try test(named: name, operand, call)
        })
    }
  }

  private func formatFilter(_ value: Datum, _ call: CallArguments) throws(RenderFailure) -> Datum {
    if !call.positional.isEmpty, !call.names.isEmpty {
      throw runtimeError(
        "FilterArgumentError", "can't handle positional and keyword arguments at the same time")
    }
    let format = try string(value)
    if call.names.isEmpty {
      let values = try region.tuple(Array(call.positional))
      return try formatted(format, with: values, isMarkup: value.isMarkup)
    }
    let box = region.newDictionary()
    for (place, name) in call.names.enumerated() {
      box.set(.text(try region.text(name)), call.keywords[place])
    }
    return try formatted(format, with: try region.dictionary(box), isMarkup: value.isMarkup)
  }
}

/// What `map`, `select`, `reject`, `selectattr` and `rejectattr` give.
private final class MappingIterator: IteratorBox {
  private let value: Datum
  private let filter: Filter
  private let kept: Machine.KeptArguments
  private let isMap: Bool
  private let negates: Bool
  /// Set when the first item is asked for.
  @exclusivity(unchecked) private var source: Cursor?
  @exclusivity(unchecked) private var transform: Machine.KeyFunction?
  @exclusivity(unchecked) private var isFinished = false

  init(_ filter: Filter, _ value: Datum, _ kept: Machine.KeptArguments) {
    self.value = value
    self.filter = filter
    self.kept = kept
    isMap = filter == .map
    negates = filter == .reject || filter == .rejectattr
  }

  override func advance(_ machine: Machine) throws(RenderFailure) -> Datum? {
    if isFinished { return nil }
    // What fails or ends here is finished, as a generator is.
    isFinished = true
    if source == nil {
      guard try machine.isTrue(value) else { return nil }
      transform = isMap ? try machine.mapFunction(kept) : try machine.selection(filter, kept)
      source = try machine.requireCursor(over: value)
    }
    guard let transform, var cursor = source else { return nil }
    while let item = try cursor.next(machine) {
      try machine.countIteration()
      let result = try transform(item)
      var isWanted = isMap
      if !isMap { isWanted = try machine.isTrue(result) != negates }
      if isWanted {
        source = cursor
        isFinished = false
        return isMap ? result : item
      }
    }
    return nil
  }
}
