internal import Bytes
internal import JSON
package import Records
package import Transformer

/// A request of the protocol and how its answer is to be read.
package struct EndpointCall: Sendable {
  /// What the answer must hold.
  package enum Expectation: Sendable {
    /// The prompts again, with the log-probabilities of their tokens; what counts of each is what stands behind
    /// its first bytes.
    case echoes([EchoedText])
    /// A continuation; cut before the first of these texts.
    case text(stops: [String])
    /// One token and its log-probability.
    case token
  }

  /// Below the endpoint's address: `/completions` or `/chat/completions`.
  package var path: String
  /// The request as JSON, keys in a fixed order.
  package var body: ValueDictionary
  var expectation: Expectation
  /// Whether the server is only asked what it can do, so that a refusal is an answer, too.
  var isProbe = false
  /// Tries at most, where fewer than for others.
  var tries: Int?

  static let completions = "/completions"
  static let chat = "/chat/completions"

  /// The texts with the log-probabilities of their tokens.
  ///
  /// One token more is asked for: servers understand 0 as "none" or as "any number". It does not count.
  ///
  /// - Parameter texts: one or, where the server takes lists, several.
  package static func echo(_ texts: [EchoedText], model: String) -> EndpointCall {
    EndpointCall(
      path: completions,
      body: [
        "model": .string(model),
        "prompt": texts.count == 1 ? .string(texts[0].text) : .list(texts.map { .string($0.text) }),
        "max_tokens": 1, "temperature": 0, "logprobs": 1, "echo": true,
      ], expectation: .echoes(texts))
  }

  /// The token that follows a text, with its log-probability.
  static func token(after text: String, model: String) -> EndpointCall {
    EndpointCall(
      path: completions,
      body: [
        "model": .string(model), "prompt": .string(text), "max_tokens": 1, "temperature": 0, "logprobs": 1,
      ], expectation: .token)
  }

  /// What follows a text.
  package static func continuation(of text: String, _ request: GenerationRequest, model: String)
    -> EndpointCall
  {
    generation(completions, ["model": .string(model), "prompt": .string(text)], request)
  }

  /// The answer in a conversation.
  package static func reply(
    to messages: [(role: String, content: String)], _ request: GenerationRequest, model: String
  ) -> EndpointCall {
    let list = messages.map { Value.dictionary(["role": .string($0.role), "content": .string($0.content)]) }
    return generation(chat, ["model": .string(model), "messages": .list(list)], request)
  }

  private static func generation(
    _ path: String, _ start: ValueDictionary, _ request: GenerationRequest
  ) -> EndpointCall {
    var body = start
    body["max_tokens"] = .integer(Int64(request.maximumTokens))
    body["temperature"] = request.sampling.map { .number($0.temperature) } ?? 0
    if let sampling = request.sampling {
      if sampling.topP < 1 { body["top_p"] = .number(sampling.topP) }
      // Some servers keep seeds in 32 bits with a sign.
      body["seed"] = .integer(Int64(sampling.key & 0x7FFF_FFFF))
    }
    // The protocol allows four; all are looked for in the answer again.
    if !request.stops.isEmpty { body["stop"] = .list(request.stops.prefix(4).map(Value.string)) }
    return EndpointCall(path: path, body: body, expectation: .text(stops: request.stops))
  }

  /// The name under which the answer is kept: 64 hexadecimal digits of everything that decides it.
  ///
  /// - Parameter server: the endpoint's address as it is shown.
  func name(server: String) -> String {
    var parts = "answer 1\n\(server)\n\(path)\n" + JSONText.line(.dictionary(body))
    if case .echoes(let texts) = expectation {
      for text in texts { parts += " \(text.start)" }
    }
    if case .text(let stops) = expectation, stops.count > 4 {
      parts += JSONText.line(.list(stops.map(Value.string)))
    }
    return hexadecimal(SHA256.digest(parts))
  }
}

/// A text whose end is asked for.
package struct EchoedText: Sendable, Hashable {
  package var text: String
  /// The byte at which the part that counts begins.
  package var start: Int

  package init(_ prompt: String, _ answer: String) {
    text = prompt + answer
    start = prompt.utf8.count
  }
}
