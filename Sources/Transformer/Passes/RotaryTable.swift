import Glibc

/// Cosines and sines of the rotary angles position · theta^(−2i/width), stretched as the model asks, half a
/// head's width a position.
struct RotaryTable {
  /// Angles per position.
  private let frequencies: [Double]
  private(set) var cosines: [Float] = []
  private(set) var sines: [Float] = []

  init(_ configuration: ModelConfiguration) {
    let half = configuration.headWidth / 2
    frequencies = (0..<half).map { index in
      let frequency = pow(configuration.ropeTheta, -Double(2 * index) / Double(2 * half))
      return frequency / configuration.rotaryScaling.divisor(ofFrequency: frequency)
    }
  }

  /// Makes sure that the tables reach this position.
  mutating func reach(_ position: Int) {
    let have = cosines.count / frequencies.count
    guard position >= have else { return }
    for place in have...max(position, 2 * have) {
      for frequency in frequencies {
        let angle = Double(place) * frequency
        cosines.append(Float(cos(angle)))
        sines.append(Float(sin(angle)))
      }
    }
  }
}
