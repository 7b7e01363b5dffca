import Bytes
import Evaluation
import Transformer
import YAML

/// What a recipe or the command line says of how models are asked; nil: it says nothing.
public struct PromptingChoice: Sendable, Hashable {
  /// Solved examples before each question: 0 to 64.
  public var shots: Int?
  /// `random`, `balanced` or `similar`.
  public var exemplars: String?
  /// `same`, `other` or `mixed`.
  public var exemplarTemplates: String?
  /// In how many orders exemplars are tried: 1 to 100.
  public var orders: Int?
  /// `marked` or `continued`.
  public var format: String?
  /// `contextual`, `contextual_difference`, `domain`, `batch`; the first gives the calibrated figures; empty: none.
  public var calibrations: [String]?
  /// Whether reasons are asked for.
  public var chainOfThought: Bool?
  /// Texts that open the reasoning.
  public var triggers: [String]?
  /// Ways of reasoning to each answer: 1 to 1,000.
  public var samples: Int?
  /// Above 0.
  public var temperature: Double?
  /// Tokens at most of one reasoning.
  public var reasoningTokens: Int?

  public init() {}

  /// This choice where it says something, else the other.
  func over(_ other: PromptingChoice) -> PromptingChoice {
    var all = PromptingChoice()
    all.shots = shots ?? other.shots
    all.exemplars = exemplars ?? other.exemplars
    all.exemplarTemplates = exemplarTemplates ?? other.exemplarTemplates
    all.orders = orders ?? other.orders
    all.format = format ?? other.format
    all.calibrations = calibrations ?? other.calibrations
    all.chainOfThought = chainOfThought ?? other.chainOfThought
    all.triggers = triggers ?? other.triggers
    all.samples = samples ?? other.samples
    all.temperature = temperature ?? other.temperature
    all.reasoningTokens = reasoningTokens ?? other.reasoningTokens
    return all
  }

  /// - Throws: a `Diagnostic` for a word or a number out of range.
  func settings() throws(Diagnostic) -> PromptingSettings {
    var settings = PromptingSettings()
    settings.shots = try number(shots, "shots", 0...64) ?? settings.shots
    settings.orders = try number(orders, "orders", 1...100) ?? settings.orders
    settings.choice = try word(exemplars, "exemplars") ?? settings.choice
    settings.exemplarTemplates =
      try word(exemplarTemplates, "exemplar templates") ?? settings.exemplarTemplates
    if let format: Format = try word(format, "format") {
      settings.framing = format == .continued ? .continued : .marked
    }
    for name in calibrations ?? [] {
      guard let method: CalibrationMethod = try word(name, "calibration") else { continue }
      if !settings.calibrations.contains(method) { settings.calibrations.append(method) }
    }
    if chainOfThought ?? false || triggers != nil {
      var chain = ChainOfThought()
      if let triggers, !triggers.isEmpty { chain.triggers = triggers }
      chain.samples = try number(samples, "samples", 1...1_000) ?? chain.samples
      chain.maximumTokens = try number(reasoningTokens, "reasoning tokens", 1...65_536) ?? chain.maximumTokens
      if let temperature {
        guard temperature > 0, temperature <= 100 else {
          throw Diagnostic("the temperature is \(temperature); expected above 0 and at most 100")
        }
        chain.temperature = temperature
      }
      settings.chainOfThought = chain
    }
    if settings.orders > 1, settings.shots < 2 {
      throw Diagnostic("\(settings.orders) orders of exemplars need at least 2 of them; raise the shots")
    }
    return settings
  }

  private enum Format: String, CaseIterable { case marked, continued }

  private func number(_ value: Int?, _ name: String, _ range: ClosedRange<Int>) throws(Diagnostic) -> Int? {
    guard let value else { return nil }
    guard range ~= value else {
      throw Diagnostic(
        "the number of \(name) is \(value); expected \(range.lowerBound) to \(range.upperBound)")
    }
    return value
  }

  private func word<Word: RawRepresentable & CaseIterable>(
    _ text: String?, _ name: String
  ) throws(Diagnostic) -> Word? where Word.RawValue == String {
    guard let text else { return nil }
    if let word = Word(rawValue: text) { return word }
    let known = Word.allCases.map(\.rawValue)
    throw Diagnostic(
      "unknown \(name) '\(text)'\(suggestion(for: text, among: known)); expected one of "
        + known.map { "'\($0)'" }.joined(separator: ", "))
  }
}

extension PromptingChoice {
  /// The keys of a recipe's part `evaluation`.
  init(_ fields: inout YAMLFields) {
    self.init()
    shots = fields.integer("shots", in: 0...64)
    exemplars = fields.choice("exemplars", ExemplarChoice.self)?.rawValue
    exemplarTemplates = fields.choice("exemplar_templates", ExemplarTemplates.self)?.rawValue
    orders = fields.integer("orders", in: 1...100)
    format = fields.choice("format", Format.self)?.rawValue
    if let node = fields.node("calibrate") {
      switch node.text {
      case "true": calibrations = [CalibrationMethod.contextual.rawValue]
      case "false": calibrations = []
      default:
        calibrations = (fields.nodes("calibrate") ?? []).compactMap { Self.method($0, fields.problems) }
      }
    }
    if let node = fields.node("chain_of_thought") {
      switch (node.text, node.kind) {
      case ("true", _): chainOfThought = true
      case ("false", _): chainOfThought = false
      default:
        guard var part = fields.fields("chain_of_thought") else { return }
        chainOfThought = true
        triggers = part.strings("triggers")
        samples = part.integer("samples", in: 1...1_000)
        temperature = part.number("temperature", in: 0.01...100)
        reasoningTokens = part.integer("maximum_tokens", in: 1...65_536)
        part.finish()
      }
    }
  }

  private static func method(_ node: YAMLNode, _ problems: ProblemList) -> String? {
    let known = CalibrationMethod.allCases.map(\.rawValue)
    if let text = node.text, known.contains(text) { return text }
    let hint = node.text.map { suggestion(for: $0, among: known) } ?? ""
    problems.add(node.error("unknown calibration \(node.description)\(hint)"))
    return nil
  }
}
