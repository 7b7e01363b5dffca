/// What `attribute=` and `case_sensitive=` mean to filters.
enum AttributePath {
  /// The value itself.
  case none
  case step(Datum)
  case steps([Datum])
}

extension Machine {
  typealias KeyFunction = (Datum) throws(RenderFailure) -> Datum

  /// The steps of `a.b.0`.
  func attributePath(_ attribute: Datum) throws(RenderFailure) -> AttributePath {
    if attribute.isNone || attribute.isMissing { return .none }
    guard let text = attribute.asText else { return .step(attribute) }
    return try path(text)
  }

  private func path(_ text: Text) throws(RenderFailure) -> AttributePath {
    var steps: [Datum] = []
    var offset = 0
    while true {
      let end = text.find(Text("."), from: offset) ?? text.count
      let step = try pathStep(text[offset..<end])
      if end == text.count, steps.isEmpty { return .step(step) }
      steps.append(step)
      if end == text.count { return .steps(steps) }
      offset = end + 1
    }
  }

  private func pathStep(_ text: Text) throws(RenderFailure) -> Datum {
    guard !text.isEmpty, text.scalars.allSatisfy(\.isPythonDigit),
      let number = parseInteger(text, base: 10)
    else { return .text(text) }
    return try region.integer(number)
  }

  func follow(
    _ path: AttributePath, _ value: Datum, default fallback: Datum? = nil
  ) throws(RenderFailure) -> Datum {
    switch path {
    case .none: return value
    case .step(let step): return try follow(step, value, fallback)
    case .steps(let steps):
      var value = value
      for step in steps { value = try follow(step, value, fallback) }
      return value
    }
  }

  @inline(__always)
  private func follow(_ step: Datum, _ value: Datum, _ fallback: Datum?) throws(RenderFailure) -> Datum {
    let found = try item(value, step)
    if let fallback, found.isUndefined { return fallback }
    return found
  }

  func ignoringCase(_ value: Datum) throws(RenderFailure) -> Datum {
    switch value {
    case .text(let text): return .text(try lowercased(text))
    case .markup(let text): return .markup(try lowercased(text))
    default: return value
    }
  }

  func keyFunction(_ attribute: Datum, caseSensitive: Bool) throws(RenderFailure) -> KeyFunction {
    let path = try attributePath(attribute)
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
    var paths: [AttributePath] = []
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
    let iterator = region.newMapping()
    let kept = try KeptArguments(call, region)
    iterator._withUnsafeGuaranteedRef { $0.begin(filter, value, kept) }
    return try region.pooled(iterator)
  }

  /// A call's arguments for later, when its place on the stack is taken by others.
  struct KeptArguments {
    let call: CallArguments
    /// Holds the names where the call does not last.
    private let names: [String]

    init() {
      call = .none
      names = []
    }

    init(_ call: CallArguments, _ region: Region) throws(RenderFailure) {
      func kept(_ values: UnsafeBufferPointer<Datum>) throws(RenderFailure) -> UnsafeBufferPointer<Datum> {
        guard let start = values.baseAddress, !values.isEmpty else { return values }
        let memory = try region.allocate(values.count * MemoryLayout<Datum>.stride)
        let copy = memory.bindMemory(to: Datum.self, capacity: values.count)
        copy.update(from: start, count: values.count)
        return UnsafeBufferPointer(start: copy, count: values.count)
      }
      names = call.namesLast ? [] : Array(call.names)
      var given = call
      given.positional = try kept(call.positional)
      given.keywords = try kept(call.keywords)
      self.call = given
    }

    /// Gives the arguments without the first few.
    func dropping<Result>(
      _ count: Int, _ body: (CallArguments) throws(RenderFailure) -> Result
    ) throws(RenderFailure) -> Result {
      let rest = call.dropping(count)
      if call.namesLast || names.isEmpty { return try body(rest) }
      return try names.withUnsafeBufferPointer { (names) throws(RenderFailure) in
        var named = rest
        named.names = names
        return try body(named)
      }
    }

    func place(of name: String) -> Int? {
      if call.namesLast { return call.names.firstIndex(of: name) }
      return names.firstIndex(of: name)
    }

    var allNames: [String] { call.namesLast ? Array(call.names) : names }
  }

  /// What is done with each item of `map` and its kin.
  enum ItemStep {
    case follow(AttributePath, default: Datum?)
    case filter(Datum)
    case isTrue(AttributePath)
    /// The test's name and how many arguments stand before its own.
    case test(AttributePath, Datum, offset: Int)
  }

  fileprivate func mapStep(_ kept: KeptArguments) throws(RenderFailure) -> ItemStep {
    if kept.call.positional.isEmpty, let place = kept.place(of: "attribute") {
      let path = try attributePath(kept.call.keywords[place])
      var fallback: Datum?
      if kept.call.keywords.count > 1 {
        for (index, name) in kept.allNames.enumerated() where index != place {
          guard name == "default" else {
            throw runtimeError("FilterArgumentError", "Unexpected keyword argument '\(name)'")
          }
          fallback = kept.call.keywords[index].isNone ? nil : kept.call.keywords[index]
        }
      }
      return .follow(path, default: fallback)
    }
    guard let name = kept.call.positional.first else {
      throw runtimeError("FilterArgumentError", "map requires a filter argument")
    }
    return .filter(name)
  }

  fileprivate func selectionStep(_ filter: Filter, _ kept: KeptArguments) throws(RenderFailure) -> ItemStep {
    let looksUp = filter == .selectattr || filter == .rejectattr
    var path = AttributePath.none
    if looksUp {
      guard let attribute = kept.call.positional.first else {
        throw runtimeError("FilterArgumentError", "Missing parameter for attribute name")
      }
      path = try attributePath(attribute)
    }
    let offset = looksUp ? 1 : 0
    guard kept.call.positional.count > offset else { return .isTrue(path) }
    return .test(path, kept.call.positional[offset], offset: offset + 1)
  }

  fileprivate func carryOut(
    _ step: ItemStep, _ item: Datum, _ kept: KeptArguments
  ) throws(RenderFailure) -> Datum {
    switch step {
    case .follow(let path, let fallback): return try follow(path, item, default: fallback)
    case .filter(let name):
      return try kept.dropping(1) { (call) throws(RenderFailure) in
        try apply(filterNamed: name, to: item, call)
      }
    case .isTrue(let path): return .boolean(try isTrue(try follow(path, item)))
    case .test(let path, let name, let offset):
      let operand = try follow(path, item)
      return .boolean(
        try kept.dropping(offset) { (call) throws(RenderFailure) in try test(named: name, operand, call) })
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
final class MappingIterator: IteratorBox, ReusableBox {
  @exclusivity(unchecked) private var value = Datum.none
  @exclusivity(unchecked) private var filter = Filter.map
  @exclusivity(unchecked) private var kept = Machine.KeptArguments()
  @exclusivity(unchecked) private var isMap = true
  @exclusivity(unchecked) private var negates = false
  /// Set when the first item is asked for.
  @exclusivity(unchecked) private var source: Cursor?
  @exclusivity(unchecked) private var step = Machine.ItemStep.isTrue(.none)
  /// The attribute that is looked up and no more, where it is so.
  @exclusivity(unchecked) private var plainStep = Datum.missing
  @exclusivity(unchecked) private var isFinished = false

  override init() {}

  func clear() {
    kept = Machine.KeptArguments()
    source = nil
    step = .isTrue(.none)
    plainStep = .missing
    isFinished = false
  }

  func begin(_ filter: Filter, _ value: Datum, _ kept: Machine.KeptArguments) {
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
      step = isMap ? try machine.mapStep(kept) : try machine.selectionStep(filter, kept)
      switch step {
      case .follow(.step(let name), default: nil), .isTrue(.step(let name)): plainStep = name
      default: break
      }
      source = try machine.requireCursor(over: value)
    }
    guard var cursor = source else { return nil }
    while let item = try cursor.next(machine) {
      try machine.countIteration()
      let result =
        plainStep.isMissing ? try machine.carryOut(step, item, kept) : try machine.item(item, plainStep)
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
