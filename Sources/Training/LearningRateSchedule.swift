import Glibc

/// A linear rise from 0, then a way down to a share of the highest rate: half a cosine (Loshchilov and Hutter
/// 2017), a straight line, or none.
package struct LearningRateSchedule: Sendable {
  var highest: Double
  var warmUpSteps: Int
  var steps: Int
  /// The last rate as a share of the highest.
  var finalShare: Double
  var shape: TrainingConfiguration.Schedule

  package init(_ configuration: TrainingConfiguration, steps: Int) {
    highest = configuration.learningRate
    self.steps = steps
    warmUpSteps = Int((configuration.warmUp * Double(steps)).rounded(.up))
    finalShare = configuration.finalRate
    shape = configuration.schedule
  }

  /// The rate of a step, counted from 1.
  package func rate(_ step: Int) -> Double {
    if step <= warmUpSteps { return highest * Double(step) / Double(warmUpSteps) }
    let progress = min(1, Double(step - warmUpSteps) / Double(max(1, steps - warmUpSteps)))
    switch shape {
    case .cosine: return highest * (finalShare + (1 - finalShare) * 0.5 * (1 + cos(Double.pi * progress)))
    case .linear: return highest * (1 - (1 - finalShare) * progress)
    case .constant: return highest
    }
  }
}
