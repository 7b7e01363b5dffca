import Diversity

/// Diversity figures for people: each beside the reference's.
enum DiversityText {
  static func text(_ survey: DiversitySurvey) -> String {
    var text = ""
    for task in survey.tasks {
      text += "diversity of \(task.name)\n" + table(task.figures, whole: false)
      for suggestion in task.suggestions { text += "  - \(suggestion)\n" }
      text += "\n"
    }
    if survey.tasks.count > 1 {
      text +=
        "diversity of all \(survey.tasks.count) tasks together\n" + table(survey.collection, whole: true)
    }
    return text
  }

  private static func table(_ figures: DiversityFigures, whole: Bool) -> String {
    var rows: [(String, String, String)] = []
    for figure in DiversityFigure.allCases {
      guard let value = figures[figure] else { continue }
      var reference = ""
      if whole {
        if let there = DiversityReference.collection(figure) { reference = shown(there, figure) }
      } else if let quartiles = DiversityReference.quartiles(figure) {
        let verdict = DiversityReference.verdict(figure, value) ?? ""
        reference = "\(shown(quartiles.low, figure)) to \(shown(quartiles.high, figure))  \(verdict)"
      }
      rows.append((figure.title, shown(value, figure), reference))
    }
    let widths = (
      rows.map { $0.0.unicodeScalars.count }.max() ?? 0, rows.map { $0.1.unicodeScalars.count }.max() ?? 0
    )
    var text = ""
    let heading = "  " + padded("", widths.0) + "  " + padded("", widths.1) + "  \(DiversityReference.name)"
    if rows.contains(where: { !$0.2.isEmpty }) { text += heading + "\n" }
    for (title, value, reference) in rows {
      let blank = String(repeating: " ", count: widths.1 - value.unicodeScalars.count)
      let line = "  " + padded(title, widths.0) + "  " + blank + value
      text += reference.isEmpty ? line + "\n" : line + "  " + reference + "\n"
    }
    return text
  }

  private static func shown(_ value: Double, _ figure: DiversityFigure) -> String {
    switch figure {
    case .templates, .families: decimal(value, 0)
    case .lengthMedian, .lengthSpread, .compression: decimal(value, 1)
    case .questions, .commands, .clozes, .dialogues, .fieldsFirst, .fieldsLast, .coverage:
      decimal(value * 100, 0) + "%"
    default: decimal(value, 3)
    }
  }

  private static func padded(_ text: String, _ width: Int) -> String {
    text + String(repeating: " ", count: max(0, width - text.unicodeScalars.count))
  }
}
