public import Bytes
public import Records

/// Runs a template's program; keeps its memory between records, and serves one thread.
public final class Renderer {
  public let template: CompiledTemplate
  private let machine: Machine
  private let choicesMachine: Machine?
  /// For each free name of the program, and of the choices' program behind them, its column.
  private let columns: UnsafeMutablePointer<Int>
  private let choiceColumns: UnsafeMutablePointer<Int>
  @exclusivity(unchecked) private var layout: FieldLayout?
  @exclusivity(unchecked) private var layoutIdentity: ObjectIdentifier?
  @exclusivity(unchecked) private var parts = DividedText()
  private let divides: Bool
  private let usesChoices: Bool
  private let harness: HarnessAnswers?
  private let isHarness: Bool
  private let constantChoices: [String]?
  private let mayChangeValues: Bool
  /// The part of a record's key that belongs to the template.
  private let templateKey: UInt64

  public init(_ template: CompiledTemplate) {
    self.template = template
    let limits = template.limits
    machine = Machine(template.program, environment: template.environment, limits: limits)
    choicesMachine = template.choicesProgram.map {
      Machine($0, environment: template.environment, limits: limits)
    }
    divides = template.environment.dividesOutput
    let answers = HarnessAnswers(template)
    harness = answers
    isHarness = answers != nil
    constantChoices = template.constantChoices
    usesChoices = template.program.names.contains("answer_choices")
    mayChangeValues = template.program.mayChangeValues
    templateKey = SeedKey(seed: 0).part(template.source.id).value
    let count = template.program.names.count
    columns = .allocate(capacity: count + (template.choicesProgram?.names.count ?? 0))
    choiceColumns = columns + count
    setColumns { template.schema?.index(of: $0) }
  }

  // Iterators that wait among a machine's objects may hold the machine.
  deinit {
    machine.reset()
    choicesMachine?.reset()
    columns.deallocate()
  }

  private func setColumns(_ column: (String) -> Int?) {
    for (place, name) in template.program.names.enumerated() {
      let isChoices = divides && name.utf8.elementsEqual("answer_choices".utf8)
      columns[place] = isChoices ? RecordFields.choicesColumn : column(name) ?? -1
    }
    for (place, name) in (template.choicesProgram?.names ?? []).enumerated() {
      choiceColumns[place] = column(name) ?? -1
    }
  }

  /// Renders a record of the schema that the template was compiled for.
  ///
  /// - Parameters:
  ///   - key: seed and record; the random filters draw from its part named by the template's id.
  ///   - example: its texts are replaced; on an error they are undefined.
  public func render(
    _ record: PackedRecord, key: SeedKey, into example: inout RenderedExample
  ) throws(RenderFailure) {
    try render(
      RecordFields(record, columns: columns, divides: divides),
      RecordFields(record, columns: choiceColumns, divides: divides), key, into: &example)
    try harness?.finish(&example, key: key.part(template.source.id), .record(record, template.schema))
  }

  /// Renders a record by its packed fields: with a template that was compiled for their schema, or for none.
  public func render(
    _ fields: PackedFields, key: SeedKey, into example: inout RenderedExample
  ) throws(RenderFailure) {
    try render(fields, key: key, sharing: nil, into: &example)
  }

  /// The same, with values that are made once for several templates; the caller holds them.
  func render(
    _ fields: PackedFields, key: SeedKey, sharing values: Unmanaged<SharedValues>?,
    into example: inout RenderedExample
  ) throws(RenderFailure) {
    let identity = fields.layoutIdentity
    if layoutIdentity != identity {
      let layout = fields.layout
      // Held, so that no other layout can take its place.
      self.layout = layout
      layoutIdentity = identity
      setColumns { layout.index(of: $0) }
    }
    var source = RecordFields(fields, columns: columns, divides: divides)
    if !mayChangeValues { source.shared = values }
    try render(
      source, RecordFields(fields, columns: choiceColumns, divides: divides), key, into: &example)
    if isHarness { try harness?.finish(&example, key: key.part(template.source.id), .fields(fields)) }
  }

  /// Renders variables given by name, with a template that was compiled without a schema.
  public func render(
    _ variables: ValueDictionary, key: SeedKey, into example: inout RenderedExample
  ) throws(RenderFailure) {
    let named = NamedVariables(variables, template.program.names)
    let forChoices = NamedVariables(variables, template.choicesProgram?.names ?? [])
    // The fields do not hold them.
    defer { withExtendedLifetime((named, forChoices)) {} }
    try render(
      RecordFields(named, columns: columns, divides: divides),
      RecordFields(forChoices, columns: choiceColumns, divides: divides), key, into: &example)
    try harness?.finish(&example, key: key.part(template.source.id), .variables(variables))
  }

  private func render(
    _ fields: RecordFields, _ choiceFields: RecordFields, _ key: SeedKey, into example: inout RenderedExample
  ) throws(RenderFailure) {
    example.removeAll()
    machine.reset()
    let drawKey = key.part(templateKey)
    var choices = Datum.none
    if let constant = constantChoices {
      example.hasChoices = true
      for choice in constant {
        let start = example.text.count
        example.text.append(choice)
        example.choices.append(start..<example.text.count)
      }
      if usesChoices {
        var items: [Datum] = []
        for choice in constant { items.append(.text(try machine.region.text(choice))) }
        choices = try machine.region.list(items)
      }
    } else if let choicesMachine {
      example.hasChoices = true
      choicesMachine.reset()
      choicesMachine.fields = choiceFields
      choicesMachine.key = drawKey.part("answer_choices")
      choicesMachine.output.removeAll()
      try choicesMachine.render()
      let texts = divided(choicesMachine, from: 0)
      var items: [Datum] = []
      for text in texts {
        let start = example.text.count
        example.text.append(text)
        example.choices.append(start..<example.text.count)
        items.append(.text(try machine.region.text(text)))
      }
      choices = try machine.region.list(items)
    }
    machine.fields = fields
    machine.fields.choices = choices
    machine.key = drawKey
    let start = example.text.count
    swap(&machine.output, &example.text)
    defer { swap(&machine.output, &example.text) }
    try machine.render()
    finish(from: start, &example)
  }

  private func divided(_ machine: Machine, from start: Int) -> [String] {
    machine.output.withBytes { bytes in
      let text = Text(UnsafeRawBufferPointer(rebasing: bytes[start...]))
      parts.divide(text, from: start, stripsFirst: false)
      return parts.ranges.map { parts.string(bytes, $0) }
    }
  }

  /// Finds input and targets in what the machine put out.
  private func finish(from start: Int, _ example: inout RenderedExample) {
    guard divides else {
      example.input = start..<machine.output.count
      return
    }
    machine.output.withBytes { bytes in
      let text = Text(UnsafeRawBufferPointer(rebasing: bytes[start...]))
      parts.divide(text, from: start, stripsFirst: false)
    }
    if parts.hasMarks {
      let texts = machine.output.withBytes { bytes in parts.ranges.map { parts.string(bytes, $0) } }
      machine.output.truncate(to: start)
      var ranges: [Range<Int>] = []
      for text in texts {
        let low = machine.output.count
        machine.output.append(text)
        ranges.append(low..<machine.output.count)
      }
      example.input = ranges[0]
      example.targets += ranges.dropFirst()
      return
    }
    example.input = parts.ranges[0]
    for place in 1..<max(1, parts.ranges.count) { example.targets.append(parts.ranges[place]) }
  }
}
