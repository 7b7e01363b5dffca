import Glibc

/// Cosines and sines of the rotary angles position · theta^(−2i/width), half a head's width a position.
struct RotaryTable {
  private let half: Int
  private let theta: Double
  private(set) var cosines: [Float] = []
  private(set) var sines: [Float] = []

  init(_ configuration: ModelConfiguration) {
    half = configuration.headWidth / 2
    theta = configuration.ropeTheta
  }

  /// Makes sure that the tables reach this position.
  mutating func reach(_ position: Int) {
    let have = cosines.count / half
    guard position >= have else { return }
    for place in have...max(position, 2 * have) {
      for index in 0..<half {
        let angle = Double(place) * pow(theta, -Double(2 * index) / Double(2 * half))
        cosines.append(Float(cos(angle)))
        sines.append(Float(sin(angle)))
      }
    }
  }
}
