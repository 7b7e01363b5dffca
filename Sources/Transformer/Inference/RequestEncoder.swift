/// An answer and what the model reads before it, as tokens.
struct TokenizedAnswer {
  var prompt: [Int32]
  var answer: [Int32]
  /// Tokens of the prompt that were cut from its front.
  var cut: Int
}

/// Turns requests into tokens; for one thread.
struct RequestEncoder {
  private let tokenizer: Tokenizer
  private let context: Int
  private var encoder: TokenEncoder

  init(_ model: LanguageModel) {
    tokenizer = model.tokenizer
    context = model.configuration.contextLength
    encoder = TokenEncoder(model.tokenizer)
  }

  /// The answers of a request, each with its prompt, cut to the context; nil where an answer leaves no room for one.
  mutating func answers(_ request: ScoringRequest) -> [TokenizedAnswer]? {
    switch request.framing {
    case .marked:
      let answers = request.choices.map { tokenizer.target($0, &encoder) }
      let room = context - (answers.map(\.count).max() ?? 0)
      guard room >= tokenizer.shortestPrompt else { return nil }
      let prompt = tokenizer.prompt(request.prompt, after: request.exemplars, room: room, &encoder)
      return answers.map { TokenizedAnswer(prompt: prompt.tokens, answer: $0, cut: prompt.cut) }
    case .continued:
      var answers = continuations(request)
      for index in answers.indices {
        // The last token of an answer is predicted, not read.
        let room = context + 1 - answers[index].answer.count
        guard room >= 1 else { return nil }
        answers[index].cut = max(0, answers[index].prompt.count - room)
        answers[index].prompt.removeFirst(answers[index].cut)
      }
      return answers
    }
  }

  /// How many tokens the request takes with its longest answer, nothing cut.
  mutating func length(_ request: ScoringRequest) -> Int {
    switch request.framing {
    case .marked:
      let longest = request.choices.map { tokenizer.target($0, &encoder).count }.max() ?? 0
      let prompt = tokenizer.prompt(request.prompt, after: request.exemplars, room: .max, &encoder)
      return prompt.tokens.count + longest
    case .continued:
      return continuations(request).map { $0.prompt.count + $0.answer.count }.max() ?? 0
    }
  }

  /// A prompt to be continued, cut so that an answer of this many tokens has room, but at most by half.
  mutating func prompt(_ request: GenerationRequest) -> (tokens: [Int32], cut: Int) {
    let room = max(context - max(0, request.maximumTokens), context / 2)
    switch request.framing {
    case .marked:
      return tokenizer.prompt(
        request.prompt, after: request.exemplars, room: max(room, tokenizer.shortestPrompt), &encoder)
    case .continued:
      let text = Self.text(request.exemplars, request.prompt)
      let tokens = text.isEmpty ? [tokenizer.textStart] : start + encoder.encode(text)
      return (Array(tokens.suffix(room)), max(0, tokens.count - room))
    }
  }

  /// What models that learnt with a mark before every text have there.
  private var start: [Int32] { tokenizer.isPrefixed ? [tokenizer.begin] : [] }

  private static func text(_ exemplars: [Exemplar], _ prompt: String) -> String {
    exemplars.reduce(into: "") { $0 += $1.input + $1.target + "\n\n" } + prompt
  }

  /// As lm-evaluation-harness makes them (`TemplateLM._encode_pair`): white space at the prompt's end belongs to the
  /// answer, and the answer's tokens are those behind as many as the prompt has by itself. Behind an empty prompt,
  /// the token that begins texts is what the first token is predicted from.
  private mutating func continuations(_ request: ScoringRequest) -> [TokenizedAnswer] {
    let text = Self.text(request.exemplars, request.prompt)
    let scalars = text.unicodeScalars
    let end = scalars.lastIndex { !Self.isBlank($0) }.map { scalars.index(after: $0) } ?? scalars.startIndex
    let blanks = String(scalars[end...])
    let before = String(scalars[..<end])
    guard !before.isEmpty else {
      return request.choices.map {
        TokenizedAnswer(prompt: [tokenizer.textStart], answer: encoder.encode(blanks + $0), cut: 0)
      }
    }
    let prompt = start + encoder.encode(before)
    return request.choices.map { choice in
      let whole = start + encoder.encode(text + choice)
      return TokenizedAnswer(prompt: prompt, answer: Array(whole.dropFirst(prompt.count)), cut: 0)
    }
  }

  /// What Python's `rstrip` takes for white space: Unicode's, and four separators of ASCII.
  private static func isBlank(_ scalar: Unicode.Scalar) -> Bool {
    scalar.properties.isWhitespace || (0x1C...0x1F).contains(scalar.value)
  }
}
