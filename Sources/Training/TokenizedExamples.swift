import Bytes
import JSON
import Records
import Transformer

/// The examples of a training as tokens, in one array.
struct TokenizedExamples: Sendable {
  /// Where an example's tokens stand.
  private struct Place: Sendable {
    var start: Int
    var targetStart: Int
    var end: Int
    /// The example's index in the mixture.
    var index: Int
  }

  private(set) var tokens: [Int32] = []
  private var places: [Place] = []
  private(set) var cuts = PromptCuts()

  var count: Int { places.count }

  /// Reads and encodes the first so many examples of some files, in order; all where there is no limit.
  ///
  /// - Throws: a `Diagnostic` for a target too long for the context: a target is never cut.
  init(_ paths: [String], first limit: Int? = nil, tokenizer: Tokenizer, contextLength: Int) throws {
    var encoder = TokenEncoder(tokenizer)
    try ExampleLines.read(paths, first: limit) { example, path in
      let target = tokenizer.target(example.target, &encoder)
      let room = contextLength - target.count
      guard room >= tokenizer.shortestPrompt else {
        throw Diagnostic(
          "the target of example \(example.index) has \(target.count) tokens, too many for a context of "
            + "\(contextLength); raise context_length or leave the example out",
          at: SourceLocation(path: path))
      }
      let input = tokenizer.frame.form.text(example.input, task: example.task)
      let prompt = tokenizer.prompt(input, room: room, &encoder)
      cuts.note(prompt.cut)
      let start = tokens.count
      tokens += prompt.tokens
      let targetStart = tokens.count
      tokens += target
      places.append(
        Place(start: start, targetStart: targetStart, end: tokens.count, index: example.index))
    }
  }

  /// Tokens of an example, input and target.
  func length(_ example: Int) -> Int { places[example].end - places[example].start }
  func targetLength(_ example: Int) -> Int { places[example].end - places[example].targetStart }
  /// The example's own index, for messages.
  func index(_ example: Int) -> Int { places[example].index }

  /// Divides examples, in order, into passes of at most so many tokens, but one example at least.
  func passes(_ chosen: [Int], limit: Int) -> [ArraySlice<Int>] {
    var passes: [ArraySlice<Int>] = []
    var (start, tokens) = (0, 0)
    for (place, example) in chosen.enumerated() {
      let length = length(example)
      if place > start, tokens + length > limit {
        passes.append(chosen[start..<place])
        (start, tokens) = (place, 0)
      }
      tokens += length
    }
    return start < chosen.count ? passes + [chosen[start...]] : passes
  }

  /// The tokens of an example, and which of them is the first of the target.
  func parts(_ example: Int) -> (tokens: ArraySlice<Int32>, target: Int) {
    let place = places[example]
    return (tokens[place.start..<place.end], place.targetStart - place.start)
  }

  func append(_ example: Int, to batch: inout TokenBatch, weight: Float, inputWeight: Float) {
    let place = places[example]
    batch.append(
      prompt: tokens[place.start..<place.targetStart], target: tokens[place.targetStart..<place.end],
      weight: weight, inputWeight: inputWeight)
  }

  /// A digest of every token and border, by which a checkpoint knows its examples.
  func addDigest(to digest: SHA256) {
    tokens.withUnsafeBytes { digest.update($0) }
    for place in places {
      withUnsafeBytes(of: (place.start, place.targetStart, place.end)) { digest.update($0) }
    }
  }
}
