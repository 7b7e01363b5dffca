internal import Bytes
internal import Metrics
public import Records

extension EvaluationResults {
  /// The version of the format of `results.json`.
  public static let formatVersion = 1

  /// The content of `results.json`; the same figures give the same bytes.
  public var value: Value {
    let paired = tasks.filter { $0.gap != nil }
    return object(
      [
        ("format_version", .integer(Int64(Self.formatVersion))),
        ("model", .string(model.name)),
        ("precision", model.precision.map(Value.string) ?? .null),
        (
          "model_files",
          .list(model.files.map { object([("path", .string($0.path)), ("sha256", .string($0.sha256))]) })
        ),
        ("endpoint", account?.value ?? .null),
        ("manifest_sha256", .string(manifestSHA256)),
        (
          "predictions",
          object([
            ("path", .string("evaluation/predictions.jsonl")), ("sha256", .string(predictions.sha256)),
            ("n", count(examples.values.reduce(0, +))),
          ])
        ),
      ] + prompting.pairs(contents: contents) + [
        ("failures", count(failures)),
        ("seed", unsigned(bootstrap.seed)),
        ("gap", gapValue(gap?.gap, n: paired.count)),
        ("gap_of_means", gapValue(gap?.gapOfMeans, n: paired.count)),
        ("seen", number(seen)),
        ("unseen", number(unseen)),
        ("seen_interval", interval(gap?.seen)),
        ("unseen_interval", interval(gap?.unseen)),
        ("chance", mean(of: paired.isEmpty ? tasks : paired, \.chance)),
        ("majority", mean(of: paired.isEmpty ? tasks : paired, \.majority)),
        (
          "n",
          object(
            [("tasks", count(tasks.count)), ("paired_tasks", count(paired.count))]
              + EvaluationCell.allCases.map { ($0.rawValue, count(examples[$0] ?? 0)) })
        ),
        ("tasks", .list(tasks.map { $0.value(isUnseenTask: false) })),
        ("unseen_tasks", .list(unseenTasks.map { $0.value(isUnseenTask: true) })),
        ("not_evaluated", .list(notEvaluated.map(Value.string))),
        ("notes", .list(notes.map(Value.string))),
      ])
  }

  private func gapValue(_ estimate: Estimate?, n: Int) -> Value {
    guard let estimate else { return .null }
    return object([
      ("mean", .number(estimate.mean)), ("low", .number(estimate.low)), ("high", .number(estimate.high)),
      ("level", .number(bootstrap.level)), ("resamples", count(bootstrap.resamples)), ("n", count(n)),
    ])
  }

  private func mean(of tasks: [TaskResult], _ figure: (TaskResult) -> Double) -> Value {
    tasks.isEmpty ? .null : .number(Evaluation.mean(tasks.map(figure)))
  }
}

extension TaskResult {
  fileprivate func value(isUnseenTask: Bool) -> Value {
    var pairs: [(String, Value)] = [
      ("name", .string(name)), ("cluster", cluster.map(Value.string) ?? .null),
      ("metric", .string(metric.rawValue)),
    ]
    if let signature { pairs.append(("signature", .string(signature))) }
    pairs += [("n", count(records)), ("chance", .number(chance)), ("majority", .number(majority))]
    if !isUnseenTask {
      pairs += [
        ("gap", number(gap?.mean)), ("gap_interval", interval(gap)), ("seen", seen?.json ?? .null),
      ]
    }
    pairs.append(("unseen", unseen?.json ?? .null))
    return object(pairs + prompting)
  }
}

extension CellFigures {
  var json: Value {
    object([
      ("median", .number(distribution.median)), ("mean", .number(distribution.mean)),
      ("q1", .number(distribution.q1)), ("q3", .number(distribution.q3)),
      ("worst", .number(distribution.worst)), ("best", .number(distribution.best)), ("n", count(n)),
      ("calibration_error", number(calibrationError)), ("below_chance", .number(belowChance)),
      ("templates", .list(templates.map(\.json))),
    ])
  }
}

extension TemplateFigure {
  /// `acc_norm` and `acc_bytes` are lm-evaluation-harness' names.
  fileprivate var json: Value {
    var pairs: [(String, Value)] = [
      ("id", .string(id)), ("name", .string(name)), ("family", family.map(Value.string) ?? .null),
      ("n", count(n)), ("value", .number(value)),
      ("accuracy", .number(accuracy)),
    ]
    if let byCharacters { pairs.append(("acc_norm", .number(byCharacters))) }
    if let byBytes { pairs.append(("acc_bytes", .number(byBytes))) }
    if let calibrationError { pairs.append(("calibration_error", .number(calibrationError))) }
    return object(pairs)
  }
}

private func object(_ pairs: [(String, Value)]) -> Value { .dictionary(ValueDictionary(pairs)) }
private func count(_ number: Int) -> Value { .integer(Int64(number)) }
private func number(_ number: Double?) -> Value { number.map(Value.number) ?? .null }

private func unsigned(_ number: UInt64) -> Value {
  Int64(exactly: number).map(Value.integer) ?? .bigInteger(String(number))
}

/// Low and high end.
private func interval(_ estimate: Estimate?) -> Value {
  estimate.map { .list([.number($0.low), .number($0.high)]) } ?? .null
}
