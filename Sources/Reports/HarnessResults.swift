public import Records

/// Results in the shape of lm-evaluation-harness' results files (version 0.4), for those who compare.
///
/// A task is a group whose figure is the median over its templates; each template is a task of its own,
/// `task/template name`. `acc` is the share of right answers and `acc_norm` the same with log-likelihoods divided by
/// characters, both with the standard error of a mean over records; other metrics stand under their own names.
public func harnessResults(_ results: ResultsSummary) -> Value {
  var figures: [(String, Value)] = []
  var samples: [(String, Value)] = []
  var shots: [(String, Value)] = []
  var groups: [(String, Value)] = []
  for (cell, tasks) in [
    ("seen", results.tasks), ("unseen", results.tasks), ("unseen_task", results.unseenTasks),
  ] {
    for task in tasks {
      guard let figure = cell == "seen" ? task.seen : task.unseen else { continue }
      let group = "\(task.name)_\(cell)"
      var members: [Value] = []
      for template in figure.templates {
        let name = "\(group)/\(template.name)"
        members.append(.string(name))
        figures.append((name, template.harnessValue(alias: " - \(template.name)", metric: task.metric)))
        samples.append((name, counts(template.n)))
        shots.append((name, .integer(Int64(results.shots))))
      }
      let key = task.metric == "accuracy" || task.metric == "exact_match" ? "acc" : task.metric
      figures.append(
        (group, dictionary([("alias", .string(group)), ("\(key),none", .number(figure.median))])))
      groups.append((group, .list(members)))
    }
  }
  return dictionary([
    ("results", dictionary(figures)), ("group_subtasks", dictionary(groups)), ("n-shot", dictionary(shots)),
    ("n-samples", dictionary(samples)),
    ("config", dictionary([("model", .string("phrasebook")), ("model_args", .string(results.model))])),
    ("model_name", .string(results.model)),
  ])
}

extension ResultsSummary.Template {
  fileprivate func harnessValue(alias: String, metric: String) -> Value {
    var pairs: [(String, Value)] = [("alias", .string(alias))]
    func add(_ name: String, _ share: Double) {
      pairs.append(("\(name),none", .number(share)))
      // The standard error of a mean of zeros and ones, with n − 1 as the harness has it.
      let error = n > 1 ? (share * (1 - share) / Double(n - 1)).squareRoot() : 0
      pairs.append(("\(name)_stderr,none", .number(error)))
    }
    add("acc", accuracy ?? value)
    if let byCharacters { add("acc_norm", byCharacters) }
    if metric != "accuracy", metric != "exact_match" { pairs.append(("\(metric),none", .number(value))) }
    return dictionary(pairs)
  }
}

private func counts(_ n: Int) -> Value {
  dictionary([("original", .integer(Int64(n))), ("effective", .integer(Int64(n)))])
}

private func dictionary(_ pairs: [(String, Value)]) -> Value { .dictionary(ValueDictionary(pairs)) }
