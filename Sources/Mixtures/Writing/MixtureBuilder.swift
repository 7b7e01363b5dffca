public import Bytes

/// How far a build is.
public struct BuildProgress: Sendable, Hashable {
  /// Written so far, of all files.
  public var examples: Int
  public var total: Int
}

/// What a build wrote.
public struct BuiltMixture: Sendable {
  /// Examples for training, and in the evaluation files.
  public var trainingExamples: Int
  public var evaluationExamples: Int
  /// Bytes of all files of examples.
  public var bytes: Int
  /// SHA-256 of the manifest, which names all files with theirs: equal for equal mixtures.
  public var manifestSHA256: String
}

/// Writes a planned mixture into its folder (DESIGN section 7).
public enum MixtureBuilder {
  /// Writes training shards, evaluation files, dataset card and, last, the manifest; the bytes depend on the
  /// plan alone.
  ///
  /// - Parameters:
  ///   - folder: held for the whole build; what an earlier build left there is removed first.
  ///   - threads: how many render at once, at least 1.
  ///   - progress: called on the caller's thread after every few hundred examples.
  /// - Throws: a record that a template cannot render (the input's fault) or a fault of the environment; then
  ///   the folder holds no file of this build.
  public static func build(
    _ plan: MixturePlan, into folder: OutputFolder, threads: Int = 1,
    progress: (BuildProgress) -> Void = { _ in }
  ) throws(Diagnostic) -> BuiltMixture {
    try folder.clear()
    do throws(Diagnostic) {
      return try write(plan, into: folder, threads: threads, progress)
    } catch {
      // What cannot be removed now goes with the next build.
      try? folder.clear()
      throw error
    }
  }

  private static func write(
    _ plan: MixturePlan, into folder: OutputFolder, threads: Int, _ progress: (BuildProgress) -> Void
  ) throws(Diagnostic) -> BuiltMixture {
    try makeFolder(folder.path + "/" + OutputFolder.evaluationName)
    let files = try ExampleFileWriter(plan, folder: folder.path).write(threads: threads, progress: progress)
    let manifest = MixtureManifest(plan, files: files)
    try write(DatasetCard(plan, files: files).text, OutputFolder.cardName, folder)
    try folder.flush(folder.path + "/" + OutputFolder.evaluationName)
    let summary = try write(manifest.text, OutputFolder.manifestName, folder)
    try folder.flush(folder.path)
    return BuiltMixture(
      trainingExamples: plan.total,
      evaluationExamples: files.reduce(-plan.total) { $0 + $1.file.range.count },
      bytes: files.reduce(0) { $0 + $1.summary.bytes }, manifestSHA256: summary.sha256)
  }

  @discardableResult
  private static func write(
    _ text: String, _ name: String, _ folder: OutputFolder
  ) throws(Diagnostic) -> AtomicFile.Summary {
    var file = try AtomicFile(path: folder.path + "/" + name)
    try file.write(text)
    return try file.commit()
  }
}
