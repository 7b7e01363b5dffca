internal import Bytes
internal import Records
internal import Transformer

/// Puts exemplars before questions, as many as fit.
struct QuestionBuilder {
  private let scorer: any Scorer
  private let settings: PromptingSettings
  private let seed: UInt64
  private let pool: ExemplarPool?
  private let names: NameIndex
  private var selections: [Int: ExemplarSelection] = [:]
  /// Prompts that have fewer exemplars than asked for because the context is short.
  private(set) var shortened = 0
  /// Prompts that have fewer because there are no more.
  private(set) var poor = 0

  /// - Parameters:
  ///   - pool: nil where nothing stands before questions.
  ///   - names: the tasks' by their places.
  init(
    _ scorer: any Scorer, _ settings: PromptingSettings, seed: UInt64, pool: ExemplarPool?, names: NameIndex
  ) {
    self.scorer = scorer
    self.settings = settings
    self.seed = seed
    self.pool = pool
    self.names = names
  }

  /// - Parameters:
  ///   - answerTokens: room for answers that are written freely.
  ///   - takesExemplars: false where the prompt is not the one that exemplars are rendered through.
  mutating func questions(
    _ examples: [Example], _ arm: AskingArm, answerTokens: Int, takesExemplars: (Example) -> Bool
  ) throws -> [Question] {
    var questions = try examples.map { example in
      let exemplars = takesExemplars(example) ? try exemplars(of: example, arm) : []
      return Question(
        example: example, prompt: prompt(example), exemplars: exemplars, solved: exemplars.map(solved))
    }
    if settings.shots > 0 { fit(&questions, answerTokens: answerTokens) }
    return questions
  }

  /// What the model reads of an example.
  func prompt(_ example: Example) -> String {
    settings.framing == .continued ? example.input : scorer.prompt(of: example)
  }

  /// What the model reads of another text in an example's place.
  func prompt(_ text: String, like example: Example) -> String {
    var other = example
    other.input = text
    return prompt(other)
  }

  /// Puts a question in other words.
  func ask(_ text: String, _ question: inout Question) {
    question.prompt = prompt(text, like: question.example)
  }

  private func solved(_ exemplar: Example) -> Exemplar {
    let input = prompt(exemplar)
    let target = settings.chainOfThought == nil ? exemplar.target : Self.reasoned(exemplar)
    return Exemplar(input: input, target: Question.answer(target, after: input, settings.framing))
  }

  /// Reasoning and answer of an exemplar; what stands behind `####` in the reasoning is the answer once more.
  private static func reasoned(_ exemplar: Example) -> String {
    var lines = exemplar.rationale ?? ""
    if let mark = lines.firstRange(of: "####") { lines = String(lines[..<mark.lowerBound]) }
    // Blank lines divide exemplars.
    let reasoning = lines.split(separator: "\n", omittingEmptySubsequences: true).joined(separator: "\n")
    return "\(reasoning) The answer is \(exemplar.target)."
  }

  private mutating func exemplars(of example: Example, _ arm: AskingArm) throws -> [Example] {
    guard settings.shots > 0, let pool, let task = names.existing(example.task) else { return [] }
    var selection =
      selections[task]
      ?? ExemplarSelection(
        pool.tasks[task], settings, key: SeedKey(seed: seed).part("exemplars").part(example.task))
    let chosen = selection.exemplars(of: example, order: arm.order)
    selections[task] = selection
    if chosen.count < settings.shots, arm == AskingArm(order: 0, trigger: 0) { poor += 1 }
    if settings.chainOfThought != nil, let mute = chosen.first(where: { $0.rationale == nil }) {
      throw Diagnostic(
        "the exemplar \(mute.record) of the task '\(mute.task)' has no reasoning to show; name the field that holds "
          + "it as 'rationale' under 'evaluation' in the recipe and build again, or ask without exemplars")
    }
    return chosen
  }

  /// Takes away exemplars until prompt and longest answer fit: the last ones, or where they are ordered by
  /// similarity the least similar.
  private mutating func fit(_ questions: inout [Question], answerTokens: Int) {
    var open = Array(questions.indices)
    var cut: Set<Int> = []
    while !open.isEmpty {
      let requests = open.map { request(questions[$0]) }
      guard let (tokens, limit) = scorer.lengths(of: requests), tokens.count == open.count else { break }
      var tooLong: [Int] = []
      for (place, length) in zip(open, tokens) {
        let reserved = questions[place].example.choices.isEmpty ? answerTokens : 0
        guard length + reserved > limit, !questions[place].solved.isEmpty else { continue }
        if settings.choice == .similar {
          questions[place].solved.removeFirst()
          questions[place].exemplars.removeFirst()
        } else {
          questions[place].solved.removeLast()
          questions[place].exemplars.removeLast()
        }
        tooLong.append(place)
      }
      cut.formUnion(tooLong)
      open = tooLong
    }
    shortened += cut.count
  }

  private func request(_ question: Question) -> ScoringRequest {
    let choices = question.example.choices
    return ScoringRequest(
      prompt: question.prompt,
      choices: choices.isEmpty ? [""] : question.answers(choices, settings.framing),
      exemplars: question.solved, framing: settings.framing)
  }
}
