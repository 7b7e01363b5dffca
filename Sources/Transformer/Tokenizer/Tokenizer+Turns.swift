extension Tokenizer {
  /// The tokens of an input behind solved examples, each a turn of its own in the model's form: what the model reads
  /// before it answers.
  ///
  ///     before input between target end · opening input between target end · opening input between
  ///
  /// - Parameter room: at most so many tokens; what is too much is cut from the front of the solved examples, then
  ///   from that of the input.
  /// - Returns: the tokens and how many were cut.
  package func prompt(
    _ input: String, after exemplars: [Exemplar], room: Int, _ encoder: inout TokenEncoder
  ) -> (tokens: [Int32], cut: Int) {
    guard !exemplars.isEmpty else { return prompt(input, room: room, &encoder) }
    let opening = laterOpening
    var solved: [Int32] = []
    for exemplar in exemplars {
      solved += encoder.encode(frame.trims ? Self.trimmed(exemplar.input) : exemplar.input)
      solved += frame.between + target(exemplar.target, &encoder) + opening
    }
    let text = encoder.encode(frame.trims ? Self.trimmed(input) : input)
    let left = max(0, room - shortestPrompt)
    let question = text.suffix(left)
    let kept = solved.suffix(left - question.count)
    return (
      frame.before + kept + question + frame.between, solved.count + text.count - kept.count - question.count
    )
  }

  /// What stands before an input that is not the first of its prompt: no beginning of the text, no turn of a system,
  /// but what the model's form writes between two turns.
  var laterOpening: [Int32] {
    let before = frame.before
    if let closed = before.lastIndex(of: frame.end) { return Array(before[(closed + 1)...]) }
    var opening = before[...]
    // Some models open turns with the mark that begins their texts.
    let opensTurns = [Self.markNames[0], "<|im_start|>"].contains { added.named($0)?.id == begin }
    if isPrefixed, !opensTurns, opening.first == begin { opening.removeFirst() }
    // Where both sides' turns are closed by one mark, what follows it before the model's turn follows it here.
    let between = frame.between
    guard between.first == frame.end, let first = opening.first,
      let next = between.dropFirst().firstIndex(of: first)
    else { return Array(opening) }
    return Array(between[1..<next]) + opening
  }
}
