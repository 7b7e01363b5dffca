import Bytes
import Records

/// Completes an example as lm-evaluation-harness does: choices from a printed list, the target from a text, a
/// list of texts, or the number of a choice.
final class HarnessAnswers {
  private let target: PartRunner?
  private let choices: PartRunner?

  /// nil where the template has neither target nor choices.
  init?(_ template: CompiledTemplate) {
    guard let programs = template.harness, programs.target != nil || programs.choices != nil else {
      return nil
    }
    target = programs.target.map { PartRunner($0, template) }
    choices = programs.choices.map { PartRunner($0, template) }
  }

  /// Where a record's fields are.
  enum Source {
    case record(PackedRecord, Schema?)
    case fields(PackedFields)
    case variables(ValueDictionary)

    fileprivate func column(_ name: String) -> Int? {
      switch self {
      case .record(_, let schema): schema?.index(of: name)
      case .fields(let fields): fields.layout.index(of: name)
      case .variables(let variables): variables.index(of: name)
      }
    }
  }

  func finish(
    _ example: inout RenderedExample, key: SeedKey, _ source: Source
  ) throws(RenderFailure) {
    var known: [String] = []
    if let choices {
      known = try choices.list(key: key.part("answer_choices"), source)
      example.hasChoices = true
      for choice in known { example.choices.append(example.appendText(choice)) }
      // Tasks whose choices are inputs give the number of the right one.
      let input = example.inputText
      if Self.isNumber(input) {
        let chosen = try Self.choice(.word(input), known, "input")
        example.input = example.appendText(chosen)
      }
    }
    guard let target else { return }
    let value = try target.value(key: key.part("target"), source, hasChoices: choices != nil)
    if case .list(let items, _) = value {
      for item in items {
        example.targets.append(example.appendText(try Self.choice(item, known, "target")))
      }
    } else {
      example.targets.append(example.appendText(try Self.choice(value, known, "target")))
    }
  }

  static func isNumber(_ text: String) -> Bool {
    !text.isEmpty && text.utf8.allSatisfy { (48...57).contains($0) }
  }

  private static func choice(
    _ value: PythonLiteral, _ choices: [String], _ what: String
  ) throws(RenderFailure) -> String {
    guard !choices.isEmpty, let index = value.index else { return value.printed }
    guard choices.indices.contains(index) else {
      throw RenderFailure(
        .runtime, "IndexError: the \(what) is choice \(index), and there are \(choices.count) from 0")
    }
    return choices[index]
  }
}

/// Runs one part's program.
private final class PartRunner {
  private let part: HarnessPrograms.Part
  private let machine: Machine
  private let columns: UnsafeMutablePointer<Int>

  init(_ part: HarnessPrograms.Part, _ template: CompiledTemplate) {
    self.part = part
    machine = Machine(part.program, environment: template.environment, limits: template.limits)
    columns = .allocate(capacity: part.program.names.count)
  }

  deinit { columns.deallocate() }

  private func text(key: SeedKey, _ source: HarnessAnswers.Source) throws(RenderFailure) -> String {
    let names = part.program.names
    for (place, name) in names.enumerated() { columns[place] = source.column(name) ?? -1 }
    machine.reset()
    machine.key = key
    machine.output.removeAll()
    switch source {
    case .record(let record, _): machine.fields = RecordFields(record, columns: columns, divides: false)
    case .fields(let fields): machine.fields = RecordFields(fields, columns: columns, divides: false)
    case .variables(let variables):
      let named = NamedVariables(variables, names)
      // The fields do not hold them.
      defer { withExtendedLifetime(named) {} }
      machine.fields = RecordFields(named, columns: columns, divides: false)
      try machine.render()
      return machine.output.text
    }
    try machine.render()
    return machine.output.text
  }

  /// The field's value; nil for a template or where the record has no such field.
  private func fieldValue(
    key: SeedKey, _ source: HarnessAnswers.Source
  ) throws(RenderFailure) -> PythonLiteral? {
    guard let field = part.field, source.column(field) != nil else { return nil }
    let printed = try text(key: key, source)
    guard case .list(let items, _)? = PythonLiteral(printed), let value = items.first else {
      return .text(printed)
    }
    return value
  }

  func list(
    key: SeedKey, _ source: HarnessAnswers.Source
  ) throws(RenderFailure) -> [String] {
    var value = try fieldValue(key: key, source)
    var printed = value?.printed ?? part.text
    if value == nil {
      if part.field == nil { printed = try text(key: key, source) }
      value = PythonLiteral(printed)
    }
    guard case .list(let items, _)? = value else {
      throw RenderFailure(.type, "answer_choices must print a list of texts, found '\(printed.prefix(80))'")
    }
    return items.map(\.printed)
  }

  func value(
    key: SeedKey, _ source: HarnessAnswers.Source, hasChoices: Bool
  ) throws(RenderFailure) -> PythonLiteral {
    if let value = try fieldValue(key: key, source) { return value }
    let printed = part.field == nil ? try text(key: key, source) : part.text
    let isNumber = hasChoices && HarnessAnswers.isNumber(printed)
    if isNumber || printed.hasPrefix("[") && printed.hasSuffix("]"), let value = PythonLiteral(printed) {
      return value
    }
    return .text(printed)
  }
}

extension RenderedExample {
  /// Puts a text behind those that are there.
  fileprivate mutating func appendText(_ string: String) -> Range<Int> {
    let start = text.count
    text.append(string)
    return start..<text.count
  }
}
