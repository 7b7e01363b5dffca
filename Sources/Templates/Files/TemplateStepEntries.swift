import Bytes
import Patterns
import Records
import YAML

extension TemplateSource {
  /// Reads `extract`: a pattern or a list of them.
  mutating func readExtract(_ fields: inout YAMLFields) {
    for node in fields.nodes("extract") ?? [] {
      guard let text = node.text else {
        fields.problems.add(node.error("'extract' must hold regular expressions, found \(node.description)"))
        continue
      }
      do throws(Diagnostic) {
        _ = try Pattern(text)
        extract.append(text)
      } catch {
        fields.problems.add(node.error(error.message))
      }
    }
  }

  /// Reads `steps`: a list of mappings with `name`, `jinja` and, for loops, `for`.
  mutating func readSteps(_ fields: inout YAMLFields) {
    guard let node = fields.node("steps") else { return }
    let problems = fields.problems
    guard case .sequence(let items) = node.kind, !items.isEmpty else {
      problems.add(node.error("'steps' must be a list of steps, found \(node.description)"))
      return
    }
    for item in items {
      guard var part = YAMLFields(item, "a step", problems) else { continue }
      let name = part.required("name") ?? ""
      var step = TemplateStep(name: name, jinja: part.required("jinja") ?? "", loop: part.string("for"))
      step.jinjaNode = part.node("jinja")
      step.node = item
      if !name.isEmpty, !Self.isVariable(name), let node = part.node("name") {
        problems.add(
          node.error(
            "the step '\(name)' must be named by letters, digits and '_': later steps write its name"))
      }
      if name == TemplateStep.item || name == "answer_choices" || steps.contains(where: { $0.name == name }) {
        problems.add(item.error("the name '\(name)' is taken; give the step its own"))
      }
      part.finish()
      steps.append(step)
    }
    if let last = steps.last, last.loop != nil, let node = last.node {
      problems.add(
        node.error("the last step gives the answer and runs once; take 'for' out, or add one that combines"))
    }
  }

  private static func isVariable(_ name: String) -> Bool {
    let bytes = Array(name.utf8)
    return bytes.allSatisfy {
      (48...57).contains($0) || (65...90).contains($0 & ~0x20) || $0 == UInt8(ascii: "_")
    }
      && bytes.first.map { !(48...57).contains($0) } ?? false
  }
}

extension CompiledTemplate {
  /// Compiles the steps of a template, each against the record's fields and the answers before it.
  ///
  /// - Throws: everything that is wrong with any of them.
  static func compileSteps(
    of source: TemplateSource, schema: Schema?, environment: TemplateEnvironment, limits: RenderLimits
  ) throws(Diagnostics) {
    var problems: [Diagnostic] = []
    var names = schema?.fields ?? []
    if source.answerChoices != nil { names.append("answer_choices") }
    for step in source.steps {
      if let schema, let node = step.node {
        if schema.index(of: step.name) != nil {
          problems.append(node.error("the name '\(step.name)' is a field's; give the step another"))
        }
        if let loop = step.loop, !names.contains(loop) {
          problems.append(
            node.error(
              "no field and no step before this one is named '\(loop)'\(suggestion(for: loop, among: names))")
          )
        }
      }
      let known = schema.map { _ in Schema(fields: names + (step.loop == nil ? [] : [TemplateStep.item])) }
      do throws(Diagnostics) {
        _ = try compile(
          step.template(of: source), schema: known, environment: environment.ofSteps, limits: limits)
      } catch {
        problems += error.list
      }
      names.append(step.name)
    }
    guard problems.isEmpty else { throw Diagnostics(problems) }
  }
}

extension TemplateStep {
  /// The step as a template by itself, which has no target.
  package func template(of source: TemplateSource) -> TemplateSource {
    var step = TemplateSource(
      id: "\(source.id)/\(name)", name: "\(source.name)/\(name)", jinja: jinja,
      location: jinjaNode?.location ?? source.location)
    step.jinjaNode = jinjaNode
    return step
  }
}

extension TemplateEnvironment {
  /// Where `|||` divides, it does not divide what steps ask.
  package var ofSteps: TemplateEnvironment { self == .promptsource ? .jinja : self }
}
