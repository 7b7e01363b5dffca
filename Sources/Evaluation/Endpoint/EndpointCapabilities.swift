internal import Bytes
internal import HTTP
internal import JSON
internal import Records
internal import Transformer

/// What a server can do, found out by asking it.
struct EndpointCapabilities: Sendable, Hashable {
  /// How choices are ranked.
  enum Ranking: String, Sendable, Hashable {
    /// By the log-probabilities of their tokens, which the server gives for texts that it repeats.
    case logProbabilities = "log_probabilities"
    /// The model writes an answer, and the choice with the same text is taken.
    case matching
  }

  var ranking: Ranking
  /// Whether a request may carry several texts.
  var takesLists = false
  /// Why choices are not ranked by log-probabilities; empty where they are or where it was not asked.
  var reason = ""

  /// Nats by which the two ways to a token's log-probability may differ: half-precision servers do not compute a
  /// prompt's tokens and those that they write in the same order.
  static let tolerance = 0.25
  /// Texts that no model goes on with by saying a word twice: a number that is moved by a place is another number.
  /// One alone could agree by chance.
  private static let texts = [
    "The capital of France is", "A bird flies and a fish", "The opposite of hot is",
    "Monday, Tuesday, Wednesday,",
  ]

  /// Asks the server.
  ///
  /// A server that repeats a prompt but gives other log-probabilities for it than when it writes the same token
  /// itself (there are such) is not believed.
  static func found(_ queue: EndpointQueue, model: String) throws(Diagnostic) -> EndpointCapabilities {
    func refused(_ reason: String) -> EndpointCapabilities {
      EndpointCapabilities(ranking: .matching, reason: reason)
    }
    func ask(_ call: EndpointCall, tries: Int) throws(Diagnostic) -> Result<EndpointAnswer, RequestFailure> {
      var call = call
      call.isProbe = true
      call.tries = tries
      return try queue.answers(to: [call])[0]
    }
    let tries = queue.settings.tries
    for text in texts {
      let token: String
      let written: Double
      switch try ask(.token(after: text, model: model), tries: tries) {
      case .success(let answer):
        guard case .token(let text, let value) = answer.content else { return refused("it gave no token") }
        (token, written) = (text, value)
      case .failure(let failure): return refused(failure.message)
      }
      switch try ask(.echo([EchoedText(text, token)], model: model), tries: tries) {
      case .success(let answer):
        guard case .scores(let scores) = answer.content else { return refused("it gave no scores") }
        // Another number of tokens: the text was cut into tokens another way, and nothing can be compared.
        if scores[0].tokens == 1, abs(scores[0].logLikelihood - written) > tolerance {
          return refused(
            "its log-probabilities of prompts are not those of its own writing "
              + "(\(scores[0].logLikelihood) and \(written) for the same token)")
        }
      case .failure(let failure): return refused(failure.message)
      }
    }
    let pair = [EchoedText(texts[0], " Paris"), EchoedText(texts[0], " Rome")]
    let lists = try ask(.echo(pair, model: model), tries: 2)
    return EndpointCapabilities(ranking: .logProbabilities, takesLists: (try? lists.get()) != nil)
  }

  /// As the cache keeps it, so that a run that goes on asks the same way.
  var value: Value {
    ["ranking": .string(ranking.rawValue), "lists": .boolean(takesLists), "reason": .string(reason)]
  }

  init(ranking: Ranking, takesLists: Bool = false, reason: String = "") {
    (self.ranking, self.takesLists, self.reason) = (ranking, takesLists, reason)
  }

  init?(_ value: Value) {
    guard case .dictionary(let pairs) = value, case .string(let word)? = pairs["ranking"],
      let ranking = Ranking(rawValue: word), case .boolean(let lists)? = pairs["lists"],
      case .string(let reason)? = pairs["reason"]
    else { return nil }
    self.init(ranking: ranking, takesLists: lists, reason: reason)
  }

  /// The name under which the cache keeps it.
  static func name(_ settings: EndpointSettings, model: String) -> String {
    hexadecimal(
      SHA256.digest("capabilities 1\n\(settings.address.shown)\n\(settings.kind.rawValue)\n\(model)"))
  }
}
