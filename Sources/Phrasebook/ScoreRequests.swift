import Bytes
import JSON
import Records
import Transformer

/// What a model computes with when it is asked.
public enum ScorePrecision: String, Sendable, Hashable, CaseIterable {
  /// The reference.
  case f32
  /// Weights, and for scores what they are multiplied with, rounded to bfloat16.
  case bf16
  /// Weights rounded to eight bits in blocks of 32.
  case int8

  var ofModel: ModelPrecision {
    switch self {
    case .f32: .f32
    case .bf16: .bf16
    case .int8: .int8
    }
  }
}

/// Lets a model score or continue every line of a file: a JSON object with a `prompt` and, where answers are to be
/// scored, `choices`; else it is continued.
///
/// - Parameters:
///   - model: a folder in Hugging Face's layout, a GGUF file, or a pretrained model's name.
///   - sink: is given whole lines, in the order of the requests.
public func scoreRequests(
  _ path: String, model: String, precision: ScorePrecision = .f32, in session: Session,
  to sink: (UnsafeRawBufferPointer) throws -> Void
) throws {
  let loaded = try LanguageModel.load(
    try PretrainedModel.path(model, in: session), precision: precision.ofModel)
  let start = ContinuousClock.now
  var group = RequestGroup()
  var (done, cuts) = (0, PromptCuts())
  func finish() throws {
    let (answers, cut) = try group.answers(of: loaded, threads: session.threads)
    var buffer = ByteBuffer()
    for answer in answers {
      JSONText.append(answer, to: &buffer)
      buffer.append(10)
    }
    try buffer.withBytes(sink)
    done += answers.count
    cuts.prompts += cut.prompts
    cuts.tokens += cut.tokens
    group = RequestGroup()
    session.progress.update("score: \(done) requests")
  }
  let parser = try JSONParser()
  try JSONLines.read(path) { bytes, line in
    try group.add(
      JSONNode(
        try parser.parse(bytes, path: path, line: line), file: "\(path):\(line)",
        advice: "write a request a line"))
    if group.count == RequestGroup.size { try finish() }
  }
  if group.count > 0 { try finish() }
  let seconds = start.duration(to: .now) / .seconds(1)
  session.progress.note("score: \(done) requests in \(decimal(seconds, 3)) s")
  if cuts.prompts > 0 {
    session.progress.warning(
      "\(cuts.prompts) prompts are too long for the model's context and lost \(cuts.tokens) tokens of their fronts"
    )
  }
}

/// Requests that a model is given together.
private struct RequestGroup {
  /// Of requests; results may differ in the last bits with it.
  static let size = 512

  private var scoring: [ScoringRequest] = []
  private var generation: [GenerationRequest] = []
  /// Whether a request has choices, in the order of the lines.
  private var areScored: [Bool] = []

  var count: Int { areScored.count }

  mutating func add(_ line: JSONNode) throws(Diagnostic) {
    let prompt = try line.required("prompt").text()
    var exemplars: [Exemplar] = []
    for item in try line.optional("exemplars")?.items() ?? [] {
      exemplars.append(
        Exemplar(input: try item.required("input").text(), target: try item.required("target").text()))
    }
    var framing = Framing.marked
    if let node = try line.optional("framing") {
      switch try node.text() {
      case "marked": framing = .marked
      case "continued": framing = .continued
      default: throw node.mismatch("'marked' or 'continued'")
      }
    }
    if let choices = try line.optional("choices") {
      scoring.append(
        ScoringRequest(prompt: prompt, choices: try texts(choices), exemplars: exemplars, framing: framing))
      areScored.append(true)
      return
    }
    var request = GenerationRequest(
      prompt: prompt, exemplars: exemplars, framing: framing, maximumTokens: 128)
    if let most = try line.optional("max_tokens") {
      let tokens = try most.integer()
      guard (0...1 << 20).contains(tokens) else {
        throw most.mismatch("a number of tokens from 0 to 1048576")
      }
      request.maximumTokens = tokens
    }
    if let stops = try line.optional("stops") { request.stops = try texts(stops) }
    request.sampling = try sampling(line)
    generation.append(request)
    areScored.append(false)
  }

  private func texts(_ node: JSONNode) throws(Diagnostic) -> [String] {
    var all: [String] = []
    for item in try node.items() { all.append(try item.text()) }
    return all
  }

  private func sampling(_ line: JSONNode) throws(Diagnostic) -> GenerationRequest.Sampling? {
    guard let node = try line.optional("temperature") else { return nil }
    let temperature = try node.number()
    guard temperature.isFinite, temperature >= 0 else { throw node.mismatch("a temperature of 0 or more") }
    guard temperature > 0 else { return nil }
    var sampling = GenerationRequest.Sampling(
      temperature: temperature, key: try line.optional("seed")?.unsigned() ?? 0)
    if let share = try line.optional("top_p") {
      sampling.topP = try share.number()
      guard sampling.topP > 0, sampling.topP <= 1 else { throw share.mismatch("a share above 0, at most 1") }
    }
    return sampling
  }

  func answers(of model: LanguageModel, threads: Int) throws -> (lines: [Value], cuts: PromptCuts) {
    var scores = try model.scores(scoring, threads: threads)[...]
    var texts = try model.generate(generation, threads: threads)[...]
    var cuts = model.cuts(of: scoring)
    let more = model.cuts(of: generation)
    cuts.prompts += more.prompts
    cuts.tokens += more.tokens
    let lines = areScored.map { isScored in
      isScored
        ? Self.line(scores.removeFirst(), Self.value) : Self.line(texts.removeFirst(), Self.value)
    }
    return (lines, cuts)
  }

  private static func line<Answer>(
    _ result: Result<Answer, RequestFailure>, _ value: (Answer) -> ValueDictionary
  ) -> Value {
    switch result {
    case .success(let answer): return .dictionary(value(answer))
    case .failure(let failure):
      let error = ValueDictionary([
        ("kind", .string(failure.kind.rawValue)), ("message", .string(failure.message)),
      ])
      return .dictionary(ValueDictionary([("error", .dictionary(error))]))
    }
  }

  private static func value(_ scores: [ChoiceScore]) -> ValueDictionary {
    ValueDictionary([
      ("log_likelihoods", .list(scores.map { .number($0.logLikelihood) })),
      ("tokens", .list(scores.map { .integer(Int64($0.tokens)) })),
      ("greedy", .list(scores.map { .boolean($0.isGreedy) })),
    ])
  }

  private static func value(_ text: GeneratedText) -> ValueDictionary {
    ValueDictionary([
      ("text", .string(text.text)), ("tokens", .integer(Int64(text.tokens))),
      ("ending", .string(text.ending.rawValue)),
    ])
  }
}
