internal import Bytes
internal import Records
internal import Transformer

/// Asks a model about examples, keeping their order.
struct Asking {
  private let settings: PromptingSettings
  private let maximumTokens: Int
  private let freeTokens: Int
  private let kinds: [FreeAnswers]
  private let names: NameIndex
  private var builder: QuestionBuilder
  private var ranking: ChoiceRanking
  private var writing: WrittenAnswers

  /// - Parameters:
  ///   - maximumTokens: of any answer; `freeTokens`: of one that is right only as a whole.
  ///   - kinds: what answers without choices look like, by the tasks' places in `names`.
  init(
    _ scorer: any Scorer, _ settings: PromptingSettings, threads: Int, seed: UInt64, maximumTokens: Int,
    freeTokens: Int, kinds: [FreeAnswers], names: NameIndex, pool: ExemplarPool?,
    contentFree: ContentFreePrompts?
  ) {
    self.settings = settings
    self.maximumTokens = maximumTokens
    self.freeTokens = freeTokens
    self.kinds = kinds
    self.names = names
    builder = QuestionBuilder(scorer, settings, seed: seed, pool: pool, names: names)
    ranking = ChoiceRanking(scorer, settings, threads: threads, contentFree: contentFree)
    writing = WrittenAnswers(scorer, settings, threads: threads, seed: seed)
  }

  /// One prediction an example, in order.
  mutating func predictions(
    _ examples: [Example], cell: EvaluationCell, _ arm: AskingArm
  ) throws -> [Prediction] {
    let answerTokens = settings.chainOfThought.map { max($0.maximumTokens, maximumTokens) } ?? freeTokens
    let questions = try builder.questions(examples, arm, answerTokens: answerTokens)
    var places = (ranked: [Int](), free: [Int]())
    for place in questions.indices {
      if questions[place].example.choices.isEmpty || settings.chainOfThought != nil {
        places.free.append(place)
      } else {
        places.ranked.append(place)
      }
    }
    var predictions: [Prediction?] = Array(repeating: nil, count: questions.count)
    let builder = builder
    let ranked = try ranking.predictions(
      places.ranked.map { questions[$0] }, cell: cell, prompt: builder.prompt)
    for (place, prediction) in zip(places.ranked, ranked) { predictions[place] = prediction }
    let free = try written(places.free.map { questions[$0] }, cell: cell, arm)
    for (place, prediction) in zip(places.free, free) { predictions[place] = prediction }
    return zip(questions, predictions).compactMap { question, prediction in
      var prediction = prediction
      prediction?.exemplars = question.exemplars.map(\.record)
      return prediction
    }
  }

  private mutating func written(
    _ questions: [Question], cell: EvaluationCell, _ arm: AskingArm
  ) throws -> [Prediction] {
    guard let chain = settings.chainOfThought else {
      return try writing.direct(questions, cell: cell, maximumTokens: freeTokens)
    }
    return try writing.reasoned(
      questions, kinds: questions.map { kind($0.example) }, cell: cell, chain, trigger: arm.trigger,
      answerTokens: maximumTokens)
  }

  private func kind(_ example: Example) -> AnswerKind {
    guard example.choices.isEmpty else { return AnswerKind(choices: example.choices) }
    return names.existing(example.task).map { kinds[$0].kind } ?? .free
  }

  /// What a reader of the figures must know.
  ///
  /// - Parameter asked: how many prompts there were in all.
  func notes(asked: Int) -> [String] {
    var notes: [String] = []
    var cuts = ranking.cuts
    cuts.add(writing.cuts)
    if cuts.prompts > 0 {
      notes.append(
        "\(cuts.prompts) of \(asked) prompts were longer than the model's context and lost their beginning, "
          + "\(cuts.tokens) tokens in all")
    }
    if builder.shortened > 0 {
      notes.append(
        "\(builder.shortened) of \(asked) prompts have fewer than \(settings.shots) exemplars, as many as fit into "
          + "the model's context")
    }
    if builder.poor > 0 {
      notes.append(
        "\(builder.poor) prompts have fewer than \(settings.shots) exemplars: the build kept no more; raise "
          + "exemplar_records and build again")
    }
    if ranking.uncalibrated > 0 {
      notes.append(
        "\(ranking.uncalibrated) answers stand uncalibrated: their templates show no text of the record, or cannot "
          + "be rendered without it")
    }
    return notes
  }
}
