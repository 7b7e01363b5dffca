import Bytes
import Records
import Templates

/// The template of the form `tagged`: the task's name, then its fields by name, `rte premise: … hypothesis: …`;
/// what is asked for is that of one of the task's own templates.
enum TaggedTemplate {
  /// The name of the template, unlike any of a file's by its blank.
  static let name = "task tag"

  /// - Parameter templates: the task's; the first that can be taken apart at its divider gives the target.
  /// - Returns: nil where none can, or none has a field that stands in its input and not in its target.
  static func make(task: String, _ templates: [CompiledTemplate]) -> CompiledTemplate? {
    for template in templates where template.environment == .promptsource {
      guard let schema = template.schema, let (input, target) = parts(of: template.source.jinja) else {
        continue
      }
      let asked = names(in: target)
      let given = names(in: input)
      let fields = schema.fields.filter { given.contains(Array($0.utf8)) && !asked.contains(Array($0.utf8)) }
      guard !fields.isEmpty else { continue }
      let shown = fields.map { "\($0): {{ \($0) }}" }.joined(separator: " ")
      let source = TemplateSource(
        id: "\(task)/tagged", name: name, jinja: "\(task) \(shown) ||| \(target)",
        answerChoices: template.source.answerChoices, languages: template.source.languages,
        metrics: template.source.metrics, location: template.source.location)
      // A target that needs what the input sets does not compile alone.
      if let compiled = try? CompiledTemplate.compile(source, schema: schema, environment: .promptsource) {
        return compiled
      }
    }
    return nil
  }

  /// Input and target of a template with one divider.
  private static func parts(of jinja: String) -> (input: String, target: String)? {
    let bytes = Array(jinja.utf8)
    let dividers = bytes.indices.filter { bytes[$0...].starts(with: Array("|||".utf8)) }
    guard dividers.count == 1, let place = dividers.first else { return nil }
    return (
      String(decoding: bytes[..<place], as: UTF8.self), String(decoding: bytes[(place + 3)...], as: UTF8.self)
    )
  }

  /// The words inside the braces.
  private static func names(in jinja: String) -> Set<[UInt8]> {
    var names: Set<[UInt8]> = []
    var word: [UInt8] = []
    var depth = 0
    var last: UInt8 = 0
    for byte in Array(jinja.utf8) + [0] {
      if last == UInt8(ascii: "{"), byte == UInt8(ascii: "{") || byte == UInt8(ascii: "%") { depth = 1 }
      if byte == UInt8(ascii: "}"), last == UInt8(ascii: "}") || last == UInt8(ascii: "%") { depth = 0 }
      let isWord =
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
        || (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte)
        || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || byte == UInt8(ascii: "_") || byte >= 0x80
      if isWord, depth > 0 {
        word.append(byte)
      } else if !word.isEmpty {
        names.insert(word)
        word = []
      }
      last = byte
    }
    return names
  }
}
