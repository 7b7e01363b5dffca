import Bytes
import CVectorLoops

/// Log-likelihoods of choices. The prompts and choices of all requests are a tree of tokens, of which every token is
/// computed once: exemplars once for all records, a prompt once for all of its choices.
struct Scoring {
  private let model: LanguageModel
  /// Rows of a pass. Fixed, so that passes, and with them the last bits of the results, depend on the requests alone.
  private static let passRows = 1_024

  init(_ model: LanguageModel) { self.model = model }

  /// A target whose probability a row gives.
  private struct Pick {
    var place: PrefixTree.Place
    var target: Int
    var request: Int
    var choice: Int
  }

  func run(_ requests: [ScoringRequest], threads: Int) throws -> [Result<[ChoiceScore], RequestFailure>] {
    var encoder = RequestEncoder(model)
    var results: [Result<[ChoiceScore], RequestFailure>] = []
    var answers: [(request: Int, choice: Int, tokens: TokenizedAnswer)] = []
    for (index, request) in requests.enumerated() {
      guard let all = encoder.answers(request) else {
        results.append(
          .failure(
            RequestFailure(
              .tooLong,
              "an answer choice is too long for the model's context of "
                + "\(model.configuration.contextLength) tokens; train with a larger context_length")))
        continue
      }
      results.append(
        .success(all.map { ChoiceScore(logLikelihood: 0, tokens: $0.answer.count, isGreedy: true) }))
      for (choice, tokens) in all.enumerated() where !tokens.answer.isEmpty {
        answers.append((index, choice, tokens))
      }
    }
    // The last token of an answer is predicted, not read.
    let texts = answers.map { $0.tokens.prompt + $0.tokens.answer.dropLast() }
    var tree = PrefixTree(rows: Self.passRows)
    var picks: [Pick] = []
    for (text, shared) in PrefixTree.order(texts) {
      tree.add(text, texts[text], shared: shared)
      let answer = answers[text]
      for (offset, target) in answer.tokens.answer.enumerated() {
        guard let place = tree.place(at: answer.tokens.prompt.count - 1 + offset) else { continue }
        picks.append(
          Pick(place: place, target: Int(target), request: answer.request, choice: answer.choice))
      }
    }
    tree.finish()
    picks.sort {
      ($0.place.pass, $0.place.row, $0.request, $0.choice) < (
        $1.place.pass, $1.place.row, $1.request, $1.choice
      )
    }
    let pass = TransformerPass(model.weights, precision: model.productPrecision, threads: threads)
    let store = KeyValueCache(model.configuration, capacity: tree.storedRows)
    var rest = picks[...]
    for index in tree.passes.indices {
      let own = rest.prefix { $0.place.pass == index }
      rest = rest.dropFirst(own.count)
      try score(tree.passes[index], own, pass, store) { pick, probability, isLargest in
        guard case .success(var scores) = results[pick.request] else { return }
        scores[pick.choice].logLikelihood += Double(probability)
        if !isLargest { scores[pick.choice].isGreedy = false }
        results[pick.request] = .success(scores)
      }
    }
    return results
  }

  /// Computes a pass and gives each of its picks' log-probability, and whether its target is the likeliest.
  private func score(
    _ planned: PrefixTree.Pass, _ picks: ArraySlice<Pick>, _ pass: TransformerPass, _ store: KeyValueCache,
    _ give: (Pick, Float, Bool) -> Void
  ) throws {
    var batch = planned.batch
    var rows: [Int] = []
    for pick in picks where pick.place.row != rows.last {
      rows.append(pick.place.row)
      batch.predict(pick.place.row)
    }
    let vocabulary = model.configuration.vocabulary
    var rest = picks[...]
    try pass.logits(batch, keys: KeyStore(path: store, moves: planned.moves)) { logits, range in
      let summary = try RowSummary(logits, rows: range.count, vocabulary: vocabulary, pass)
      var row = 0
      while let pick = rest.first, let last = rows[range].last, pick.place.row <= last {
        rest.removeFirst()
        // Both are ascending.
        while rows[range.lowerBound + row] != pick.place.row { row += 1 }
        give(
          pick, logits[row * vocabulary + pick.target] - summary.logSums[row],
          Int(summary.largest[row]) == pick.target)
      }
    }
  }
}

/// What is needed of rows of logits besides single ones.
private struct RowSummary {
  var logSums: [Float]
  var largest: [Int32]

  init(_ logits: Floats, rows: Int, vocabulary: Int, _ pass: TransformerPass) throws {
    logSums = Array(repeating: 0, count: rows)
    largest = Array(repeating: 0, count: rows)
    try logSums.withUnsafeMutableBufferPointer { sums in
      try largest.withUnsafeMutableBufferPointer { largest in
        guard let sums = sums.baseAddress, let largest = largest.baseAddress else { return }
        let piece = 8
        try pass.divide((rows + piece - 1) / piece) { index, _ in
          let start = index * piece
          let count = min(piece, rows - start)
          pb_log_sums(logits + start * vocabulary, sums + start, count, vocabulary)
          pb_largest(logits + start * vocabulary, largest + start, count, vocabulary)
        }
      }
    }
  }
}
