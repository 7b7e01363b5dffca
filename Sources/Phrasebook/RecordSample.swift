import Bytes
import Corpora
import Lint
import Records
import Templates
import Transformer

/// Counts tokens with a model's own tokenizer.
struct TokenCount: Sendable {
  private let tokenizer: Tokenizer

  /// nil where no limit of tokens is asked for.
  init?(_ options: ValidateOptions, _ session: Session) throws {
    guard let name = options.tokenizer else { return nil }
    tokenizer = try Tokenizer(path: try PretrainedModel.path(name, in: session))
  }

  func callAsFunction(_ text: String) -> Int { tokenizer.encode(text).count }
}

/// Renders some records of a corpus through a task's templates: those whose ids have the smallest hashes among
/// the first ones, so that the same corpus gives the same sample.
struct RecordSample {
  private let count: Int
  private let tokens: TokenCount?
  private static let mostRead = 20_000

  init(_ count: Int, _ tokens: TokenCount?) {
    self.count = count
    self.tokens = tokens
  }

  func render(_ description: CorpusDescription, _ task: LintedTask) throws -> TaskSample {
    let schema = description.schema
    let records = try choose(description, schema)
    let values = records.map { record in
      zip(record.values.keys, record.values.values).map { (field: $0, texts: texts($1)) }
    }
    let renderings = task.templates.map { template -> [TaskSample.Rendering] in
      guard let compiled = try? CompiledTemplate.compile(template.source) else { return [] }
      let renderer = Renderer(compiled)
      var example = RenderedExample()
      return records.map { render($0, renderer, &example) }
    }
    return TaskSample(values: values, renderings: renderings)
  }

  private typealias Chosen = (hash: UInt64, id: RecordID, values: ValueDictionary)

  private func choose(_ description: CorpusDescription, _ schema: Schema) throws -> [Chosen] {
    struct Enough: Error {}
    var chosen: [Chosen] = []
    var read = 0
    do {
      // A look at templates fetches no data; what was fetched before is read.
      var reader = try description.reader()
      reader.cache.isOffline = true
      _ = try reader.read(description) { record in
        guard read < Self.mostRead else { throw Enough() }
        read += 1
        let id = RecordID(fields: schema.fields, values: record.values)
        let values = ValueDictionary(Array(zip(schema.fields, record.values)))
        chosen.append((mix64(id.high ^ id.low), id, values))
        if chosen.count >= 2 * count + 64 { keepFirst(&chosen) }
      }
    } catch is Enough {}
    keepFirst(&chosen)
    return chosen
  }

  private func keepFirst(_ chosen: inout [Chosen]) {
    chosen.sort { ($0.hash, $0.id.high) < ($1.hash, $1.id.high) }
    chosen.removeLast(max(0, chosen.count - count))
  }

  private func render(
    _ record: Chosen, _ renderer: Renderer, _ example: inout RenderedExample
  ) -> TaskSample.Rendering {
    let key = SeedKey(seed: 0).part(record.id.high).part(record.id.low)
    do throws(RenderFailure) {
      try renderer.render(record.values, key: key, into: &example)
    } catch {
      return TaskSample.Rendering(input: "", targets: [], choices: nil, failure: "\(error)")
    }
    var rendering = TaskSample.Rendering(
      input: example.inputText, targets: example.targetTexts,
      choices: example.hasChoices ? example.choiceTexts : nil)
    rendering.tokens = tokens.map { $0(rendering.input) }
    return rendering
  }

  private func texts(_ value: Value) -> [String] {
    switch value {
    case .null, .boolean: []
    case .integer(let number): ["\(number)"]
    case .bigInteger(let digits): [digits]
    case .number(let number): ["\(number)"]
    case .string(let text): [text]
    case .list(let items): items.flatMap(texts)
    case .dictionary(let pairs): pairs.values.flatMap(texts)
    }
  }
}
