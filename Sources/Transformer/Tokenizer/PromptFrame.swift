/// The tokens around the parts of an example:
///
///     before… input between… target end
package struct PromptFrame: Sendable, Hashable {
  package var before: [Int32]
  package var between: [Int32]
  package var end: Int32

  package init(before: [Int32], between: [Int32], end: Int32) {
    self.before = before
    self.between = between
    self.end = end
  }
}

extension Tokenizer {
  /// The frame that a model's own marks ask for: of our learner, of chat models in ChatML (SmolLM, Qwen) or
  /// Llama 3's form, else the input and a line break.
  ///
  /// - Parameters:
  ///   - begin: put before everything by models that learnt with it.
  ///   - end: ends a text where the model has no mark for the end of a turn.
  static func frame(
    for tokenizer: Tokenizer, begin: Int32?, end: Int32?
  ) -> PromptFrame? {
    func id(_ name: String) -> Int32? { tokenizer.added.named(name)?.id }
    let start = begin.map { [$0] } ?? []
    if let begin = id(markNames[0]), let answer = id(markNames[1]), let end = id(markNames[2]) {
      return PromptFrame(before: [begin], between: [answer], end: end)
    }
    if let open = id("<|im_start|>"), let close = id("<|im_end|>") {
      return PromptFrame(
        before: start.filter { $0 != open } + [open] + tokenizer.encode("user\n"),
        between: [close] + tokenizer.encode("\n") + [open] + tokenizer.encode("assistant\n"), end: close)
    }
    if let open = id("<|start_header_id|>"), let close = id("<|end_header_id|>"), let turn = id("<|eot_id|>")
    {
      let blank = tokenizer.encode("\n\n")
      return PromptFrame(
        before: start + [open] + tokenizer.encode("user") + [close] + blank,
        between: [turn, open] + tokenizer.encode("assistant") + [close] + blank, end: turn)
    }
    guard let end = end ?? ["<|endoftext|>", "<|end_of_text|>", "</s>"].lazy.compactMap(id).first else {
      return nil
    }
    return PromptFrame(before: start, between: tokenizer.encode("\n"), end: end)
  }
}
