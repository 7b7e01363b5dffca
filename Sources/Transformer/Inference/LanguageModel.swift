package import Bytes
import JSON
import Records
import Synchronization

/// A trained model with its tokenizer, ready to score and to answer. May be shared between threads.
public final class LanguageModel: Sendable {
  public let configuration: ModelConfiguration
  public let tokenizer: Tokenizer
  public let precision: ModelPrecision
  package let weights: ModelWeights
  /// The file that the weights were read from, where it is one with blocks.
  private let source: GGUFTensors?
  /// Made once, unless a training goes on with the weights.
  private let steps = Mutex<StepWeights?>(nil)
  private let isFixed: Bool

  package convenience init(weights: ModelWeights, tokenizer: Tokenizer, precision: ModelPrecision = .f32) {
    self.init(weights, tokenizer, precision, isFixed: false)
  }

  private init(
    _ weights: ModelWeights, _ tokenizer: Tokenizer, _ precision: ModelPrecision, source: GGUFTensors? = nil,
    isFixed: Bool
  ) {
    configuration = weights.configuration
    self.tokenizer = tokenizer
    self.weights = weights
    self.precision = precision
    self.source = source
    self.isFixed = isFixed
    // Scores are those of the rounded weights as well.
    if precision == .int8 { _ = stepWeights }
  }

  /// The matrices as generation reads them.
  var stepWeights: StepWeights {
    let isKept = isFixed || precision == .int8
    return steps.withLock { held in
      if isKept, let held { return held }
      let made = StepWeights(weights, precision, source: source)
      if isKept { held = made }
      return made
    }
  }

  var productPrecision: ProductPrecision { precision == .bf16 ? .bf16 : .f32 }

  /// The names of the files in a model's folder.
  package enum FileName {
    package static let configuration = "config.json"
    package static let tokenizer = "tokenizer.json"
    package static let tokenizerSettings = "tokenizer_config.json"
    package static let weights = "model.safetensors"
    package static let all = [configuration, tokenizer, tokenizerSettings, PromptFile.name, weights]
  }

  /// Loads a folder in Hugging Face's layout (`config.json`, `tokenizer.json`, `model.safetensors` or its shards)
  /// or a GGUF file.
  ///
  /// - Throws: a `Diagnostic` for a missing or damaged file.
  public static func load(_ path: String, precision: ModelPrecision = .f32) throws -> LanguageModel {
    isFolder(path) ? try load(folder: path, precision) : try load(file: path, precision)
  }

  private static func load(folder: String, _ precision: ModelPrecision) throws -> LanguageModel {
    let configurationPath = folder + "/" + FileName.configuration
    let keys = try JSONNode.read(configurationPath, advice: "copy or train the model again")
    let configuration = try ModelConfiguration(keys.value, path: configurationPath)
    var tokenizer = try Tokenizer(path: folder + "/" + FileName.tokenizer)
    try tokenizer.put(
      begin: firstToken(try keys.optional("bos_token_id")),
      end: firstToken(try keys.optional("eos_token_id")),
      prefixed: tokenizer.isPrefixed, path: configurationPath)
    try check(tokenizer, configuration, configurationPath)
    let prompt = folder + "/" + PromptFile.name
    if fileExists(prompt) {
      tokenizer.frame = try PromptFile.read(prompt, vocabulary: tokenizer.vocabulary)
    }
    let weights = try ModelWeights(configuration, from: try SafetensorsFolder(folder))
    return LanguageModel(weights, tokenizer, precision, isFixed: true)
  }

  private static func load(file path: String, _ precision: ModelPrecision) throws -> LanguageModel {
    let file = try GGUFFile(path: path)
    let configuration = try ModelConfiguration(file)
    let tokenizer = try Tokenizer(file)
    try check(tokenizer, configuration, path)
    let source = try GGUFTensors(file, configuration)
    return LanguageModel(
      try ModelWeights(configuration, from: source), tokenizer, precision, source: source, isFixed: true)
  }

  /// A token's number, or the first of several.
  private static func firstToken(_ node: JSONNode?) throws(Diagnostic) -> Int32? {
    guard let node else { return nil }
    if case .list(_) = node.value { return try firstToken(try node.items().first) }
    return Int32(clamping: try node.integer())
  }

  private static func check(
    _ tokenizer: Tokenizer, _ configuration: ModelConfiguration, _ path: String
  ) throws(Diagnostic) {
    guard tokenizer.vocabulary <= configuration.vocabulary else {
      throw Diagnostic(
        "the tokenizer has \(tokenizer.vocabulary) tokens, the model \(configuration.vocabulary); "
          + "expected files of one training", at: SourceLocation(path: path))
    }
  }

  /// What the model reads of an example's input: the form it was trained with.
  public func prompt(_ input: String, task: String) -> String {
    tokenizer.frame.form.text(input, task: task)
  }

  /// Writes the folder that `load` and Hugging Face's libraries read; each file whole or not at all, the weights
  /// last.
  ///
  /// - Returns: the files with their hashes.
  @discardableResult
  package func save(_ folder: String) throws(Diagnostic) -> [(name: String, file: AtomicFile.Summary)] {
    try makeFolder(folder)
    var files = try saveTokenizer(folder)
    files.append(
      (
        FileName.weights,
        try Safetensors.write(
          weights.tensors(), metadata: [("format", "pt")], to: folder + "/" + FileName.weights)
      ))
    return files
  }

  /// Writes everything but the weights.
  package func saveTokenizer(
    _ folder: String
  ) throws(Diagnostic) -> [(name: String, file: AtomicFile.Summary)] {
    let shape = configuration.value(begin: Int(tokenizer.begin), end: Int(tokenizer.end))
    let settings = tokenizer.settings(contextLength: configuration.contextLength)
    var values = [(FileName.configuration, shape), (FileName.tokenizerSettings, settings)]
    if tokenizer.hasOwnFrame { values.append((PromptFile.name, PromptFile.value(tokenizer.frame))) }
    var files: [(name: String, file: AtomicFile.Summary)] = []
    for (name, value) in values {
      var file = try AtomicFile(path: folder + "/" + name)
      try file.write(JSONText.document(value))
      files.append((name, try file.commit()))
    }
    files.append((FileName.tokenizer, try tokenizer.write(to: folder + "/" + FileName.tokenizer)))
    return files
  }
}

extension LanguageModel {
  /// The log-likelihood of each choice after its prompt.
  ///
  /// With the model's marks, the sum runs over the choice's tokens and the end token after them, so that a choice
  /// that begins another is not favoured. A prompt's tokens are computed once for all of its choices. A prompt too
  /// long for the context loses its front (see `cuts(of:)`), never a choice; a choice that alone exceeds the context
  /// is a failure.
  ///
  /// The results do not depend on `threads`.
  public func scores(
    _ requests: [ScoringRequest], threads: Int
  ) throws -> [Result<[ChoiceScore], RequestFailure>] {
    try Scoring(self).run(requests, threads: threads)
  }

  /// A continuation of each prompt, token by token, until the end token, a stop text, the request's number of
  /// tokens or the end of the context. A prompt too long loses its front (see `cuts(of:)`).
  ///
  /// The results do not depend on `threads`.
  public func generate(
    _ requests: [GenerationRequest], threads: Int
  ) throws -> [Result<GeneratedText, RequestFailure>] {
    try Generation(self, requests, threads: threads).run().map { .success($0) }
  }

  /// How many tokens each request takes with its longest answer, before anything is cut, and how many there may be.
  public func lengths(of requests: [ScoringRequest]) -> (tokens: [Int], limit: Int)? {
    var encoder = RequestEncoder(self)
    return (requests.map { encoder.length($0) }, configuration.contextLength)
  }

  /// How many of the requests' prompts are too long for the context, and by how much.
  public func cuts(of requests: [ScoringRequest]) -> PromptCuts {
    var encoder = RequestEncoder(self)
    var cuts = PromptCuts()
    for request in requests { cuts.note(encoder.answers(request)?.map(\.cut).max() ?? 0) }
    return cuts
  }

  /// The same for prompts to be continued.
  public func cuts(of requests: [GenerationRequest]) -> PromptCuts {
    var encoder = RequestEncoder(self)
    var cuts = PromptCuts()
    for request in requests { cuts.note(encoder.prompt(request).cut) }
    return cuts
  }
}

extension PromptCuts {
  /// Counts a prompt that lost so many tokens.
  package mutating func note(_ cut: Int) {
    guard cut > 0 else { return }
    prompts += 1
    tokens += cut
  }
}
