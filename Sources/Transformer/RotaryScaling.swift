import Glibc

/// How the rotary angles are stretched for contexts longer than those of the first training.
public enum RotaryScaling: Sendable, Hashable {
  case none
  /// Every angle divided by the factor (Chen et al. 2023).
  case linear(factor: Double)
  /// Llama 3.1's: slow angles are divided by the factor, fast ones stay, those between are blended.
  ///
  /// - Parameters:
  ///   - lowFrequencyFactor: wavelengths above `originalContext` over this are divided.
  ///   - highFrequencyFactor: wavelengths below `originalContext` over this stay.
  ///   - originalContext: tokens of the first training.
  case llama3(factor: Double, lowFrequencyFactor: Double, highFrequencyFactor: Double, originalContext: Int)

  /// By what the angle per position is divided.
  func divisor(ofFrequency frequency: Double) -> Double {
    switch self {
    case .none: return 1
    case .linear(let factor): return factor
    case .llama3(let factor, let low, let high, let original):
      let wavelength = 2 * Double.pi / frequency
      if wavelength < Double(original) / high { return 1 }
      if wavelength > Double(original) / low { return factor }
      let share = (Double(original) / wavelength - low) / (high - low)
      return 1 / ((1 - share) / factor + share)
    }
  }

  /// Llama 3's scaling whose divisors these are, as GGUF files carry them (`rope_freqs.weight`); nil where they
  /// are of another kind.
  ///
  /// - Parameter divisors: one for each pair of a head.
  static func recognized(_ divisors: [Float], theta: Double) -> RotaryScaling? {
    guard let most = divisors.max(), most >= 1, most.isFinite else { return nil }
    // Meta's values; the factor is that of the slowest angles.
    let candidate: RotaryScaling =
      most == 1
      ? .none
      : .llama3(
        factor: Double(most), lowFrequencyFactor: 1, highFrequencyFactor: 4, originalContext: 8192)
    let fits = divisors.enumerated().allSatisfy { pair, divisor in
      let frequency = pow(theta, -Double(pair) / Double(divisors.count))
      return abs(candidate.divisor(ofFrequency: frequency) / Double(divisor) - 1) < 1e-3
    }
    return fits ? candidate : nil
  }

  /// Whether the numbers make sense.
  var isPossible: Bool {
    func isFactor(_ value: Double) -> Bool { value.isFinite && value > 0 && value <= 1e6 }
    switch self {
    case .none: return true
    case .linear(let factor): return isFactor(factor)
    case .llama3(let factor, let low, let high, let original):
      return isFactor(factor) && isFactor(low) && isFactor(high) && low < high
        && (1...1 << 30).contains(original)
    }
  }
}
