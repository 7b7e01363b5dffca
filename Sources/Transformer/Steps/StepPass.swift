import CVectorLoops

/// One step of generation: a row for each of some texts, against the keys and values stored for it.
///
/// A row's numbers do not depend on the rows beside it, nor on threads.
final class StepPass {
  private let weights: ModelWeights
  private let matrices: StepWeights
  private let team: StepTeam
  private let arena = Arena()
  private var rotary: RotaryTable
  private var c: ModelConfiguration { weights.configuration }

  init(_ weights: ModelWeights, _ matrices: StepWeights, _ team: StepTeam) {
    (self.weights, self.matrices, self.team) = (weights, matrices, team)
    rotary = RotaryTable(weights.configuration)
  }

  private func parameter(_ offset: Int) -> Floats { weights.values.pointer + offset }

  /// Reads each text's last token and lets it take the next.
  func run(_ texts: [StepText]) {
    let mark = arena.mark
    defer { arena.release(mark) }
    let rows = texts.count
    let positions = texts.map { Int32($0.count) }
    rotary.reach(Int(positions.max() ?? 0))
    let (width, keyWidth, hidden) = (c.dimension, 2 * c.keyValueDimension, c.hiddenDimension)
    let stream = arena.floats(rows * width)
    let normed = arena.floats(rows * width)
    let inverse = arena.floats(rows)
    let queries = arena.floats(rows * c.queryDimension)
    let keyValues = arena.floats(rows * keyWidth)
    let attended = arena.floats(rows * c.queryDimension)
    let pair = arena.floats(rows * 2 * hidden)
    let gated = arena.floats(rows * hidden)
    pb_gather_rows(
      parameter(weights.layout.embedding), arena.integers(texts.map(\.last)), stream, rows, width)
    func norm(_ gain: Int) {
      pb_rms_norm(
        stream, parameter(gain), pb_rows(full: normed, half: nil), inverse, rows, width, Float(c.normEpsilon))
    }
    for (index, layer) in matrices.layers.enumerated() {
      let place = weights.layout.layers[index]
      norm(place.attentionNorm)
      multiply(
        [
          Product(layer.query, normed, width, queries, c.queryDimension),
          Product(layer.key, normed, width, keyValues, keyWidth),
          Product(layer.value, normed, width, keyValues + c.keyValueDimension, keyWidth),
        ], rows)
      if let bias = place.queryBias { pb_add_row(queries, parameter(bias), rows, c.queryDimension) }
      if let bias = place.keyValueBias { pb_add_row(keyValues, parameter(bias), rows, keyWidth) }
      rotate(queries, c.queryDimension, c.heads, positions)
      rotate(keyValues, keyWidth, c.keyValueHeads, positions)
      for (row, text) in texts.enumerated() {
        text.own.store(index, at: text.own.count, rows: 1, from: keyValues + row * keyWidth)
      }
      attend(index, texts, queries, attended)
      multiply([Product(layer.output, attended, c.queryDimension, stream, width, adding: true)], rows)
      if let bias = place.outputBias { pb_add_row(stream, parameter(bias), rows, width) }
      norm(place.feedNorm)
      multiply(
        [
          Product(layer.gate, normed, width, pair, 2 * hidden),
          Product(layer.up, normed, width, pair + hidden, 2 * hidden),
        ], rows)
      pb_swiglu(pair, pb_rows(full: gated, half: nil), rows, hidden)
      multiply([Product(layer.down, gated, hidden, stream, width, adding: true)], rows)
    }
    for text in texts { text.own.count += 1 }
    norm(weights.layout.finalNorm)
    let logits = arena.floats(rows * c.vocabulary)
    multiply([Product(matrices.head, normed, width, logits, c.vocabulary)], rows)
    choose(texts, logits)
  }

  /// Lets each text take its next token.
  func choose(_ texts: [StepText], _ logits: Floats) {
    let vocabulary = c.vocabulary
    // Safe: a piece changes its own text alone.
    team.divide(texts.count) { row in
      let own = UnsafePointer(logits) + row * vocabulary
      var largest: Int32 = 0
      pb_largest(own, &largest, 1, vocabulary)
      texts[row].take(largest, UnsafeBufferPointer(start: own, count: vocabulary))
    }
  }

  /// y[rows] = x · wᵀ, or += with `adding`.
  private struct Product {
    var matrix: StepMatrix
    var x: Floats
    var xStride: Int
    var y: Floats
    var yStride: Int
    var adding: Bool

    init(_ matrix: StepMatrix, _ x: Floats, _ xStride: Int, _ y: Floats, _ yStride: Int, adding: Bool = false)
    {
      (self.matrix, self.x, self.xStride) = (matrix, x, xStride)
      (self.y, self.yStride, self.adding) = (y, yStride, adding)
    }
  }

  /// Products whose outputs are divided among threads.
  private func multiply(_ products: [Product], _ rows: Int) {
    let outputs = products.reduce(0) { $0 + $1.matrix.outputs }
    let size = min(512, max(32, outputs / 16 / 32 * 32))
    var pieces: [(product: Int, start: Int)] = []
    for (index, product) in products.enumerated() {
      for start in stride(from: 0, to: product.matrix.outputs, by: size) { pieces.append((index, start)) }
    }
    team.divide(pieces.count) { piece in
      let (index, start) = pieces[piece]
      let product = products[index]
      var matrix = product.matrix.matrix
      pb_step_product(
        &matrix, product.x, product.xStride, rows, start, min(product.matrix.outputs, start + size),
        product.y, product.yStride, product.adding ? 1 : 0)
    }
  }

  private func rotate(_ x: Floats, _ stride: Int, _ heads: Int, _ positions: [Int32]) {
    pb_rotary(
      x, stride, positions.count, heads, c.headWidth / 2, positions, rotary.cosines, rotary.sines, 1)
  }

  private func attend(_ layer: Int, _ texts: [StepText], _ queries: Floats, _ out: Floats) {
    let group = c.heads / c.keyValueHeads
    let runs = texts.map { text in
      (text.shared.map { [$0.run(layer, rows: $0.count)] } ?? [])
        + [text.own.run(layer, rows: text.own.count + 1)]
    }
    let sizes = zip(texts, runs).map { pb_step_scratch($0.count + 1, $1.count, group, c.headWidth) }
    let most = sizes.max() ?? 0
    let mark = arena.mark
    defer { arena.release(mark) }
    let heads = c.keyValueHeads
    let scratch = arena.floats(most * texts.count * heads)
    team.divide(texts.count * heads) { piece in
      let row = piece / heads
      pb_step_attention(
        queries + row * c.queryDimension, runs[row], runs[row].count, group, piece % heads, c.headWidth,
        1 / Float(c.headWidth).squareRoot(), out + row * c.queryDimension, scratch + piece * most)
    }
  }
}
