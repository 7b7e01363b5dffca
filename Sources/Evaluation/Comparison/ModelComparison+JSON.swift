package import Records

extension ModelComparison {
  /// The comparison as JSON (Output in the documentation).
  package var value: Value {
    .dictionary(
      ValueDictionary([
        ("format_version", .integer(1)), ("first", .string(first)), ("second", .string(second)),
        ("level", .number(settings.level)), ("resamples", .integer(Int64(settings.resamples))),
        ("unshared", .integer(Int64(unshared))),
        (
          "cells",
          .dictionary(
            ValueDictionary(
              cells.map { cell in
                let tasks = cell.tasks.map { $0.figures.value([("name", .string($0.name))]) }
                return (cell.cell.rawValue, cell.all.value([("tasks", .list(tasks))]))
              }))
        ),
      ]))
  }
}

extension ModelComparison.Figures {
  fileprivate func value(_ more: [(String, Value)]) -> Value {
    func count(_ number: Int) -> Value { .integer(Int64(number)) }
    return .dictionary(
      ValueDictionary(
        [
          ("first", .number(first)), ("second", .number(second)),
          (
            "difference",
            .dictionary(
              ValueDictionary([
                ("mean", .number(difference.mean)), ("low", .number(difference.low)),
                ("high", .number(difference.high)),
              ]))
          ), ("templates", count(templates)), ("wins", count(wins)), ("ties", count(ties)),
          ("losses", count(losses)), ("share", .number(share)), ("records", count(records)),
        ] + more))
  }
}
