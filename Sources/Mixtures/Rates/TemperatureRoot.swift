/// x^(1/T) for rates, with the same bits on every processor.
///
/// The C library's `pow` may differ in the last bit between processors with and without fused
/// multiply-add, and a last bit can move an example from one task to another. This one uses only additions,
/// multiplications, divisions and square roots, which IEEE 754 rounds alike everywhere. T = 2, 4, 8 … are
/// square roots alone; elsewhere the relative error stays below 1e-14.
///
/// - Parameters:
///   - x: finite, at least 0.
///   - temperature: T, finite, above 0.
/// - Returns: infinity when the result is beyond a Double's range.
package func temperatureRoot(_ x: Double, temperature: Double) -> Double {
  guard x > 0 else { return 0 }
  var root = x
  var rest = temperature
  while rest >= 2 {
    root = root.squareRoot()
    rest /= 2
  }
  return rest == 1 ? root : exponential(naturalLogarithm(root) / rest)
}

private let logarithmOfTwo = 0x1.62e42fefa39efp-1
/// The upper 32 bits of ln 2, whose product with a small integer is exact, and the rest.
private let logarithmOfTwoHigh = 0x1.62e42feep-1
private let logarithmOfTwoLow = 0x1.a39ef35793c76p-33

/// ln x = e·ln 2 + 2·artanh((s − 1)/(s + 1)) for x = s·2ᵉ with s near 1.
private func naturalLogarithm(_ x: Double) -> Double {
  var significand = x.significand
  var exponent = Double(x.exponent)
  if significand > 1.414_213_562_373_095 {
    significand /= 2
    exponent += 1
  }
  let ratio = (significand - 1) / (significand + 1)
  let square = ratio * ratio
  var sum = 0.0
  // |ratio| ≤ 0.172, so the term after the 13th is below 1e-21 of the sum.
  for power in stride(from: 25.0, through: 1, by: -2) { sum = sum * square + 1 / power }
  return exponent * logarithmOfTwoHigh + (exponent * logarithmOfTwoLow + 2 * ratio * sum)
}

/// eˣ = 2ᵏ·eʳ with |r| ≤ ln 2 / 2.
private func exponential(_ x: Double) -> Double {
  guard x < 710 else { return .infinity }
  guard x > -740 else { return 0 }
  let power = (x / logarithmOfTwo).rounded()
  let rest = (x - power * logarithmOfTwoHigh) - power * logarithmOfTwoLow
  var sum = 1.0
  for term in stride(from: 18.0, through: 1, by: -1) { sum = 1 + sum * rest / term }
  return Double(sign: .plus, exponent: Int(power), significand: sum)
}
