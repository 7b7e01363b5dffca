import Diversity
import JSON
import Lint
import Records

/// The result of a validation in the format asked for.
enum ValidationText {
  static func result(
    _ report: FindingReport, _ survey: DiversitySurvey?, _ format: ValidateOptions.Format
  ) -> CommandResult {
    var pairs = report.json
    if let survey { pairs.append(("diversity", json(survey))) }
    let document = JSONText.document(.dictionary(ValueDictionary(pairs)))
    let text: String
    switch format {
    case .text:
      text = report.text + (survey.map { DiversityText.text($0) + "\n" } ?? "") + report.summary + "\n"
    case .json: text = document
    case .sarif: text = JSONText.document(SARIF.log(report, version: phrasebookVersion))
    case .github: text = report.gitHub
    }
    return CommandResult(json: document) { _, _ in text }
  }

  private static func json(_ survey: DiversitySurvey) -> Value {
    let tasks = survey.tasks.map { task -> Value in
      var pairs: [(String, Value)] = [("name", .string(task.name)), ("figures", figures(task.figures))]
      if let outlook = task.outlook {
        pairs.append(("new_family_share", .number(outlook.newShare)))
        pairs.append(("unwritten_families", .number(outlook.unwritten)))
      }
      pairs.append(("near_duplicate_pairs", .integer(Int64(task.nearDuplicatePairs))))
      pairs.append(("suggestions", .list(task.suggestions.map(Value.string))))
      return .dictionary(ValueDictionary(pairs))
    }
    let reference = DiversityFigure.allCases.compactMap { figure -> (String, Value)? in
      guard let quartiles = DiversityReference.quartiles(figure) else { return nil }
      return (
        figure.rawValue,
        .dictionary(
          ValueDictionary([
            ("q1", .number(quartiles.low)), ("median", .number(quartiles.median)),
            ("q3", .number(quartiles.high)),
            ("collection", DiversityReference.collection(figure).map(Value.number) ?? .null),
          ]))
      )
    }
    return .dictionary(
      ValueDictionary([
        ("collection", figures(survey.collection)), ("tasks", .list(tasks)),
        ("reference_name", .string(DiversityReference.name)),
        ("reference", .dictionary(ValueDictionary(reference))),
      ]))
  }

  private static func figures(_ figures: DiversityFigures) -> Value {
    .dictionary(
      ValueDictionary(
        DiversityFigure.allCases.map { figure in
          (figure.rawValue, figures[figure].map(Value.number) ?? .null)
        }))
  }
}
