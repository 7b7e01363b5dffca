internal import Bytes
internal import Records
internal import Transformer

/// Answers questions by what the model writes.
struct WrittenAnswers {
  private let scorer: any Scorer
  private let settings: PromptingSettings
  private let threads: Int
  private let seed: UInt64
  private(set) var cuts = PromptCuts()

  init(_ scorer: any Scorer, _ settings: PromptingSettings, threads: Int, seed: UInt64) {
    self.scorer = scorer
    self.settings = settings
    self.threads = threads
    self.seed = seed
  }

  /// What the model writes behind each prompt.
  mutating func texts(_ requests: [GenerationRequest]) throws -> [Result<GeneratedText, RequestFailure>] {
    guard !requests.isEmpty else { return [] }
    cuts.add(scorer.cuts(of: requests))
    let texts = try scorer.generate(requests, threads: threads)
    try checkAnswers(texts.count, requests.count)
    return texts
  }

  /// Where texts are continued, a blank line begins the next example.
  private var stops: [String] { settings.framing == .continued ? ["\n\n"] : [] }

  /// The whole text is the answer.
  mutating func direct(
    _ questions: [Question], cell: EvaluationCell, maximumTokens: Int
  ) throws -> [Prediction] {
    let texts = try replies(questions, maximumTokens: maximumTokens)
    return zip(questions, texts).map { question, text in
      switch text {
      case .success(let text): Prediction(question.example, cell: cell, generated: text.text)
      case .failure(let failure): Prediction(question.example, cell: cell, failure: failure)
      }
    }
  }

  /// The model's replies to the questions as they stand.
  mutating func replies(
    _ questions: [Question], maximumTokens: Int
  ) throws -> [Result<GeneratedText, RequestFailure>] {
    try texts(
      questions.map {
        GenerationRequest(
          prompt: $0.prompt, exemplars: $0.solved, framing: settings.framing, maximumTokens: maximumTokens,
          stops: stops)
      })
  }

  /// The model's replies to texts with nothing before them.
  mutating func replies(
    _ prompts: [String], maximumTokens: Int
  ) throws -> [Result<GeneratedText, RequestFailure>] {
    try texts(
      prompts.map {
        GenerationRequest(
          prompt: $0, framing: settings.framing, maximumTokens: maximumTokens, stops: stops)
      })
  }

  /// Reasons first: in two stages where nothing stands before the question (Kojima et al. 2022), in the way of the
  /// exemplars where some do (Wei et al. 2022); the most frequent of several answers where reasoning is sampled.
  ///
  /// - Parameters:
  ///   - kinds: what the answers look like, one a question.
  ///   - answerTokens: tokens at most of the second stage.
  mutating func reasoned(
    _ questions: [Question], kinds: [AnswerKind], cell: EvaluationCell, _ chain: ChainOfThought, trigger: Int,
    answerTokens: Int
  ) throws -> [Prediction] {
    var votes = questions.map { _ in Votes() }
    let trigger = chain.triggers.isEmpty ? "" : chain.triggers[trigger]
    for sample in 0..<max(1, chain.samples) {
      let opened = questions.map { $0.solved.isEmpty ? "\($0.prompt)\n\(trigger)" : $0.prompt }
      let reasons = try texts(
        zip(questions, opened).map { question, prompt in
          GenerationRequest(
            prompt: prompt, exemplars: question.solved, framing: settings.framing,
            maximumTokens: chain.maximumTokens, stops: question.solved.isEmpty ? [] : stops,
            sampling: chain.samples > 1 ? sampling(question.example, chain, sample) : nil)
        })
      var followUps: [(place: Int, request: GenerationRequest, reasoning: String)] = []
      for (place, result) in reasons.enumerated() {
        let example = questions[place].example
        switch result {
        case .failure(let failure): votes[place].failure = votes[place].failure ?? failure
        case .success(let reasoning) where questions[place].solved.isEmpty:
          let request = kinds[place].request(example.choices)
          followUps.append(
            (
              place,
              GenerationRequest(
                prompt: "\(opened[place]) \(reasoning.text)\n\(request)", framing: settings.framing,
                maximumTokens: answerTokens, stops: stops), reasoning.text
            ))
        case .success(let text):
          let extraction = AnswerExtraction(kinds[place], choices: example.choices)
          votes[place].add(
            extraction.answer(in: text.text, .reasoning), reasoning: text.text, reply: text.text)
        }
      }
      let answers = try texts(followUps.map(\.request))
      for (followUp, result) in zip(followUps, answers) {
        let place = followUp.place
        switch result {
        case .failure(let failure): votes[place].failure = votes[place].failure ?? failure
        case .success(let text):
          let extraction = AnswerExtraction(kinds[place], choices: questions[place].example.choices)
          votes[place].add(
            extraction.answer(in: text.text, .answer), reasoning: followUp.reasoning, reply: text.text)
        }
      }
    }
    return questions.indices.map { votes[$0].prediction(questions[$0].example, cell, kinds[$0]) }
  }

  private func sampling(_ example: Example, _ chain: ChainOfThought, _ sample: Int)
    -> GenerationRequest.Sampling
  {
    let key = SeedKey(seed: seed).part("samples").part(example.task).part(example.template)
    return GenerationRequest.Sampling(
      temperature: chain.temperature, key: key.part(example.record).part(UInt64(sample)).value)
  }
}

/// The answers of several ways of reasoning to one question.
private struct Votes {
  private var answers: [String] = []
  private var counts: [Int] = []
  private var reasonings: [String] = []
  private var replies: [String] = []
  private var given: [String?] = []
  var failure: RequestFailure?

  mutating func add(_ answer: String?, reasoning: String, reply: String) {
    reasonings.append(reasoning)
    replies.append(reply)
    given.append(answer)
    guard let answer else { return }
    if let known = answers.firstIndex(where: {
      AnswerExtraction.plain($0).utf8.elementsEqual(AnswerExtraction.plain(answer).utf8)
    }) {
      counts[known] += 1
    } else {
      answers.append(answer)
      counts.append(1)
    }
  }

  /// The answer with most votes, the first given of equals; a failure only where no way came to an end.
  func prediction(_ example: Example, _ cell: EvaluationCell, _ kind: AnswerKind) -> Prediction {
    guard let reply = replies.first else {
      return Prediction(
        example, cell: cell, failure: failure ?? RequestFailure(.endpoint, "the model gave no answer"))
    }
    let most = counts.max() ?? 0
    let winner = counts.firstIndex(of: most).map { answers[$0] }
    var prediction = Prediction(
      example, cell: cell, reply: reply, parsed: winner, AnswerExtraction(kind, choices: example.choices))
    prediction.reasonings = reasonings
    if given.count > 1 { prediction.votes = given }
    return prediction
  }
}
