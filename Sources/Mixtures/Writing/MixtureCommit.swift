public import Bytes
import Synchronization

/// Makes a mixture of the files that builds of single shards left in a folder.
public enum MixtureCommit {
  /// Reads every file again, holds it against the SHA-256 that its build noted, and writes card and manifest.
  ///
  /// - Parameter folder: held for the whole commit; no build may be running in it.
  /// - Returns: what the mixture holds; nil where the folder is complete already.
  /// - Throws: everything that is missing or damaged (a finding); then nothing is changed.
  public static func commit(_ folder: OutputFolder, threads: Int = 1) throws(Diagnostics) -> BuiltMixture? {
    if fileExists(folder.manifest) { return nil }
    var problems: [Diagnostic] = []
    do throws(Diagnostic) {
      guard let ledger = try BuildLedger(readingFrom: folder.path) else {
        throw Diagnostic(
          "nothing to commit in '\(folder.path)': no shard was built there; run 'phrasebook build RECIPE "
            + "--shards N --shard i' for every i first")
      }
      let files: [WrittenFile]
      (files, problems) = try inventory(ledger, threads: threads)
      if problems.isEmpty {
        try folder.removeStrays(keeping: files.map(\.path))
        return BuiltMixture(files, manifestSHA256: try ledger.finish(files, in: folder).sha256)
      }
    } catch {
      throw Diagnostics(error)
    }
    throw Diagnostics(problems)
  }

  private static func inventory(
    _ ledger: BuildLedger, threads: Int
  ) throws(Diagnostic) -> (files: [WrittenFile], problems: [Diagnostic]) {
    let expected = try ledger.paths()
    var files: [WrittenFile] = []
    var missing: [Int] = []
    for (number, place) in expected.enumerated() {
      if let file = try ledger.noted(place.path, isEvaluation: place.isEvaluation) {
        files.append(file)
      } else {
        missing.append(number)
      }
    }
    var problems: [Diagnostic] = []
    if !missing.isEmpty {
      let shards = missing.filter { !expected[$0].isEvaluation }
      let what = shards.isEmpty ? "the evaluation files" : "shards \(ranges(shards))"
      problems.append(
        Diagnostic(
          "\(missing.count) of \(expected.count) files are missing: \(what) (those of the evaluation come with "
            + "shard 0); build them with --shard", cause: .finding))
    }
    problems += try damaged(files, ledger.folder, threads: threads).map {
      Diagnostic("\($0); build that shard again with --shard", cause: .finding)
    }
    return (files, problems)
  }

  /// Reads all files, several at once; what is wrong with them, in their order.
  private static func damaged(
    _ files: [WrittenFile], _ folder: String, threads: Int
  ) throws(Diagnostic) -> [String] {
    let state = Mutex((next: 0, found: [Int: String]()))
    let workers = try WorkerThreads(min(threads, max(1, files.count))) {
      while true {
        let number = state.withLock { state in
          state.next += 1
          return state.next - 1
        }
        guard number < files.count else { return }
        let problem = files[number].problem(in: folder)
        state.withLock { $0.found[number] = problem }
      }
    }
    workers.join()
    return state.withLock { state in files.indices.compactMap { state.found[$0] } }
  }

  /// Numbers in words: `3, 17–19`.
  private static func ranges(_ numbers: [Int]) -> String {
    var parts: [ClosedRange<Int>] = []
    for number in numbers {
      if let last = parts.last, last.upperBound + 1 == number {
        parts[parts.count - 1] = last.lowerBound...number
      } else {
        parts.append(number...number)
      }
    }
    let shown = parts.prefix(20).map {
      $0.count == 1 ? "\($0.lowerBound)" : "\($0.lowerBound)–\($0.upperBound)"
    }
    return shown.joined(separator: ", ") + (parts.count > 20 ? " …" : "")
  }
}
