import JSON
import Records

/// What the protocol answers to a request, from the pretended model.
struct ProtocolAnswer {
  private let manners: FaultyServer.Manners
  private let isLacking: Bool

  init(_ manners: FaultyServer.Manners, isLacking: Bool) {
    (self.manners, self.isLacking) = (manners, isLacking)
  }

  func answer(path: String, body: String) -> (status: Int, text: String) {
    if path.hasSuffix("/models") {
      return (200, JSONText.line(["data": .list(manners.models.map { ["id": .string($0)] })]))
    }
    guard case .dictionary(let request)? = try? JSONParser().parse(body) else { return refusal("no JSON") }
    if path.hasSuffix("/chat/completions") { return (200, JSONText.line(chat(request))) }
    guard path.hasSuffix("/completions") else { return (404, JSONText.line(["detail": "Not Found"])) }
    return completions(request)
  }

  private func refusal(_ message: String) -> (status: Int, text: String) {
    (400, JSONText.line(["error": ["message": .string(message)]]))
  }

  private func chat(_ request: ValueDictionary) -> Value {
    var content = ""
    if case .list(let messages)? = request["messages"], case .dictionary(let last)? = messages.last,
      case .string(let text)? = last["content"]
    {
      content = PretendModel.reply(to: text)
    }
    let message: Value = isLacking ? .null : ["role": "assistant", "content": .string(content)]
    return [
      "choices": [["index": 0, "message": message, "finish_reason": "stop"]],
      "usage": ["prompt_tokens": 5, "completion_tokens": 2],
    ]
  }

  private func completions(_ request: ValueDictionary) -> (status: Int, text: String) {
    let prompts: [String]
    switch request["prompt"] {
    case .string(let text)?: prompts = [text]
    case .list(let list)?:
      guard manners.takesLists || list.count == 1 else { return refusal("one prompt at a time") }
      prompts = list.compactMap { if case .string(let text) = $0 { text } else { nil } }
    default: return refusal("no prompt")
    }
    let echo = request["echo"] == true
    guard !echo || manners.echoes else { return refusal("echo is not supported") }
    // The last first: the protocol numbers them.
    let choices = prompts.enumerated().reversed().map { choice($1, echo: echo, index: $0) }
    let count = prompts.reduce(0) { $0 + PretendModel.tokens($1).count }
    let usage: Value = [
      "prompt_tokens": .integer(Int64(count)), "completion_tokens": .integer(Int64(prompts.count)),
    ]
    return (200, JSONText.line(["choices": .list(choices), "usage": usage]))
  }

  private func choice(_ prompt: String, echo: Bool, index: Int) -> Value {
    let written = PretendModel.next(after: prompt)
    let tokens = (echo ? PretendModel.tokens(prompt) : []) + [written]
    var before = echo ? "" : prompt
    var (logs, best, offsets) = ([Value](), [Value](), [Value]())
    for token in tokens {
      let likely = PretendModel.next(after: before)
      let moved = echo && manners.isShifted ? before + token : before
      let value = PretendModel.logProbability(of: token, after: moved)
      offsets.append(.integer(Int64(before.unicodeScalars.count)))
      if before.isEmpty {
        logs.append(.null)
        best.append(.null)
      } else {
        logs.append(.number(value))
        let other = PretendModel.logProbability(of: likely, after: before)
        best.append(.dictionary([likely: .number(other), token: .number(value)]))
      }
      before += token
    }
    if isLacking { logs.removeLast() }
    return [
      "index": .integer(Int64(index)), "text": .string((echo ? prompt : "") + written),
      "finish_reason": "length",
      "logprobs": [
        "tokens": .list(tokens.map(Value.string)), "token_logprobs": .list(logs), "top_logprobs": .list(best),
        "text_offset": .list(offsets),
      ],
    ]
  }
}
