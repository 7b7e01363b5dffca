#if canImport(Glibc)
  import Glibc
#endif

/// The quantile of Student's t distribution.
///
/// - Parameters:
///   - level: in (0, 1).
///   - degrees: of freedom, any positive number; infinite: the normal distribution's quantile.
package func studentQuantile(_ level: Double, degrees: Double) -> Double {
  guard level > 0, level < 1, degrees > 0 else { return .nan }
  if level < 0.5 { return -studentQuantile(1 - level, degrees: degrees) }
  // The upper tail falls as t grows, so the place where it is 1 − level is found by halving.
  let tail = 1 - level
  var (low, high) = (0.0, 1.0)
  while upperTail(high, degrees) > tail, high < 1e12 { high *= 2 }
  for _ in 0..<200 where low < high {
    let middle = (low + high) / 2
    if middle == low || middle == high { break }
    if upperTail(middle, degrees) > tail { low = middle } else { high = middle }
  }
  return (low + high) / 2
}

/// The probability of more than t ≥ 0.
private func upperTail(_ t: Double, _ degrees: Double) -> Double {
  if degrees > 1e7 { return erfc(t / 2.0.squareRoot()) / 2 }
  return incompleteBeta(degrees / (degrees + t * t), degrees / 2, 0.5) / 2
}

/// The regularised incomplete beta function by Lentz' continued fraction (DLMF 8.17.22).
private func incompleteBeta(_ x: Double, _ a: Double, _ b: Double) -> Double {
  if x <= 0 { return 0 }
  if x >= 1 { return 1 }
  if x > (a + 1) / (a + b + 2) { return 1 - incompleteBeta(1 - x, b, a) }
  let front = exp(lgamma(a + b) - lgamma(a) - lgamma(b) + a * log(x) + b * log1p(-x)) / a
  let tiny = 1e-300
  var (fraction, upper, lower) = (1.0, 1.0, 0.0)
  for step in 0..<10_000 {
    let m = Double(step / 2)
    let numerator: Double
    if step == 0 {
      numerator = 1
    } else if step.isMultiple(of: 2) {
      numerator = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
    } else {
      numerator = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
    }
    lower = 1 + numerator * lower
    if abs(lower) < tiny { lower = tiny }
    lower = 1 / lower
    upper = 1 + numerator / upper
    if abs(upper) < tiny { upper = tiny }
    fraction *= upper * lower
    if abs(1 - upper * lower) < 1e-15 { break }
  }
  return front * (fraction - 1)
}
