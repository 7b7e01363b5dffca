import Glibc

/// The vector loops once more, as their formulas say, in double precision and without any haste. Nothing but
/// the tests runs them: each fast loop is compared with its twin here.
package enum ReferenceKernels {
  /// y = gain · x / √(mean x² + ε), a row.
  package static func rmsNorm(_ x: [Double], gain: [Double], epsilon: Double) -> [Double] {
    let inverse = 1 / (x.reduce(0) { $0 + $1 * $1 } / Double(x.count) + epsilon).squareRoot()
    return zip(x, gain).map { $0 * inverse * $1 }
  }

  /// Gradients of x and the gain, a row.
  package static func rmsNormBackward(
    _ x: [Double], gain: [Double], epsilon: Double, dy: [Double]
  ) -> (dx: [Double], dgain: [Double]) {
    let inverse = 1 / (x.reduce(0) { $0 + $1 * $1 } / Double(x.count) + epsilon).squareRoot()
    let dot = x.indices.reduce(0) { $0 + dy[$1] * gain[$1] * x[$1] }
    let dx = x.indices.map {
      dy[$0] * gain[$0] * inverse - x[$0] * inverse * inverse * inverse * dot / Double(x.count)
    }
    return (dx, x.indices.map { dy[$0] * x[$0] * inverse })
  }

  /// One head's row, its pairs (i, i + half) turned by position · theta^(−i/half).
  package static func rotary(_ x: [Double], position: Int, theta: Double, sign: Double = 1) -> [Double] {
    let half = x.count / 2
    var result = x
    for i in 0..<half {
      let angle = sign * Double(position) * pow(theta, -Double(i) / Double(half))
      result[i] = x[i] * cos(angle) - x[i + half] * sin(angle)
      result[i + half] = x[i + half] * cos(angle) + x[i] * sin(angle)
    }
    return result
  }

  /// silu(gate) · up.
  package static func swiglu(gate: Double, up: Double) -> Double { gate / (1 + exp(-gate)) * up }

  /// Gradients of gate and up.
  package static func swigluBackward(gate: Double, up: Double, d: Double) -> (gate: Double, up: Double) {
    let s = 1 / (1 + exp(-gate))
    return (d * up * s * (1 + gate * (1 - s)), d * gate * s)
  }

  package static func softmax(_ x: [Double]) -> [Double] {
    let most = x.max() ?? 0
    let powers = x.map { exp($0 - most) }
    let sum = powers.reduce(0, +)
    return powers.map { $0 / sum }
  }

  /// One head's query row over the keys it sees: the weighted values.
  package static func attention(
    query: [Double], keys: [[Double]], values: [[Double]], scale: Double
  ) -> [Double] {
    let weights = attentionWeights(query, keys, scale)
    return query.indices.map { d in values.indices.reduce(0) { $0 + weights[$1] * values[$1][d] } }
  }

  /// Gradients of a query row and of all keys and values it sees.
  package static func attentionBackward(
    query: [Double], keys: [[Double]], values: [[Double]], scale: Double, dout: [Double]
  ) -> (query: [Double], keys: [[Double]], values: [[Double]]) {
    let weights = attentionWeights(query, keys, scale)
    let dweights = values.map { dot($0, dout) }
    let mean = zip(weights, dweights).reduce(0) { $0 + $1.0 * $1.1 }
    let dscores = zip(weights, dweights).map { $0 * ($1 - mean) * scale }
    let dquery = query.indices.map { d in keys.indices.reduce(0) { $0 + dscores[$1] * keys[$1][d] } }
    return (dquery, dscores.map { s in query.map { s * $0 } }, weights.map { w in dout.map { w * $0 } })
  }

  private static func attentionWeights(_ query: [Double], _ keys: [[Double]], _ scale: Double) -> [Double] {
    softmax(keys.map { dot($0, query) * scale })
  }

  private static func dot(_ a: [Double], _ b: [Double]) -> Double {
    zip(a, b).reduce(0) { $0 + $1.0 * $1.1 }
  }

  /// One parameter's step of AdamW.
  package static func adamW(
    _ parameter: Double, gradient: Double, first: inout Double, second: inout Double, rate: Double,
    decay: Double, beta1: Double, beta2: Double, epsilon: Double, step: Int
  ) -> Double {
    first = beta1 * first + (1 - beta1) * gradient
    second = beta2 * second + (1 - beta2) * gradient * gradient
    let mean = first / (1 - pow(beta1, Double(step)))
    let square = second / (1 - pow(beta2, Double(step)))
    return parameter - rate * decay * parameter - rate * mean / (square.squareRoot() + epsilon)
  }
}
