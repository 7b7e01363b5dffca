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
  /// Every task alike, but none seen more often than so many times (`uniMaxBudgets`); scale, cap and temperature
  /// do not apply.
  case uniMax(maximumEpochs: Double)
}

/// What a task's weight is made from.
package struct RateInput: Sendable {
  package var name: String
  /// e, the number of training records.
  package var records: Int
  package var scale: Double
  /// In place of K; nil: K.
  package var cap: Int?
  package var cluster = ""

  package init(name: String, records: Int, scale: Double = 1, cap: Int? = nil, cluster: String = "") {
    self.name = name
    self.records = records
    self.scale = scale
    self.cap = cap
    self.cluster = cluster
  }
}

/// The weights of tasks before they are divided by their sum.
///
/// - Parameters:
///   - cap: K; nil: no cap.
///   - temperature: T.
///   - clusterCaps: what the capped sizes of a cluster's tasks may add up to; where they are more, all are made
///     smaller alike, before the temperature.
///   - total: N, for the rule that needs it.
/// - Throws: all that is wrong with the settings, task by task.
package func rateWeights(
  _ tasks: [RateInput], rule: RateRule, cap: Int?, temperature: Double, clusterCaps: [String: Int] = [:],
  total: Int = 0
) throws(Diagnostics) -> [Double] {
  var problems = rateProblems(tasks, rule: rule, cap: cap, temperature: temperature)
  guard problems.isEmpty else { throw Diagnostics(problems) }
  var weights: [Double] = []
  switch rule {
  case .proportional:
    weights = cappedSizes(tasks, cap: cap, clusterCaps: clusterCaps).map {
      temperatureRoot($0, temperature: temperature)
    }
  case .equal: weights = tasks.map(\.scale)
  case .weights(let given): weights = tasks.map { (given[$0.name] ?? 0) * $0.scale }
  case .uniMax(let maximumEpochs):
    do throws(Diagnostic) {
      weights = try uniMaxBudgets(tasks.map(\.records), total: total, maximumEpochs: maximumEpochs)
    } catch {
      throw Diagnostics(error)
    }
  }
  for (task, weight) in zip(tasks, weights) where !weight.isFinite {
    problems.append(
      Diagnostic("the weight of task '\(task.name)' is beyond any number; lower its scale or raise T"))
  }
  guard problems.isEmpty else { throw Diagnostics(problems) }
  return weights
}

/// Sizes after scale and caps.
private func cappedSizes(_ tasks: [RateInput], cap: Int?, clusterCaps: [String: Int]) -> [Double] {
  let sizes = tasks.map { task in
    let size = Double(task.records) * task.scale
    return (task.cap ?? cap).map { min(size, Double($0)) } ?? size
  }
  guard !clusterCaps.isEmpty else { return sizes }
  return zip(tasks, sizes).map { task, size in
    guard let most = clusterCaps[task.cluster] else { return size }
    let all = zip(tasks, sizes).reduce(0.0) {
      $0 + ($1.0.cluster.utf8.elementsEqual(task.cluster.utf8) ? $1.1 : 0)
    }
    return all > Double(most) ? size * (Double(most) / all) : size
  }
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
