package import Bytes
internal import JSON
package import Records
package import Transformer

/// What is kept of a server's answer.
package struct EndpointAnswer: Sendable, Hashable {
  package enum Content: Sendable, Hashable {
    case scores([ChoiceScore])
    case text(GeneratedText)
    case token(String, logProbability: Double)
  }

  package var content: Content
  /// Tokens that the server says it read and wrote; 0 where it does not tell.
  package var promptTokens = 0
  package var completionTokens = 0
}

extension EndpointAnswer {
  /// As the cache keeps it.
  var value: Value {
    var pairs: ValueDictionary
    switch content {
    case .scores(let scores):
      let list = scores.map {
        Value.list([.number($0.logLikelihood), .integer(Int64($0.tokens)), .boolean($0.isGreedy)])
      }
      pairs = ["scores": .list(list)]
    case .text(let text):
      pairs = [
        "text": .string(text.text), "tokens": .integer(Int64(text.tokens)),
        "ending": .string(text.ending.rawValue),
      ]
    case .token(let text, let logProbability):
      pairs = ["token": .string(text), "log_probability": .number(logProbability)]
    }
    pairs["prompt_tokens"] = .integer(Int64(promptTokens))
    pairs["completion_tokens"] = .integer(Int64(completionTokens))
    return .dictionary(pairs)
  }

  /// - Returns: nil for anything but what `value` gives for an answer to this call.
  init?(_ value: Value, to call: EndpointCall) {
    guard case .dictionary(let pairs) = value, case .integer(let prompt)? = pairs["prompt_tokens"],
      case .integer(let completion)? = pairs["completion_tokens"]
    else { return nil }
    switch call.expectation {
    case .echoes(let texts):
      guard case .list(let items)? = pairs["scores"], items.count == texts.count else { return nil }
      var scores: [ChoiceScore] = []
      for item in items {
        guard case .list(let parts) = item, parts.count == 3, case .number(let sum) = parts[0],
          case .integer(let tokens) = parts[1], case .boolean(let isGreedy) = parts[2]
        else { return nil }
        scores.append(ChoiceScore(logLikelihood: sum, tokens: Int(clamping: tokens), isGreedy: isGreedy))
      }
      content = .scores(scores)
    case .text:
      guard case .string(let text)? = pairs["text"], case .integer(let tokens)? = pairs["tokens"],
        case .string(let word)? = pairs["ending"], let ending = GeneratedText.Ending(rawValue: word)
      else { return nil }
      content = .text(GeneratedText(text: text, tokens: Int(clamping: tokens), ending: ending))
    case .token:
      guard case .string(let text)? = pairs["token"], case .number(let value)? = pairs["log_probability"]
      else { return nil }
      content = .token(text, logProbability: value)
    }
    promptTokens = Int(clamping: prompt)
    completionTokens = Int(clamping: completion)
  }
}

extension EndpointAnswer {
  /// Reads the body of a server's answer.
  ///
  /// - Throws: a `Diagnostic` that says what was expected where.
  package init(_ document: Value, of call: EndpointCall) throws(Diagnostic) {
    let top = JSONNode(document, file: "answer", advice: "is this an OpenAI-compatible server?")
    if let error = try? top.optional("error") { throw Diagnostic(ServerWords.message(error.value)) }
    let choices = try Self.inOrder(try top.required("choices").items())
    switch call.expectation {
    case .echoes(let texts):
      guard choices.count == texts.count else {
        throw Diagnostic("expected \(texts.count) choices, found \(choices.count)")
      }
      var scores: [ChoiceScore] = []
      for (choice, text) in zip(choices, texts) { scores.append(try EchoReading(choice, text).score()) }
      content = .scores(scores)
    case .text(let stops):
      guard let choice = choices.first else { throw Diagnostic("expected a choice, found none") }
      let written =
        call.path == EndpointCall.chat
        ? try choice.required("message").optional("content")?.text() ?? ""
        : try choice.required("text").text()
      content = .text(Self.generated(written, stops, reason: try choice.optional("finish_reason")?.text()))
    case .token:
      guard let logs = try choices.first?.required("logprobs"),
        let token = try logs.required("tokens").items().first,
        let value = try logs.required("token_logprobs").items().first
      else { throw Diagnostic("expected a token with its log-probability, found none") }
      content = .token(try token.text(), logProbability: try value.number())
    }
    if let usage = try top.optional("usage") {
      promptTokens = max(0, try usage.optional("prompt_tokens")?.integer() ?? 0)
      completionTokens = max(0, try usage.optional("completion_tokens")?.integer() ?? 0)
    }
    if case .text(var text) = content {
      text.tokens = completionTokens
      content = .text(text)
    }
  }

  /// Servers may give the choices in any order.
  private static func inOrder(_ choices: [JSONNode]) throws(Diagnostic) -> [JSONNode] {
    var places: [Int: JSONNode] = [:]
    for (place, choice) in choices.enumerated() {
      places[try choice.optional("index")?.integer() ?? place] = choice
    }
    let ordered = choices.indices.compactMap { places[$0] }
    guard ordered.count == choices.count else { throw Diagnostic("the choices' indices are not 0, 1, 2 …") }
    return ordered
  }

  private static func generated(_ written: String, _ stops: [String], reason: String?) -> GeneratedText {
    let first = stops.filter { !$0.isEmpty }.compactMap { written.utf8.firstRange(of: $0.utf8)?.lowerBound }
      .min()
    return GeneratedText(
      text: first.map { String(written[..<$0]) } ?? written, tokens: 0,
      ending: first != nil ? .stop : reason == "length" ? .length : .end)
  }
}
