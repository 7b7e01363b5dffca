import Bytes

/// Budgets of tasks under UniMax (Chung et al. 2023): all alike, but none seen more often than so many times; what
/// small tasks cannot take is divided among the others.
///
/// - Parameters:
///   - records: e, task by task.
///   - maximumEpochs: the most visits of a record, on average.
/// - Returns: the examples of each task, not yet rounded; they add up to `total`.
/// - Throws: where the tasks together cannot fill the mixture.
func uniMaxBudgets(_ records: [Int], total: Int, maximumEpochs: Double) throws(Diagnostic) -> [Double] {
  let limits = records.map { (Double($0) * maximumEpochs).rounded(.down) }
  let most = limits.reduce(0, +)
  guard most >= Double(total) else {
    throw Diagnostic(
      "at \(maximumEpochs) epochs at most the tasks give \(most) examples; \(total) are wanted: lower the total, or "
        + "raise 'max_epochs'")
  }
  var budgets = Array(repeating: 0.0, count: records.count)
  var left = Double(total)
  let order = limits.indices.sorted { (limits[$0], $0) < (limits[$1], $1) }
  for (done, task) in order.enumerated() {
    budgets[task] = min(left / Double(order.count - done), limits[task])
    left -= budgets[task]
  }
  return budgets
}
