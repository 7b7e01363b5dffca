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
  /// SHA-256 of the manifest, which names all files with theirs: equal for equal mixtures. Empty for a shard.
  public var manifestSHA256: String

  init(_ files: [WrittenFile], manifestSHA256: String) {
    func examples(_ isEvaluation: Bool) -> Int {
      files.reduce(0) { $0 + ($1.isEvaluation == isEvaluation && !$1.servesPrompts ? $1.examples : 0) }
    }
    trainingExamples = examples(false)
    evaluationExamples = examples(true)
    bytes = files.reduce(0) { $0 + $1.bytes }
    self.manifestSHA256 = manifestSHA256
  }
}

/// Writes a planned mixture into its folder (DESIGN section 7).
public enum MixtureBuilder {
  /// Writes training shards, evaluation files, dataset card and, last, the manifest; the bytes depend on the
  /// plan alone.
  ///
  /// - Parameters:
  ///   - folder: held for the whole build; what an earlier build left there is removed first.
  ///   - resuming: keeps the files that an earlier build of the same mixture finished; each is read again and
  ///     held against its SHA-256.
  ///   - threads: how many render at once, at least 1.
  ///   - progress: called on the caller's thread after every few hundred examples.
  /// - Throws: a record that a template cannot render (the input's fault), and then the folder holds no file
  ///   of this build; or a fault of the environment, and then it holds the files that were finished, for a
  ///   build that resumes, and no manifest.
  public static func build(
    _ plan: MixturePlan, into folder: OutputFolder, resuming: Bool = false, threads: Int = 1,
    progress: (BuildProgress) -> Void = { _ in }
  ) throws(Diagnostic) -> BuiltMixture {
    let ledger = BuildLedger(plan, folder: folder.path)
    if resuming, fileExists(folder.manifest) {
      // A complete folder has no notes to go by; what it holds is another mixture, or wants no more work.
      guard try ledger.isCommitted() else {
        throw Diagnostic(
          "'\(folder.path)' holds another mixture, which is complete; build without --resume to replace it")
      }
      return try ledger.committed()
    }
    if !resuming { try folder.clear() }
    do throws(Diagnostic) {
      return try write(plan, ledger, into: folder, threads: threads, progress)
    } catch {
      // What cannot be removed now goes with the next build.
      if error.cause != .environment, !resuming { try? folder.clear() }
      throw error
    }
  }

  private static func write(
    _ plan: MixturePlan, _ ledger: BuildLedger, into folder: OutputFolder, threads: Int,
    _ progress: (BuildProgress) -> Void
  ) throws(Diagnostic) -> BuiltMixture {
    try makeFolder(folder.path + "/" + OutputFolder.evaluationName)
    try ledger.begin(writer: "build")
    let files = ExampleFile.all(of: plan)
    var written: [String: WrittenFile] = [:]
    for file in files { written[file.path] = ledger.kept(file.path, isEvaluation: file.isEvaluation) }
    try ExampleFileWriter(plan, files: files.filter { written[$0.path] == nil }, folder: folder.path).write(
      threads: threads, progress: progress
    ) { (file) throws(Diagnostic) in
      try ledger.note(file)
      written[file.path] = file
    }
    let all = files.compactMap { written[$0.path] }
    return BuiltMixture(all, manifestSHA256: try ledger.finish(all, in: folder).sha256)
  }

  /// Writes one training file, and with the first one the evaluation files; no manifest (see
  /// `MixtureCommit`). Builds of different shards may run at the same time, on one machine or many.
  ///
  /// - Parameters:
  ///   - shard: from 0, below the plan's number of shards.
  ///   - resuming: writes nothing that is there already with the right bytes.
  /// - Returns: what was written; nothing where the folder is complete.
  /// - Throws: also where the folder holds files of another mixture: then nothing is changed.
  public static func build(
    _ plan: MixturePlan, shard: Int, into folder: OutputFolder, resuming: Bool = false, threads: Int = 1,
    progress: (BuildProgress) -> Void = { _ in }
  ) throws(Diagnostic) -> BuiltMixture {
    let ledger = BuildLedger(plan, folder: folder.path)
    if fileExists(folder.manifest) {
      guard try ledger.isCommitted() else {
        throw Diagnostic(
          "'\(folder.path)' holds another mixture, which is complete; remove it, or name another folder with "
            + "--output")
      }
      return BuiltMixture([], manifestSHA256: "")
    }
    try makeFolder(folder.path + "/" + OutputFolder.evaluationName)
    try ledger.begin(writer: "shard-\(shard)")
    let lock = try folder.lock(shard: shard)
    defer { withExtendedLifetime(lock) {} }
    let files = [ExampleFile.shard(shard, of: plan)] + (shard == 0 ? ExampleFile.evaluation(of: plan) : [])
    let missing =
      resuming ? files.filter { ledger.kept($0.path, isEvaluation: $0.isEvaluation) == nil } : files
    var written: [WrittenFile] = []
    try ExampleFileWriter(plan, files: missing, folder: folder.path).write(
      threads: threads, progress: progress
    ) { (file) throws(Diagnostic) in
      try ledger.note(file)
      written.append(file)
    }
    return BuiltMixture(written, manifestSHA256: "")
  }
}
