public import Bytes
internal import HTTP
internal import Records
public import Transformer

/// A model behind an OpenAI-compatible server.
///
/// Not for several threads: it sends many requests at a time by itself.
public final class EndpointScorer: Scorer {
  private let settings: EndpointSettings
  /// The name by which the server knows it.
  public let model: String
  private let queue: EndpointQueue
  private let cache: AnswerCache
  private let tell: (String) -> Void
  /// Known from the first ranking on.
  private var capabilities: EndpointCapabilities?

  /// Opens the cache; asks the server for its model's name where the settings have none.
  ///
  /// - Parameter tell: takes what the user should know, a line each.
  /// - Throws: a `Diagnostic`.
  public init(_ settings: EndpointSettings, tell: @escaping (String) -> Void = { _ in }) throws(Diagnostic) {
    self.settings = settings
    self.tell = tell
    model = if let model = settings.model { model } else { try EndpointModels.only(of: settings) }
    try makeFolder(settings.cache)
    let name = hexadecimal(SHA256.digest("\(settings.address.shown)\n\(model)").prefix(8))
    let path = "\(settings.cache)/answers-\(name).jsonl"
    cache = try AnswerCache(path: path) {
      tell("endpoint: waiting for another program that uses \(path)")
    }
    if cache.damaged > 0 { tell("endpoint: \(cache.damaged) damaged lines of \(path) are asked for again") }
    queue = try EndpointQueue(settings, cache: cache)
  }

  public func scores(
    _ requests: [ScoringRequest], threads: Int
  ) throws -> [Result<[ChoiceScore], RequestFailure>] {
    let capabilities = try known()
    guard capabilities.ranking == .logProbabilities else { return try matches(requests) }
    let texts = requests.map { request in
      let prompt = EndpointPrompt(request)
      return request.choices.map(prompt.followed)
    }
    let calls = texts.map { texts in
      (capabilities.takesLists ? [texts] : texts.map { [$0] }).map { EndpointCall.echo($0, model: model) }
    }
    var answers = try queue.answers(to: calls.flatMap(\.self))[...]
    return calls.map { calls in
      let own = answers.prefix(calls.count)
      answers = answers.dropFirst(calls.count)
      return Result { () throws(RequestFailure) in
        var scores: [ChoiceScore] = []
        for answer in own {
          if case .scores(let some) = try answer.get().content { scores += some }
        }
        return scores
      }
    }
  }

  public func generate(
    _ requests: [GenerationRequest], threads: Int
  ) throws -> [Result<GeneratedText, RequestFailure>] {
    try queue.answers(to: requests.map(call)).map { answer in
      answer.flatMap { answer in
        guard case .text(let text) = answer.content else {
          return .failure(RequestFailure(.endpoint, "the answer holds no text"))
        }
        return .success(text)
      }
    }
  }

  /// A conversation where the model's own form is asked for, a text where it is not, unless the kind decides.
  private func call(_ request: GenerationRequest) -> EndpointCall {
    let prompt = EndpointPrompt(request)
    let isChat = settings.kind == .automatic ? request.framing == .marked : settings.kind == .chat
    return isChat
      ? .reply(to: prompt.messages, request, model: model)
      : .continuation(of: prompt.text, request, model: model)
  }

  /// Lets the model write, and takes the choice that it wrote: it has all probability.
  private func matches(_ requests: [ScoringRequest]) throws -> [Result<[ChoiceScore], RequestFailure>] {
    let questions = requests.map { request in
      // No token is shorter than a byte; some more, so that what is no choice is seen to be none.
      let longest = request.choices.map(\.utf8.count).max() ?? 0
      return GenerationRequest(
        prompt: request.prompt, exemplars: request.exemplars, framing: request.framing,
        maximumTokens: min(256, longest + 16), stops: settings.kind == .completions ? ["\n"] : [])
    }
    let written = try generate(questions, threads: 1)
    return zip(requests, written).map { request, written in
      written.flatMap { written in
        guard let place = ChoiceMatching.place(of: written.text, among: request.choices) else {
          return .failure(
            RequestFailure(.unparsed, "the answer '\(written.text.prefix(80))' is none of the choices"))
        }
        return .success(
          request.choices.indices.map {
            ChoiceScore(
              logLikelihood: $0 == place ? 0 : -.infinity, tokens: written.tokens, isGreedy: $0 == place)
          })
      }
    }
  }

  private func known() throws(Diagnostic) -> EndpointCapabilities {
    if let capabilities { return capabilities }
    let name = EndpointCapabilities.name(settings, model: model)
    let found: EndpointCapabilities
    if settings.kind == .chat {
      found = EndpointCapabilities(ranking: .matching)
    } else if let kept = cache.answer(name).flatMap(EndpointCapabilities.init) {
      found = kept
    } else {
      found = try EndpointCapabilities.found(queue, model: model)
      try cache.keep([(name, found.value)])
    }
    capabilities = found
    switch found.ranking {
    case .logProbabilities:
      tell(
        "endpoint: choices are ranked by the server's log-probabilities, "
          + (found.takesLists ? "those of a prompt in one request" : "a request a choice"))
    case .matching:
      tell(
        "endpoint: choices are matched to what the model writes"
          + (found.reason.isEmpty
            ? "" : "; the server gives no log-probabilities of prompts: \(found.reason)"))
    }
    return found
  }
}

extension EndpointScorer {
  /// What was sent and what was not, for the user; results do not tell it.
  public var summary: String {
    let counts = queue.counts
    return "endpoint: \(queue.answered.count) requests answered, \(counts.cached) of them from the cache; "
      + "\(counts.sent) sent, \(counts.retried) of them again"
  }

  public var account: ScorerAccount? {
    var value: ValueDictionary = [
      "url": .string(settings.address.shown), "model": .string(model),
      "kind": .string(settings.kind.rawValue),
      "requests": .integer(Int64(queue.answered.count)),
      "prompt_tokens": .integer(Int64(queue.promptTokens)),
      "completion_tokens": .integer(Int64(queue.completionTokens)),
    ]
    var notes: [String] = []
    if let capabilities {
      value["ranking"] = .string(capabilities.ranking.rawValue)
      if capabilities.ranking == .logProbabilities { value["lists"] = .boolean(capabilities.takesLists) }
      if capabilities.ranking == .matching {
        notes.append(
          "choices were not ranked by likelihood but matched to what the model wrote"
            + (capabilities.reason.isEmpty ? "" : ": \(capabilities.reason)"))
      }
    }
    return ScorerAccount(value: .dictionary(value), notes: notes)
  }
}
