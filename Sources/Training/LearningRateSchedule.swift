import Glibc

/// A linear rise from 0, then half a cosine down to a share of the highest rate (Loshchilov and Hutter
/// 2017).
struct LearningRateSchedule: Sendable {
  var highest: Double
  var warmUpSteps: Int
  var steps: Int
  /// The last rate as a share of the highest.
  var finalShare: Double

  init(_ configuration: TrainingConfiguration, steps: Int) {
    highest = configuration.learningRate
    self.steps = steps
    warmUpSteps = Int((configuration.warmUp * Double(steps)).rounded(.up))
    finalShare = configuration.finalRate
  }

  /// The rate of a step, counted from 1.
  func rate(_ step: Int) -> Double {
    if step <= warmUpSteps { return highest * Double(step) / Double(warmUpSteps) }
    let progress = Double(step - warmUpSteps) / Double(max(1, steps - warmUpSteps))
    return highest * (finalShare + (1 - finalShare) * 0.5 * (1 + cos(Double.pi * min(1, progress))))
  }
}
