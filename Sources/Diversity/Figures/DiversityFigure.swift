/// A figure of the diversity of templates, as it is called in output.
package enum DiversityFigure: String, Sendable, CaseIterable {
  case templates, families
  case distinct1 = "distinct_1"
  case distinct2 = "distinct_2"
  case distinct3 = "distinct_3"
  case selfBLEU = "self_bleu"
  case compression = "compression_ratio"
  case meanSimilarity = "mean_similarity"
  case highestSimilarity = "highest_similarity"
  case vendi
  case verbs
  case verbObjects = "verb_objects"
  case questions, commands, clozes, dialogues
  case lengthMedian = "length_median"
  case lengthSpread = "length_spread"
  case fieldsFirst = "fields_first"
  case fieldsLast = "fields_last"
  case coverage

  /// What it says, for people.
  package var title: String {
    switch self {
    case .templates: "templates"
    case .families: "families"
    case .distinct1: "distinct words"
    case .distinct2: "distinct word pairs"
    case .distinct3: "distinct word triples"
    case .selfBLEU: "self-BLEU"
    case .compression: "compression ratio"
    case .meanSimilarity: "mean similarity"
    case .highestSimilarity: "highest similarity"
    case .vendi: "Vendi score per template"
    case .verbs: "verbs per template"
    case .verbObjects: "verb–object pairs per template"
    case .questions: "questions"
    case .commands: "commands"
    case .clozes: "clozes"
    case .dialogues: "dialogues"
    case .lengthMedian: "words (median)"
    case .lengthSpread: "words (third over first quartile)"
    case .fieldsFirst: "fields before instruction"
    case .fieldsLast: "fields after instruction"
    case .coverage: "held-out vocabulary covered"
    }
  }

  /// Which way is more diverse (or, of coverage, better); nil where neither is.
  package var isBetterHigh: Bool? {
    switch self {
    case .selfBLEU, .compression, .meanSimilarity, .highestSimilarity: false
    case .families, .distinct1, .distinct2, .distinct3, .vendi, .verbs, .verbObjects, .lengthSpread,
      .coverage:
      true
    case .templates, .questions, .commands, .clozes, .dialogues, .lengthMedian, .fieldsFirst, .fieldsLast: nil
    }
  }
}

/// The figures of one set of templates; a figure is missing where it is not defined, as a similarity of one
/// template.
package struct DiversityFigures: Sendable, Hashable {
  package var values: [DiversityFigure: Double] = [:]

  package init() {}

  package subscript(_ figure: DiversityFigure) -> Double? {
    get { values[figure] }
    set { values[figure] = newValue }
  }
}
