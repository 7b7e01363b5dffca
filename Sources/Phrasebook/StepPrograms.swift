import Bytes
import Evaluation
import JSON
import Records
import Templates

/// The steps of a mixture's templates as its manifest has them, ready to be rendered; for one thread.
final class StepPrograms: StepPrompts {
  private var renderers: [String: [Renderer]] = [:]
  private let seed: UInt64

  /// - Returns: nil where no template asks step by step.
  init?(folder: String) throws {
    let manifest = try JSONNode.read(folder + "/manifest.json", advice: "build the mixture again")
    seed = try manifest.required("seed").unsigned()
    for task in try manifest.required("tasks").items() {
      let name = try task.required("name").text()
      for side in ["seen", "unseen"] {
        for template in try task.required("templates").required(side).items() {
          guard let steps = try template.optional("steps")?.items() else { continue }
          let id = try template.required("id").text()
          let word = try template.required("environment").text()
          guard let environment = TemplateEnvironment(rawValue: word) else {
            throw try template.required("environment").mismatch("an environment of templates")
          }
          renderers[Self.key(name, id)] = try steps.map { step in
            let source = TemplateSource(
              id: "\(id)/\(try step.required("name").text())", name: try step.required("name").text(),
              jinja: try step.required("jinja").text(), location: SourceLocation(path: manifest.file))
            return Renderer(try CompiledTemplate.compile(source, environment: environment))
          }
        }
      }
    }
    if renderers.isEmpty { return nil }
  }

  func prompt(
    task: String, template: String, step: Int, variables: ValueDictionary, record: String
  ) throws -> String {
    guard let renderers = renderers[Self.key(task, template)], renderers.indices.contains(step) else {
      throw Diagnostic(
        "the manifest has no step \(step) of the template '\(template)'; build the mixture again")
    }
    var example = RenderedExample()
    let key = SeedKey(seed: seed).part(record)
    try renderers[step].render(variables, key: key, into: &example)
    return example.inputText
  }

  private static func key(_ task: String, _ template: String) -> String { "\(task)\u{0}\(template)" }
}
