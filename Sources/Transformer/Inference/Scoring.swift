import Bytes
import CVectorLoops

/// Log-likelihoods of choices: the prompts of many requests and the branches of their choices in one flat
/// batch, a branch attending to its prompt and itself.
struct Scoring {
  private let model: LanguageModel
  /// Rows after which a batch is closed. Fixed, so that the batches, and with them the last bits of the
  /// results, depend on the requests alone.
  private static let batchRows = 768

  init(_ model: LanguageModel) { self.model = model }

  private struct TokenizedRequest {
    var answers: [TokenizedAnswer]
    var rows: Int { answers.reduce(answers.first?.prompt.count ?? 0) { $0 + $1.answer.count } }
  }

  func run(_ requests: [ScoringRequest], threads: Int) throws -> [Result<[ChoiceScore], RequestFailure>] {
    var failures: [RequestFailure?] = []
    let tokenized = tokenize(requests, &failures)
    let batches = batches(tokenized)
    let results = Results<[[ChoiceScore]]>(count: batches.count)
    let passes = PassPool(model.weights)
    try Workers.run(batches.count, threads: threads) { batch, _ in
      results.set(batch, try passes.with { try score(tokenized[batches[batch]], $0) })
    }
    var scores = results.all.joined().makeIterator()
    return failures.map { failure in failure.map { .failure($0) } ?? .success(scores.next() ?? []) }
  }

  /// The requests that can be answered, and for each request nil or why it cannot.
  private func tokenize(
    _ requests: [ScoringRequest], _ failures: inout [RequestFailure?]
  ) -> [TokenizedRequest] {
    var encoder = RequestEncoder(model)
    var result: [TokenizedRequest] = []
    for request in requests {
      guard let answers = encoder.answers(request) else {
        failures.append(
          RequestFailure(
            .tooLong,
            "an answer choice is too long for the model's context of \(model.configuration.contextLength) "
              + "tokens; train with a larger context_length"))
        continue
      }
      failures.append(nil)
      result.append(TokenizedRequest(answers: answers))
    }
    return result
  }

  private func batches(_ requests: [TokenizedRequest]) -> [Range<Int>] {
    var result: [Range<Int>] = []
    var start = 0
    var rows = 0
    for (index, request) in requests.enumerated() {
      rows += request.rows
      if rows >= Self.batchRows || index == requests.count - 1 {
        result.append(start..<index + 1)
        start = index + 1
        rows = 0
      }
    }
    return result
  }

  /// A target whose probability a row gives.
  private struct Pick {
    var row: Int
    var target: Int
    var request: Int
    var choice: Int
  }

  private func score(
    _ requests: ArraySlice<TokenizedRequest>, _ pass: TransformerPass
  ) throws -> [[ChoiceScore]] {
    var batch = TokenBatch()
    var picks: [Pick] = []
    for (index, request) in requests.enumerated() {
      var shared: (prompt: [Int32], span: TokenBatch.Span, row: Int)?
      for (choice, tokenized) in request.answers.enumerated() where !tokenized.answer.isEmpty {
        if shared?.prompt != tokenized.prompt {
          let span = batch.append(prompt: tokenized.prompt)
          shared = (tokenized.prompt, span, batch.predicting.count)
          batch.predict(span.start + span.count - 1)
        }
        guard let shared else { continue }
        let branch = batch.append(branch: tokenized.answer.dropLast(), after: shared.span)
        for (place, target) in tokenized.answer.enumerated() {
          let row = place == 0 ? shared.row : batch.predicting.count
          if place > 0 { batch.predict(branch.start + place - 1) }
          picks.append(Pick(row: row, target: Int(target), request: index, choice: choice))
        }
      }
    }
    var scores = requests.map { request in
      request.answers.map { ChoiceScore(logLikelihood: 0, tokens: $0.answer.count, isGreedy: true) }
    }
    // Ordered by row for the chunks of logits; the tokens of one choice stay in order.
    let ordered = picks.sorted { $0.row < $1.row }
    var next = 0
    let vocabulary = model.configuration.vocabulary
    try pass.logits(batch) { logits, rows in
      let logSums = [Float](unsafeUninitializedCapacity: rows.count) { buffer, count in
        count = rows.count
        if let start = buffer.baseAddress { pb_log_sums(logits, start, rows.count, vocabulary) }
      }
      let largest = [Int32](unsafeUninitializedCapacity: rows.count) { buffer, count in
        count = rows.count
        if let start = buffer.baseAddress { pb_largest(logits, start, rows.count, vocabulary) }
      }
      while next < ordered.count, ordered[next].row < rows.upperBound {
        let pick = ordered[next]
        let row = pick.row - rows.lowerBound
        let probability = logits[row * vocabulary + pick.target] - logSums[row]
        scores[pick.request][pick.choice].logLikelihood += Double(probability)
        if Int(largest[row]) != pick.target { scores[pick.request][pick.choice].isGreedy = false }
        next += 1
      }
    }
    return scores
  }
}
