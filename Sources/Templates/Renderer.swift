public import Bytes
public import Records

/// Runs a template's program; keeps its memory between records, and serves one thread.
public final class Renderer {
  public let template: CompiledTemplate
  private let machine: Machine
  private let choicesMachine: Machine?
  private let columns: [Int]
  private let choiceColumns: [Int]
  private var parts = DividedText()
  private let divides: Bool
  private let harness: HarnessAnswers?

  public init(_ template: CompiledTemplate) {
    self.template = template
    let limits = template.limits
    machine = Machine(template.program, environment: template.environment, limits: limits)
    choicesMachine = template.choicesProgram.map {
      Machine($0, environment: template.environment, limits: limits)
    }
    divides = template.environment.dividesOutput
    harness = HarnessAnswers(template)
    columns = Self.columns(template.program.names, template.schema, divides: divides)
    choiceColumns = Self.columns(template.choicesProgram?.names ?? [], template.schema, divides: false)
  }

  private static func columns(_ names: [String], _ schema: Schema?, divides: Bool) -> [Int] {
    names.map { name in
      if divides, name == "answer_choices" { return -2 }
      return schema?.index(of: name) ?? -1
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
    let divides = self.divides
    let (columns, choiceColumns) = (self.columns, self.choiceColumns)
    try render(key: key, into: &example) { choices, isChoices in
      PackedFields(
        record: record, columns: isChoices ? choiceColumns : columns, divides: divides, choices: choices)
    }
    try harness?.finish(&example, key: key.part(template.source.id)) { names in
      PackedFields(
        record: record, columns: names.map { template.schema?.index(of: $0) ?? -1 }, divides: false,
        choices: .none)
    }
  }

  /// Renders variables given by name.
  public func render(
    _ variables: ValueDictionary, key: SeedKey, into example: inout RenderedExample
  ) throws(RenderFailure) {
    let divides = self.divides
    let (names, choiceNames) = (template.program.names, template.choicesProgram?.names ?? [])
    try render(key: key, into: &example) { choices, isChoices in
      VariableFields(
        variables: variables, names: isChoices ? choiceNames : names, divides: divides,
        choices: isChoices || !divides ? nil : choices)
    }
    try harness?.finish(&example, key: key.part(template.source.id), variables: variables) { names in
      VariableFields(variables: variables, names: names, divides: false, choices: nil)
    }
  }

  private func render(
    key: SeedKey, into example: inout RenderedExample, _ fields: (Datum, Bool) -> any FieldSource
  ) throws(RenderFailure) {
    example.removeAll()
    machine.reset()
    let drawKey = key.part(template.source.id)
    var choices = Datum.none
    if let constant = template.constantChoices {
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
      choicesMachine.fields = fields(.none, true)
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
    machine.fields = fields(choices, false)
    machine.key = drawKey
    let start = example.text.count
    swap(&machine.output, &example.text)
    defer { swap(&machine.output, &example.text) }
    try machine.render()
    finish(from: start, &example)
  }

  private lazy var usesChoices: Bool = template.program.names.contains("answer_choices")

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
    let hasMarks = machine.output.withBytes { bytes -> Bool in
      let text = Text(UnsafeRawBufferPointer(rebasing: bytes[start...]))
      parts.divide(text, from: start, stripsFirst: false)
      return text.find(Text(protectedDivider)) != nil
    }
    if hasMarks {
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
    for range in parts.ranges.dropFirst() { example.targets.append(range) }
  }
}
