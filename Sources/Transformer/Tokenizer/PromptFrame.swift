package import Bytes

/// The tokens around the parts of an example:
///
///     before… input between… target end
package struct PromptFrame: Sendable, Hashable {
  package var before: [Int32]
  package var between: [Int32]
  package var end: Int32
  /// Whether white space around inputs and targets is left out, as many chat templates do.
  package var trims = false
  /// What of an example stands as the input.
  package var form = PromptForm.instruction

  package init(before: [Int32], between: [Int32], end: Int32) {
    self.before = before
    self.between = between
    self.end = end
  }

  /// Whether nothing stands before the target of an empty input, so that nothing could predict it.
  var isBare: Bool { before.isEmpty && between.isEmpty }
}

/// What a model reads of an example.
public enum PromptForm: String, Sendable, Hashable, CaseIterable {
  /// The input as its template wrote it.
  case instruction
  /// The task's name before the input, as in T5 (Raffel et al. 2020).
  case tag
  /// The input alone: no mark, not even a line break, stands between it and the target.
  case none
}

/// Which tokens stand around an example's input and target.
public enum PromptStyle: Sendable, Hashable {
  /// The model's own marks: those of our learner, ChatML's or Llama 3's; a line break where it has none.
  case marks
  /// A line break between them, and what ends a text behind them.
  case plain
  /// What a chat template writes around them.
  case written(ChatFrame)
}

/// What a chat template writes around the turns of a user and of the model.
public struct ChatFrame: Sendable, Hashable {
  public var before: String
  public var between: String
  /// Behind the model's turn; its first token ends an answer.
  public var after: String
  public var trims: Bool

  public init(before: String, between: String, after: String, trims: Bool) {
    self.before = before
    self.between = between
    self.after = after
    self.trims = trims
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

  /// The same tokenizer with another frame.
  ///
  /// - Throws: a `Diagnostic` for a chat template that ends the model's turn with nothing.
  package func framed(_ style: PromptStyle, _ form: PromptForm) throws(Diagnostic) -> Tokenizer {
    var tokenizer = self
    let isOurs = added.named(Self.markNames[0])?.id == begin
    let start = isPrefixed || isOurs ? [begin] : []
    switch style {
    case .marks: break
    case .plain: tokenizer.frame = PromptFrame(before: start, between: encode("\n"), end: frame.end)
    case .written(let written):
      var encoder = TokenEncoder(self, marks: .tokens)
      guard let end = encoder.encode(written.after).first else {
        throw Diagnostic(
          "the chat template writes nothing behind the model's turn, so that no answer would end; choose "
            + "'chat: marks' or 'chat: plain'")
      }
      tokenizer.frame = PromptFrame(
        before: encoder.encode(written.before), between: encoder.encode(written.between), end: end)
      tokenizer.frame.trims = written.trims
      guard !tokenizer.frame.isBare else {
        throw Diagnostic("the chat template writes nothing around the user's turn; choose 'chat: marks'")
      }
    }
    tokenizer.frame.form = form
    if form == .none {
      // The first token of an input is predicted from something.
      tokenizer.frame.before = [begin]
      tokenizer.frame.between = []
    }
    return tokenizer
  }
}

extension PromptForm {
  /// The text that stands as the input.
  ///
  /// - Parameter task: the example's task; an input that begins with it already has its tag.
  package func text(_ input: String, task: String) -> String {
    guard self == .tag else { return input }
    let next = input.utf8.dropFirst(task.utf8.count).first
    let isTagged = input.utf8.starts(with: task.utf8) && (next == UInt8(ascii: ":") || next == 32)
    return isTagged ? input : task + ": " + input
  }
}
