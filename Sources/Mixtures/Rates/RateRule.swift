package import Bytes

/// How much of a mixture each task gets.
public enum RateRule: Sendable, Hashable {
  /// By the number of training records: `min(e · scale, K)^(1/T)`, the order of operations of seqio's
  /// `rate_num_examples` (Raffel et al. 2020, section 3.5.2).
  case proportional
  /// Every task alike, times its scale; cap and temperature do not apply.
  case equal
  /// A weight for each task by name, times its scale; cap and temperature do not apply.
  case weights([String: Double])
}

/// What a task's weight is made from.
package struct RateInput: Sendable {
  package var name: String
  /// e, the number of training records.
  package var records: Int
  package var scale: Double

  package init(name: String, records: Int, scale: Double = 1) {
    self.name = name
    self.records = records
    self.scale = scale
  }
}

/// The weights of tasks before they are divided by their sum.
///
/// - Parameters:
///   - cap: K; nil: no cap.
///   - temperature: T.
/// - Throws: all that is wrong with the settings, task by task.
package func rateWeights(
  _ tasks: [RateInput], rule: RateRule, cap: Int?, temperature: Double
) throws(Diagnostics) -> [Double] {
  var problems = rateProblems(tasks, rule: rule, cap: cap, temperature: temperature)
  guard problems.isEmpty else { throw Diagnostics(problems) }
  var weights: [Double] = []
  for task in tasks {
    switch rule {
    case .proportional:
      let size = Double(task.records) * task.scale
      let capped = cap.map { min(size, Double($0)) } ?? size
      weights.append(temperatureRoot(capped, temperature: temperature))
    case .equal: weights.append(task.scale)
    case .weights(let given): weights.append((given[task.name] ?? 0) * task.scale)
    }
  }
  for (task, weight) in zip(tasks, weights) where !weight.isFinite {
    problems.append(
      Diagnostic("the weight of task '\(task.name)' is beyond any number; lower its scale or raise T"))
  }
  guard problems.isEmpty else { throw Diagnostics(problems) }
  return weights
}

private func rateProblems(
  _ tasks: [RateInput], rule: RateRule, cap: Int?, temperature: Double
) -> [Diagnostic] {
  var problems: [Diagnostic] = []
  if let cap, cap < 1 {
    problems.append(
      Diagnostic("the cap K is \(cap); expected at least 1 record, or leave it out for no cap"))
  }
  if !(temperature > 0 && temperature.isFinite) {
    problems.append(
      Diagnostic("the temperature T is \(temperature); expected a number above 0 (1 changes nothing)"))
  }
  for task in tasks where !(task.scale > 0 && task.scale.isFinite) {
    problems.append(
      Diagnostic("the scale of task '\(task.name)' is \(task.scale); expected a number above 0"))
  }
  guard case .weights(let given) = rule else { return problems }
  for task in tasks {
    if let weight = given[task.name] {
      guard !(weight > 0 && weight.isFinite) else { continue }
      problems.append(
        Diagnostic(
          "the weight of task '\(task.name)' is \(weight); expected a number above 0; to train without it, "
            + "leave it out of the recipe's tasks"))
    } else {
      problems.append(
        Diagnostic(
          "the task '\(task.name)' has no weight; give it one, or leave it out of the recipe's tasks"))
    }
  }
  return problems
}
