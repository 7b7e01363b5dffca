internal import Bytes

/// Everything that a report shows of one output folder.
///
/// A folder without a manifest is no mixture and is refused; training log, results and predictions may be
/// missing, which the report says in their place.
public struct Report: Sendable {
  /// The mixture's name, else the folder's own.
  public var title: String
  public var manifest: MixtureManifest
  public var training: TrainingLog?
  /// Which model it was; nil where nobody wrote it down.
  public var trained: TrainedModel?
  public var results: ResultsSummary?
  /// How alike the templates are; nil for a folder without it.
  public var templates: TemplateMap?
  /// Examples with the model's answers, drawn by the mixture's seed; empty without predictions.
  public var examples: [AnsweredExample]
  /// Evaluations of the same model with other numbers of exemplars, this one among them; empty without.
  public var shots: [ShotsPoint] = []
  /// Contradictions between the files: results of another mixture, predictions of another evaluation.
  public var warnings: [String]

  /// How many examples with answers a report shows.
  public static let exampleCount = 20

  /// - Throws: `Diagnostic` for a missing manifest and for damaged files.
  public static func load(_ folder: String) throws -> Report {
    let manifest = try MixtureManifest(folder: folder)
    let log = folder + "/model/training_log.jsonl"
    let note = folder + "/model/training.json"
    let resultsPath = folder + "/evaluation/results.json"
    let predictions = folder + "/evaluation/predictions.jsonl"
    let results = fileExists(resultsPath) ? try ResultsSummary(path: resultsPath) : nil
    var warnings: [String] = []
    if let made = results?.manifestSHA256, made != manifest.sha256 {
      warnings.append(
        "The results were made on another build of this mixture than the one that stands here now; "
          + "evaluate again.")
    }
    var examples: [AnsweredExample] = []
    if fileExists(predictions) {
      examples = try ExampleSelection(manifest: manifest, count: exampleCount).read(folder: folder)
      if let made = results?.predictionsSHA256, made != (try hashOfFile(at: predictions)) {
        warnings.append("The predictions are not those that the results were made from; evaluate again.")
      }
    }
    return Report(
      title: manifest.name ?? name(of: folder), manifest: manifest,
      training: fileExists(log) ? try TrainingLog(path: log) : nil,
      trained: fileExists(note) ? try TrainedModel(path: note) : nil, results: results,
      templates: try TemplateMap(folder: folder), examples: examples,
      warnings: warnings)
  }

  private static func name(of folder: String) -> String {
    let parts = folder.split(separator: "/").filter { $0 != "." }
    return parts.last.map(String.init) ?? folder
  }
}
