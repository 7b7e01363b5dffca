internal import Bytes
internal import Records
internal import Transformer

/// Asks a model about examples, keeping their order.
struct Asking {
  private let settings: PromptingSettings
  private let maximumTokens: Int
  private let freeTokens: Int
  private let kinds: [FreeAnswers]
  private let templates: AskedTemplates
  private let names: NameIndex
  private var builder: QuestionBuilder
  private var ranking: ChoiceRanking
  private var writing: WrittenAnswers

  /// - Parameters:
  ///   - maximumTokens: of any answer; `freeTokens`: of one that is right only as a whole.
  ///   - kinds: what answers without choices look like, by the tasks' places in `names`.
  init(
    _ scorer: any Scorer, _ settings: PromptingSettings, threads: Int, seed: UInt64, maximumTokens: Int,
    freeTokens: Int, kinds: [FreeAnswers], templates: AskedTemplates, names: NameIndex, pool: ExemplarPool?,
    contentFree: ContentFreePrompts?
  ) {
    self.settings = settings
    self.maximumTokens = maximumTokens
    self.freeTokens = freeTokens
    self.kinds = kinds
    self.templates = templates
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
    var questions = try builder.questions(examples, arm, answerTokens: answerTokens) { [templates] example in
      templates.template(example)?.steps.isEmpty ?? true
    }
    var predictions: [Prediction?] = Array(repeating: nil, count: questions.count)
    let runs = try run(&questions, &predictions, cell: cell)
    var places = (ranked: [Int](), written: [Int](), read: [Int]())
    for place in questions.indices where predictions[place] == nil {
      let example = questions[place].example
      let template = templates.template(example)
      let isDivided = template.map { !$0.steps.isEmpty } ?? false
      if settings.chainOfThought == nil || isDivided, !(template?.extract.isEmpty ?? true) {
        places.read.append(place)
      } else if example.choices.isEmpty || settings.chainOfThought != nil && !isDivided {
        places.written.append(place)
      } else {
        places.ranked.append(place)
      }
    }
    let builder = builder
    let ranked = try ranking.predictions(
      places.ranked.map { questions[$0] }, cell: cell, prompt: builder.prompt)
    for (place, prediction) in zip(places.ranked, ranked) { predictions[place] = prediction }
    let direct =
      settings.chainOfThought.map { _ in places.written.filter { runs[$0] != nil } } ?? places.written
    let written = try writing.direct(direct.map { questions[$0] }, cell: cell, maximumTokens: freeTokens)
    for (place, prediction) in zip(direct, written) { predictions[place] = prediction }
    if let chain = settings.chainOfThought {
      let reasoned = places.written.filter { runs[$0] == nil }
      let asked = reasoned.map { questions[$0] }
      let answers = try writing.reasoned(
        asked, kinds: asked.map { kind($0.example) }, cell: cell, chain, trigger: arm.trigger,
        answerTokens: maximumTokens)
      for (place, prediction) in zip(reasoned, answers) { predictions[place] = prediction }
    }
    let asked = places.read.map { questions[$0] }
    let replies = try writing.replies(asked, maximumTokens: maximumTokens)
    for (place, reply) in zip(places.read, replies) {
      predictions[place] = try read(reply, questions[place].example, cell)
    }
    return questions.indices.compactMap { place in
      predictions[place]?.exemplars = questions[place].exemplars.map(\.record)
      predictions[place]?.steps = runs[place]?.answers ?? []
      return predictions[place]
    }
  }

  /// Takes questions that are divided into steps to their last step, which is asked like any other question.
  ///
  /// - Returns: by the questions' places.
  private mutating func run(
    _ questions: inout [Question], _ predictions: inout [Prediction?], cell: EvaluationCell
  ) throws -> [Int: StepRun] {
    guard let renderer = templates.renderer, let records = templates.records else { return [:] }
    var runs: [Int: StepRun] = [:]
    for (place, question) in questions.enumerated() {
      guard let steps = templates.template(question.example)?.steps, !steps.isEmpty else { continue }
      runs[place] = StepRun(question, steps, fields: records.fields(of: question.example))
    }
    let order = runs.keys.sorted()
    for step in 0..<(runs.values.map(\.steps.count).max() ?? 0) {
      var asked: [(place: Int, count: Int)] = []
      var prompts: [String] = []
      for place in order {
        guard var run = runs[place], run.steps.indices.contains(step) else { continue }
        let own = run.prompts(step, renderer)
        if step == run.steps.count - 1 {
          if let prompt = own.first { builder.ask(prompt, &questions[place]) }
        } else if run.failure == nil {
          asked.append((place, own.count))
          prompts += own.map { builder.prompt($0, like: questions[place].example) }
        }
        runs[place] = run
      }
      var replies = try writing.replies(prompts, maximumTokens: maximumTokens)[...]
      for (place, count) in asked {
        let own = replies.prefix(count)
        replies.removeFirst(own.count)
        var texts: [String] = []
        for reply in own {
          switch reply {
          case .success(let text): texts.append(text.text)
          case .failure(let failure): runs[place]?.failure = failure
          }
        }
        if runs[place]?.failure == nil { runs[place]?.note(texts, step: step) }
      }
    }
    for place in order {
      if let failure = runs[place]?.failure {
        predictions[place] = Prediction(questions[place].example, cell: cell, failure: failure)
      }
    }
    return runs
  }

  /// Reads the answer out of a reply by the rules of its template.
  private func read(
    _ reply: Result<GeneratedText, RequestFailure>, _ example: Example, _ cell: EvaluationCell
  ) throws -> Prediction {
    switch reply {
    case .failure(let failure): return Prediction(example, cell: cell, failure: failure)
    case .success(let text):
      let extraction = AnswerExtraction(kind(example), choices: example.choices)
      let found = try templates.template(example)?.extracted(from: text.text)
      return Prediction(
        example, cell: cell, reply: text.text,
        parsed: found.flatMap { extraction.answer(in: $0, .answer) }, extraction)
    }
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
