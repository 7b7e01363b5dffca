public import Bytes
import Glibc

/// The folder that a build writes, locked against a second build for as long as this object lives.
///
/// A folder with a manifest is complete: `clear` removes the manifest before anything else, and the builder
/// writes it last.
public final class OutputFolder: Sendable {
  public let path: String
  private let descriptor: Int32

  public static let manifestName = "manifest.json"
  static let cardName = "README.md"
  static let evaluationName = "evaluation"

  /// Makes the folder where it is missing, locks it, and removes what a killed build left unfinished.
  ///
  /// - Throws: a fault of the environment when the folder cannot be written or another build holds it.
  public init(_ path: String) throws(Diagnostic) {
    self.path = path
    try makeFolder(path)
    descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { throw .system("read the folder", path, errno: errno) }
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK else {
      throw Diagnostic(
        "another build is writing into '\(path)'; wait until it ends, or name another folder with --output",
        cause: .environment)
    }
    // Any other failure means that the file system cannot lock folders (some network ones); then it is the
    // user who must not build twice at once.
    guard access(path, W_OK) == 0 else { throw .system("write into the folder", path, errno: errno) }
    for folder in [path, path + "/" + Self.evaluationName] { try removeUnfinished(folder) }
  }

  deinit { close(descriptor) }

  /// Removes what an earlier build wrote, the manifest first. What other commands made of it (model, results)
  /// stays.
  public func clear() throws(Diagnostic) {
    try removeTree(path + "/" + Self.manifestName)
    try flush(path)
    for name in try namesInFolder(path) where name == Self.cardName || Self.isShard(name) {
      try removeTree(path + "/" + name)
    }
    for cell in EvaluationFile.allCases { try removeTree(path + "/" + cell.path) }
  }

  static func shardName(_ shard: Int, of shards: Int) -> String {
    "train-\(fiveDigits(shard))-of-\(fiveDigits(shards)).jsonl"
  }

  private static func isShard(_ name: String) -> Bool {
    name.hasPrefix("train-") && name.hasSuffix(".jsonl") && name.contains("-of-")
  }

  private static func fiveDigits(_ number: Int) -> String {
    let digits = String(number)
    return String(repeating: "0", count: max(0, 5 - digits.utf8.count)) + digits
  }

  /// Makes removals and renames of a folder's entries last through a power cut.
  func flush(_ folder: String) throws(Diagnostic) {
    let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { throw .system("read the folder", folder, errno: errno) }
    defer { close(descriptor) }
    // EINVAL: a file system that cannot flush folders, which then needs none.
    guard fsync(descriptor) == 0 || errno == EINVAL else {
      throw .system("write into the folder", folder, errno: errno)
    }
  }
}

/// Removes temporary files of builds that did not finish. Folders of other commands are left alone: one of
/// them may be training into `model/`.
private func removeUnfinished(_ folder: String) throws(Diagnostic) {
  guard fileExists(folder) else { return }
  for name in try namesInFolder(folder) where name.hasSuffix(AtomicFile.temporarySuffix) {
    try removeTree(folder + "/" + name)
  }
}
