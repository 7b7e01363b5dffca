import Bytes
import CVectorLoops
import Glibc
import Testing
import Transformer

/// Each vector loop against its naive twin, at widths around the sixteen lanes.
@Suite struct KernelTests {
  static func numbers(_ count: Int, _ seed: UInt64, scale: Double = 1) -> [Float] {
    var draws = NormalDraws(SeedKey(seed: seed))
    return (0..<count).map { _ in Float(draws.next() * scale) }
  }

  static func rows(_ flat: [Float], _ width: Int) -> [[Double]] {
    stride(from: 0, to: flat.count, by: width).map { flat[$0..<$0 + width].map(Double.init) }
  }

  /// Lends an array as the f32 results of a loop.
  static func full(_ array: inout [Float], _ body: (pb_rows) -> Void) {
    array.withUnsafeMutableBufferPointer { body(pb_rows(full: $0.baseAddress, half: nil)) }
  }

  static func near(_ a: [Float], _ b: [Double], _ tolerance: Double = 2e-6) -> Bool {
    a.count == b.count && zip(a, b).allSatisfy { abs(Double($0) - $1) <= tolerance * max(1, abs($1)) }
  }

  @Test(arguments: [1, 2, 15, 16, 17, 64, 100]) func rmsNorm(_ width: Int) {
    let count = 3
    let (x, gain, dy) = (
      Self.numbers(count * width, 1), Self.numbers(width, 2), Self.numbers(count * width, 3)
    )
    var y = [Float](repeating: .nan, count: count * width)
    var inverse = [Float](repeating: .nan, count: count)
    Self.full(&y) { pb_rms_norm(x, gain, $0, &inverse, count, width, 1e-5) }
    let wide = gain.map(Double.init)
    #expect(
      Self.near(y, Self.rows(x, width).flatMap { ReferenceKernels.rmsNorm($0, gain: wide, epsilon: 1e-5) }))

    // Gradients are added to what stands there.
    var dx = Self.numbers(count * width, 4)
    var dgain = Self.numbers(width, 5)
    var (expectedX, expectedGain) = (dx.map(Double.init), dgain.map(Double.init))
    for (row, values) in Self.rows(x, width).enumerated() {
      let d = ReferenceKernels.rmsNormBackward(
        values, gain: wide, epsilon: 1e-5, dy: Self.rows(dy, width)[row])
      for i in 0..<width {
        expectedX[row * width + i] += d.dx[i]
        expectedGain[i] += d.dgain[i]
      }
    }
    pb_rms_norm_backward(x, gain, inverse, dy, &dx, &dgain, count, width)
    // At width 1 the two terms of dx cancel down to ε.
    #expect(Self.near(dx, expectedX, 2e-5))
    #expect(Self.near(dgain, expectedGain))
  }

  @Test(arguments: [1, 3, 8, 16, 20, 32]) func rotary(_ half: Int) {
    let (heads, positions, theta) = (3, [0, 1, 7, 40].map(Int32.init), 500.0)
    let x = Self.numbers(positions.count * heads * 2 * half, 1)
    let angles = (0...40).flatMap { p in (0..<half).map { Double(p) * pow(theta, -Double($0) / Double(half)) }
    }
    var y = x
    pb_rotary(
      &y, heads * 2 * half, positions.count, heads, half, positions, angles.map { Float(cos($0)) },
      angles.map { Float(sin($0)) }, 1)
    let expected = Self.rows(x, 2 * half).enumerated().flatMap {
      ReferenceKernels.rotary($1, position: Int(positions[$0 / heads]), theta: theta)
    }
    #expect(Self.near(y, expected))
    pb_rotary(
      &y, heads * 2 * half, positions.count, heads, half, positions, angles.map { Float(cos($0)) },
      angles.map { Float(sin($0)) }, -1)
    #expect(Self.near(y, x.map(Double.init)))
  }

  @Test(arguments: [1, 16, 21, 48]) func swiglu(_ hidden: Int) {
    let count = 5
    var (pair, d) = (Self.numbers(count * 2 * hidden, 1, scale: 3), Self.numbers(count * hidden, 2))
    pair[0] = -200
    pair[hidden] = 3
    d[0] = 1
    var out = [Float](repeating: .nan, count: count * hidden)
    Self.full(&out) { pb_swiglu(pair, $0, count, hidden) }
    var (expected, gates, ups): ([Double], [Double], [Double]) = ([], [], [])
    for row in Self.rows(pair, 2 * hidden).enumerated() {
      for i in 0..<hidden {
        let (gate, up) = (row.element[i], row.element[hidden + i])
        expected.append(ReferenceKernels.swiglu(gate: gate, up: up))
        let g = ReferenceKernels.swigluBackward(gate: gate, up: up, d: Double(d[row.offset * hidden + i]))
        gates.append(g.gate)
        ups.append(g.up)
      }
    }
    #expect(Self.near(out, expected))
    var again = [Float](repeating: .nan, count: count * hidden)
    var dpair = [Float](repeating: .nan, count: count * 2 * hidden)
    Self.full(&dpair) { dpair in
      Self.full(&again) { pb_swiglu_backward(pair, d, dpair, $0, count, hidden) }
    }
    #expect(again == out)
    let found = stride(from: 0, to: dpair.count, by: hidden).map { Array(dpair[$0..<$0 + hidden]) }
    #expect(Self.near(stride(from: 0, to: found.count, by: 2).flatMap { found[$0] }, gates, 1e-5))
    #expect(Self.near(stride(from: 1, to: found.count, by: 2).flatMap { found[$0] }, ups, 1e-5))
  }

  @Test(arguments: [2, 16, 19, 300]) func crossEntropy(_ width: Int) {
    let count = 4
    let logits = Self.numbers(count * width, 1, scale: 20)
    let targets = (0..<count).map { Int32($0 * 7 % width) }
    let weights: [Float] = [1, 0.5, 0, 2]
    var (gradient, losses, sums) = (
      logits, [Float](repeating: .nan, count: count), [Float](repeating: .nan, count: count)
    )
    pb_cross_entropy(&gradient, targets, weights, &losses, nil, count, width)
    pb_log_sums(logits, &sums, count, width)
    for (row, values) in Self.rows(logits, width).enumerated() {
      let most = values.max() ?? 0
      let logSum = most + log(values.reduce(0) { $0 + exp($1 - most) })
      let (target, weight) = (Int(targets[row]), Double(weights[row]))
      #expect(abs(Double(sums[row]) - logSum) < 1e-5)
      #expect(abs(Double(losses[row]) - weight * (logSum - values[target])) < 1e-4)
      let expected = ReferenceKernels.softmax(values).enumerated().map {
        weight * ($1 - ($0 == target ? 1 : 0))
      }
      #expect(Self.near(Array(gradient[row * width..<(row + 1) * width]), expected, 3e-6))
    }
  }

  @Test func aLogitThatIsNoNumberStaysOne() {
    for place in [0, 5, 17] {
      var logits = Self.numbers(18, 1)
      logits[place] = .nan
      var losses: [Float] = [0]
      pb_cross_entropy(&logits, [3], [1], &losses, nil, 1, 18)
      #expect(losses[0].isNaN)
    }
  }

  @Test func theLargestIsTheFirstOfEquals() {
    var result = [Int32](repeating: -1, count: 2)
    pb_largest([1, 3, 3, 2, -1, -1, -5, -1], &result, 2, 4)
    #expect(result == [1, 0])
  }

  struct AttentionCase: Sendable, CustomTestStringConvertible {
    var heads: Int
    var keyHeads: Int
    var width: Int
    var counts: [Int]
    var testDescription: String { "heads \(heads)/\(keyHeads), width \(width), rows \(counts)" }
  }

  @Test(arguments: [
    AttentionCase(heads: 2, keyHeads: 2, width: 16, counts: [1, 8, 9]),
    AttentionCase(heads: 4, keyHeads: 2, width: 8, counts: [17, 33]),
    AttentionCase(heads: 3, keyHeads: 1, width: 22, counts: [5, 40]),
    AttentionCase(heads: 2, keyHeads: 1, width: 64, counts: [70]),
  ])
  func attention(_ c: AttentionCase) {
    let count = c.counts.reduce(0, +)
    let keyWidth = c.keyHeads * c.width
    let queries = Self.numbers(count * c.heads * c.width, 1)
    let keyValues = Self.numbers(count * 2 * keyWidth, 2)
    let dout = Self.numbers(count * c.heads * c.width, 3)
    var limits: [Int32] = []
    var spans: [pb_attention_span] = []
    for rows in c.counts {
      spans.append(
        pb_attention_span(
          key_start: limits.count,
          key_count: rows, query_start: limits.count, query_count: rows))
      limits += (1...Int32(rows)).map { $0 }
    }
    let scale = 1 / Float(c.width).squareRoot()
    var out = [Float](repeating: .nan, count: queries.count)
    var logSums = [Float](repeating: .nan, count: count * c.heads)
    var scratch = [Float](repeating: .nan, count: pb_attention_scratch(c.counts.max() ?? 0, c.width))
    var dqueries = [Float](repeating: .nan, count: queries.count)
    var dkeyValues = [Float](repeating: 0, count: keyValues.count)
    keyValues.withUnsafeBufferPointer { keys in
      queries.withUnsafeBufferPointer { queries in
        limits.withUnsafeBufferPointer { limits in
          guard let start = keys.baseAddress else { return }
          var attention = pb_attention(
            queries: queries.baseAddress, keys: start, values: start + keyWidth, key_stride: 2 * keyWidth,
            heads: c.heads, key_heads: c.keyHeads, first_key_head: 0, end_key_head: c.keyHeads,
            width: c.width,
            scale: scale, limits: limits.baseAddress)
          pb_attention_forward(&attention, spans, spans.count, &out, &logSums, &scratch)
          dkeyValues.withUnsafeMutableBufferPointer { gradients in
            guard let gradient = gradients.baseAddress else { return }
            pb_attention_backward(
              &attention, spans, spans.count, out, logSums, dout, &dqueries, gradient, gradient + keyWidth,
              &scratch)
          }
        }
      }
    }
    func part(_ flat: [Float], _ row: Int, _ stride: Int, _ offset: Int) -> [Double] {
      flat[row * stride + offset..<row * stride + offset + c.width].map(Double.init)
    }
    var expectedOut = [Double](repeating: 0, count: out.count)
    var expectedQueries = expectedOut
    var expectedKeyValues = [Double](repeating: 0, count: keyValues.count)
    for span in spans {
      for row in 0..<span.query_count {
        for head in 0..<c.heads {
          let keyHead = head * c.keyHeads / c.heads * c.width
          let seen = (0...row).map { span.key_start + $0 }
          let keys = seen.map { part(keyValues, $0, 2 * keyWidth, keyHead) }
          let values = seen.map { part(keyValues, $0, 2 * keyWidth, keyWidth + keyHead) }
          let place = span.query_start + row
          let query = part(queries, place, c.heads * c.width, head * c.width)
          let start = place * c.heads * c.width + head * c.width
          let result = ReferenceKernels.attention(
            query: query, keys: keys, values: values, scale: Double(scale))
          let d = ReferenceKernels.attentionBackward(
            query: query, keys: keys, values: values, scale: Double(scale),
            dout: part(dout, place, c.heads * c.width, head * c.width))
          for i in 0..<c.width {
            expectedOut[start + i] = result[i]
            expectedQueries[start + i] = d.query[i]
            for (index, key) in seen.enumerated() {
              expectedKeyValues[key * 2 * keyWidth + keyHead + i] += d.keys[index][i]
              expectedKeyValues[key * 2 * keyWidth + keyWidth + keyHead + i] += d.values[index][i]
            }
          }
        }
      }
    }
    #expect(Self.near(out, expectedOut, 1e-5))
    #expect(Self.near(dqueries, expectedQueries, 1e-5))
    #expect(Self.near(dkeyValues, expectedKeyValues, 1e-5))
  }

  @Test func adamW() {
    let count = 37
    var parameters = Self.numbers(count, 1)
    var (first, second) = ([Float](repeating: 0, count: count), [Float](repeating: 0, count: count))
    var expected = parameters.map(Double.init)
    var (firstExpected, secondExpected) = (first.map(Double.init), second.map(Double.init))
    for step in 1...5 {
      let gradients = Self.numbers(count, UInt64(10 + step))
      var values = pb_adamw_step(
        rate: 0.01, decay: 0.1, beta1: 0.9, beta2: 0.98, epsilon: 1e-8,
        correction1: Float(1 / (1 - pow(0.9, Double(step)))),
        correction2: Float(1 / (1 - pow(0.98, Double(step)))),
        scale: 0.5)
      pb_adamw(&parameters, gradients, &first, &second, nil, count, &values)
      for i in 0..<count {
        expected[i] = ReferenceKernels.adamW(
          expected[i], gradient: Double(gradients[i]) * 0.5, first: &firstExpected[i],
          second: &secondExpected[i],
          rate: 0.01, decay: 0.1, beta1: 0.9, beta2: 0.98, epsilon: 1e-8, step: step)
      }
    }
    #expect(Self.near(parameters, expected, 1e-5))
  }

  @Test(arguments: [0, 1, 4095, 4096, 10_000]) func sumOfSquares(_ count: Int) {
    let x = Self.numbers(count, 1)
    let expected = x.reduce(0) { $0 + Double($1) * Double($1) }
    #expect(abs(pb_sum_of_squares(x, count) - expected) <= 1e-6 * expected)
  }

  @Test func rowsAreGatheredAndScattered() {
    let table = (0..<12).map(Float.init)
    var out = [Float](repeating: 0, count: 9)
    pb_gather_rows(table, [3, 0, 3], &out, 3, 3)
    #expect(out == [9, 10, 11, 0, 1, 2, 9, 10, 11])
    var sums = [Float](repeating: 1, count: 12)
    pb_scatter_add_rows(&sums, [3, 0, 3], out, 3, 3)
    #expect(sums == [1, 2, 3, 1, 1, 1, 1, 1, 1, 19, 21, 23])
  }
}
