import Bytes
import Records
import Templates
import Transformer

/// What a model's own chat template writes around the turns of a user and of the model.
enum ChatFrames {
  private static let question = "PHRASEBOOKQUESTION"
  private static let answer = "PHRASEBOOKANSWER"
  /// White space that no template writes by itself: whether it stays tells whether turns are trimmed.
  private static let blank = "\t \t"

  /// Renders the template of a model's files around texts that are found again.
  ///
  /// - Throws: a `Diagnostic` where there is no template, where it fails, and where it changes what is said.
  static func frame(of path: String) throws -> ChatFrame {
    guard let source = try ChatTemplateSource.find(path) else {
      throw Diagnostic("the model '\(path)' has no chat template; choose 'chat: marks' or 'chat: plain'")
    }
    let compiled = try CompiledTemplate.compile(
      TemplateSource(
        id: source.path, name: source.path, jinja: source.template,
        location: SourceLocation(path: source.path)),
      schema: nil, environment: .chat)
    let template = Template(compiled)
    let user = turn("user", blank + question + blank)
    let asked = try render(template, source, [user], prompting: true)
    let model = turn("assistant", blank + answer + blank)
    let whole = try render(template, source, [user, model], prompting: false)
    func fail(_ what: String) -> Diagnostic {
      Diagnostic(
        "the chat template \(what); choose 'chat: marks' or 'chat: plain'",
        at: SourceLocation(path: source.path))
    }
    guard let asking = parts(asked, around: question), let answering = parts(whole, around: answer) else {
      throw fail("does not write what the turns say as it is")
    }
    guard asking.trims == answering.trims else { throw fail("trims one turn and not the other") }
    return ChatFrame(
      before: asking.before, between: asking.after, after: answering.after, trims: asking.trims)
  }

  private static func turn(_ role: String, _ content: String) -> Value {
    .dictionary(ValueDictionary([("role", .string(role)), ("content", .string(content))]))
  }

  private static func render(
    _ template: Template, _ source: ChatTemplateSource, _ turns: [Value], prompting: Bool
  ) throws(Diagnostic) -> String {
    let fields = ValueDictionary([
      ("messages", .list(turns)), ("add_generation_prompt", .boolean(prompting)),
      ("bos_token", .string(source.begin)), ("eos_token", .string(source.end)),
      // Llama's templates write a date; the day of a training must not change its bytes.
      ("date_string", .string("26 Jul 2024")),
    ])
    do throws(RenderFailure) {
      return try template.render(fields).input
    } catch {
      throw Diagnostic("the chat template fails: \(error)", at: SourceLocation(path: source.path))
    }
  }

  /// What stands around a text between blanks, and whether the blanks are gone; nil unless it is there once.
  private static func parts(
    _ text: String, around middle: String
  ) -> (before: String, after: String, trims: Bool)? {
    let bytes = Array(text.utf8)
    let wanted = Array(middle.utf8)
    let places = bytes.indices.filter { bytes[$0...].starts(with: wanted) }
    guard let start = places.first, places.count == 1 else { return nil }
    let end = start + wanted.count
    let edge = blank.utf8.count
    let isKept = (
      bytes[..<start].suffix(edge).elementsEqual(blank.utf8),
      bytes[end...].prefix(edge).elementsEqual(blank.utf8)
    )
    guard isKept.0 == isKept.1 else { return nil }
    let cut = isKept.0 ? edge : 0
    return (
      String(decoding: bytes[..<(start - cut)], as: UTF8.self),
      String(decoding: bytes[(end + cut)...], as: UTF8.self), !isKept.0
    )
  }
}
