import Bytes
import Compression
import Mixtures

extension Recipe {
  /// What the recipe says of its mixture, in the words of `Mixtures`.
  func mixtureSettings(_ options: BuildOptions) -> MixtureSettings {
    var settings = MixtureSettings(name: name, seed: seed, total: mixture.total)
    settings.cap = mixture.cap
    settings.temperature = mixture.temperature
    settings.rates = mixture.rates.rule
    settings.caps = mixture.caps
    settings.clusterCaps = mixture.clusterCaps
    settings.parts = mixture.parts.map(\.part)
    settings.forms = mixture.forms.shares
    settings.fewShot.shots = mixture.forms.shots.map { FewShot.Shots(number: $0.number, weight: $0.weight) }
    settings.fewShot.mixesTemplates = mixture.forms.mixesTemplates
    settings.shards = options.shards ?? mixture.shards
    settings.compression = mixture.compression.flatMap(Compression.init(rawValue:))
    settings.splits = SplitFractions(
      validation: records.validation, test: records.test, nearDuplicates: records.nearDuplicates)
    settings.holdOut = holdOut.rule
    if let fold = options.fold { settings.holdOut.fold = HoldOut.Fold(index: fold.index, count: fold.count) }
    settings.evaluation = EvaluationLimits(
      testRecords: evaluation.records, validationRecords: evaluation.validationRecords,
      stratification: evaluation.stratification, exemplarRecords: evaluation.exemplarRecords,
      rationale: evaluation.rationale)
    settings.recipe = InputFile(
      path: MixtureFolder.recipeName, sha256: text.withUnsafeBytes { hexadecimal(SHA256.digest($0)) })
    settings.phrasebookVersion = phrasebookVersion
    return settings
  }
}

extension Recipe.HoldOutChoice {
  fileprivate var rule: HoldOut {
    var rule = HoldOut()
    rule.amount =
      switch amount {
      case .fraction(let share): .fraction(share)
      case .number(let number): .number(number)
      }
    rule.templates = templateNames
    rule.clusters = clusters
    rule.tasks = tasks
    rule.tags = tags
    rule.families = families
    rule.fold = fold.map { HoldOut.Fold(index: $0.index, count: $0.count) }
    rule.similarity = similarity
    return rule
  }
}

extension Recipe.RateChoice {
  fileprivate var rule: RateRule {
    switch self {
    case .proportional: .proportional
    case .equal: .equal
    case .weights(let weights): .weights(weights)
    case .uniMax(let epochs): .uniMax(maximumEpochs: epochs)
    }
  }
}

extension Recipe.PartChoice {
  fileprivate var part: MixturePart {
    var part = MixturePart(name: name)
    part.weight = weight
    part.tasks = tasks
    part.parts = parts.map(\.part)
    part.rates = rates.rule
    part.cap = cap
    part.temperature = temperature
    return part
  }
}

extension Recipe.FormChoice {
  fileprivate var shares: [FormShare] {
    let all: [(ExampleForm, Double)] = [
      (.fewShot, fewShot), (.tagged, tagged), (.inverted, inverted), (.conversational, conversational),
      (.succinct, succinct),
    ]
    return all.filter { $0.1 > 0 }.map { FormShare($0.0, share: $0.1) }
  }
}
