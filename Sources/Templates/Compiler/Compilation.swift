import Bytes
import Records
import YAML

/// One run of the compiler over a template: parses, checks against the schema, and collects every problem.
struct Compilation {
  let source: TemplateSource
  let schema: Schema?
  let environment: TemplateEnvironment
  let limits: RenderLimits
  private var problems: [Diagnostic] = []
  /// The tree of the prompt, once it is parsed.
  private var statements: [Statement] = []

  init(
    source: TemplateSource, schema: Schema?, environment: TemplateEnvironment, limits: RenderLimits
  ) {
    self.source = source
    self.schema = schema
    self.environment = environment
    self.limits = limits
  }

  mutating func run() throws(Diagnostics) -> CompiledTemplate {
    var choicesProgram: Program?
    var constantChoices: [String]?
    if environment.dividesOutput, let choices = source.answerChoices {
      choicesProgram = compile(choices, node: source.answerChoicesNode, isChoices: true, constantChoices: nil)
      if let program = choicesProgram, program.names.isEmpty, !program.isRandom,
        let computed = computeChoices(program)
      {
        constantChoices = computed
        choicesProgram = nil
      }
    }
    let program = compile(
      source.jinja, node: source.jinjaNode, isChoices: false, constantChoices: constantChoices)
    let harness = environment == .lmEval ? harnessPrograms() : nil
    guard problems.isEmpty, let program else { throw Diagnostics(problems) }
    let plan =
      choicesProgram == nil && harness?.isEmpty ?? true
      ? LineLowering.lower(
        statements, environment: environment, choices: constantChoices, limits: limits) : nil
    return CompiledTemplate.make(self, program, choicesProgram, constantChoices, harness, plan)
  }

  private mutating func harnessPrograms() -> HarnessPrograms {
    var programs = HarnessPrograms()
    if let target = source.target { programs.target = harnessPart(target, source.targetNode) }
    if let choices = source.answerChoices {
      programs.choices = harnessPart(choices, source.answerChoicesNode)
    }
    return programs
  }

  /// A text that is a field's name stands for the field's value, any other is a template.
  private mutating func harnessPart(_ text: String, _ node: YAMLNode?) -> HarnessPrograms.Part? {
    guard isFieldName(text) else {
      return compile(text, node: node, isChoices: true, constantChoices: nil).map {
        HarnessPrograms.Part(text: text, field: nil, program: $0)
      }
    }
    let isField = schema.map { $0.index(of: text) != nil } ?? true
    // Printed inside a list, a text and a number can be told apart.
    let jinja = isField ? "{{ [\(text)] }}" : text
    return compile(jinja, node: nil, isChoices: true, constantChoices: nil).map {
      HarnessPrograms.Part(text: text, field: isField ? text : nil, program: $0)
    }
  }

  private func computeChoices(_ program: Program) -> [String]? {
    let machine = Machine(program, environment: environment, limits: limits)
    defer { machine.reset() }
    guard (try? machine.render()) != nil else { return nil }
    let bytes = Array(machine.output.text.utf8)
    var parts = DividedText()
    return bytes.withUnsafeBytes { raw in
      parts.divide(Text(raw), from: 0, stripsFirst: true)
      return parts.ranges.map { parts.string(raw, $0) }
    }
  }

  private mutating func compile(
    _ jinja: String, node: YAMLNode?, isChoices: Bool, constantChoices: [String]?
  ) -> Program? {
    let text = TemplateText(jinja, keepsTrailingNewline: environment.lexicalRules.keepsTrailingNewline)
    let places = SourcePlaces(
      text, node: node, map: isChoices ? nil : source.jinjaPlaces, fallback: source.location)
    let parsed = Parser.parse(text, environment: environment)
    if !isChoices { statements = parsed.statements }
    let program = Program()
    let compiler = Compiler(
      text, environment: environment, program: program,
      constantChoices: parsed.statements.onlyRead("answer_choices") ? constantChoices : nil,
      isChecking: schema != nil)
    compiler.fields = schema?.fields ?? []
    compiler.compile(parsed.statements)
    let first = problems.count
    for problem in parsed.failures + compiler.problems {
      problems.append(places.diagnostic(problem.message, problem.range))
    }
    if !parsed.lostStatement { check(compiler, places, isChoices: isChoices) }
    problems[first...].sort { a, b in
      guard let x = a.location, let y = b.location else { return false }
      return (x.line, x.column) < (y.line, y.column)
    }
    if schema != nil, environment.dividesOutput, !isChoices, parsed.failures.isEmpty {
      for problem in DividerCheck(compiler.folder).problems(of: parsed.statements, named: source.name) {
        problems.append(places.diagnostic(problem.message, problem.range))
      }
    }
    _ = program.link()
    return compiler.problems.isEmpty && parsed.failures.isEmpty ? program : nil
  }

  /// Tells names that are no fields.
  private mutating func check(_ compiler: Compiler, _ places: SourcePlaces, isChoices: Bool) {
    guard let schema else { return }
    var told: Set<String> = []
    for (name, range) in compiler.freeNames {
      if schema.index(of: name) != nil || told.contains(name) || compiler.guardedNames.contains(name) {
        continue
      }
      if GlobalFunction(rawValue: name)?.exists(in: environment) ?? false { continue }
      if name == "answer_choices", environment.dividesOutput {
        if source.answerChoices == nil, !isChoices {
          problems.append(
            places.diagnostic(
              "the template uses 'answer_choices' and has none; add the key answer_choices", range))
          told.insert(name)
        }
        continue
      }
      told.insert(name)
      problems.append(
        places.diagnostic(
          "unknown field '\(name)'\(suggestion(for: name, among: schema.fields))", range))
    }
  }
}

extension Program {
  /// Whether a rendering draws.
  var isRandom: Bool {
    functions.contains { function in
      function.code.contains {
        switch $0 {
        // `map` may be told the name of such a filter.
        case .filter(let filter, _): return filter.isImpure || filter == .map
        case .name: return true
        default: return false
        }
      }
    }
  }
}
