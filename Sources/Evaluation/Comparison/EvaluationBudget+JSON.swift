package import Records

extension EvaluationBudget {
  /// The budget as JSON (Output in the documentation).
  package var value: Value {
    func object(_ pairs: [(String, Value)]) -> Value { .dictionary(ValueDictionary(pairs)) }
    func count(_ number: Int?) -> Value { number.map { .integer(Int64($0)) } ?? .null }
    return object([
      ("format_version", .integer(1)), ("tasks", count(tasks)), ("present_width", .number(present)),
      ("width", .number(width)),
      (
        "variances",
        object([
          ("templates", .number(components.templates)), ("answers", .number(components.answers)),
          ("records", .number(components.records)),
        ])
      ),
      (
        "needed",
        .list(
          rows.map { row in
            object([
              ("records", count(row.records)), ("templates", count(row.templates)),
              ("answers", count(row.answers)),
            ])
          })
      ),
      (
        "sampled",
        .list(
          samples.map { sample in
            object([
              ("share", .number(sample.share)), ("answers", .number(sample.answers)),
              ("levels", .list(SampledDistribution.levels.map(Value.number))),
              ("error", .list(sample.byModel.map(Value.number))),
              ("error_of_means", .list(sample.byMeans.map(Value.number))),
            ])
          })
      ),
    ])
  }
}
