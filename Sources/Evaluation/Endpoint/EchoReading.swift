internal import Bytes
internal import JSON
internal import Records
internal import Transformer

/// Finds the tokens of an answer in an echoed text and adds up their log-probabilities.
struct EchoReading {
  private let echoed: EchoedText
  private let tokens: [String]
  private let logProbabilities: [JSONNode]
  private let offsets: [Int]?
  /// The most probable tokens of each place; nil where the server does not give them.
  private let best: [JSONNode]?

  /// - Parameter choice: an element of a completion's `choices`.
  init(_ choice: JSONNode, _ echoed: EchoedText) throws(Diagnostic) {
    self.echoed = echoed
    let text = try choice.required("text").text()
    guard text.utf8.starts(with: echoed.text.utf8) else {
      throw Diagnostic("the server was asked to repeat the prompt and did not")
    }
    let logs = try choice.required("logprobs")
    var tokens: [String] = []
    for token in try logs.required("tokens").items() { tokens.append(try token.text()) }
    self.tokens = tokens
    logProbabilities = try logs.required("token_logprobs").items()
    guard logProbabilities.count == tokens.count else {
      throw Diagnostic("found \(tokens.count) tokens and \(logProbabilities.count) log-probabilities of them")
    }
    var offsets: [Int]?
    if let given = try logs.optional("text_offset")?.items() {
      var numbers: [Int] = []
      for offset in given { numbers.append(try offset.integer()) }
      offsets = numbers
    }
    self.offsets = offsets
    best = try logs.optional("top_logprobs")?.items()
  }

  func score() throws(Diagnostic) -> ChoiceScore {
    let places = try self.places()
    guard !places.isEmpty || echoed.start == echoed.text.utf8.count else {
      throw Diagnostic("no token stands where the answer is")
    }
    var score = ChoiceScore(logLikelihood: 0, tokens: places.count, isGreedy: best != nil)
    for place in places {
      guard logProbabilities[place].value != .null else {
        throw Diagnostic("the server gives no probability of a text's first token, and the prompt is empty")
      }
      let value = try logProbabilities[place].number()
      guard value.isFinite, value < 0.01 else { throw Diagnostic("\(value) is no log-probability") }
      score.logLikelihood += value
      if try !isBest(place, value) { score.isGreedy = false }
    }
    return score
  }

  private func isBest(_ place: Int, _ value: Double) throws(Diagnostic) -> Bool {
    guard let best, best.indices.contains(place), best[place].value != .null else { return false }
    let others = try best[place].dictionary().values
    return others.allSatisfy { other in
      switch other {
      case .number(let number): number <= value
      case .integer(let number): Double(number) <= value
      default: false
      }
    }
  }

  /// Which tokens lie in the answer, at least in part: a token may hold the prompt's end and the answer's begin.
  private func places() throws(Diagnostic) -> [Int] {
    // The tokens' own texts are exact where they make up the echoed text, perhaps behind a mark for the begin.
    for marks in 0...1 where tokens.count >= marks {
      var rest = echoed.text.utf8[...]
      var (end, found) = (0, [Int]())
      for (place, token) in tokens.enumerated().dropFirst(marks) {
        guard !rest.isEmpty else { return found }
        let bytes = token.utf8
        guard rest.starts(with: bytes) else { break }
        rest = rest.dropFirst(bytes.count)
        end += bytes.count
        if end > echoed.start { found.append(place) }
      }
      if rest.isEmpty { return found }
    }
    return try placesByOffsets()
  }

  /// By the offsets that the server gives, in scalars; where tokens hold parts of characters.
  private func placesByOffsets() throws(Diagnostic) -> [Int] {
    guard let offsets, offsets.count == tokens.count, zip(offsets, offsets.dropFirst()).allSatisfy(<=),
      offsets.first == 0
    else { throw Diagnostic("the tokens are not those of the prompt") }
    let start = String(decoding: echoed.text.utf8.prefix(echoed.start), as: UTF8.self).unicodeScalars.count
    let end = echoed.text.unicodeScalars.count
    let found = tokens.indices.filter { place in
      let next = place + 1 < offsets.count ? offsets[place + 1] : Int.max
      return offsets[place] < end && (offsets[place] >= start || next > start)
    }
    guard tokens.count - (found.last ?? 0) <= 2 else {
      throw Diagnostic("the tokens' offsets do not fit the prompt")
    }
    return found
  }
}
