public import Bytes
import Compression
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
  /// Where the manifest stands, if the folder is complete.
  var manifest: String { path + "/" + Self.manifestName }
  static let evaluationName = "evaluation"

  /// Makes the folder where it is missing, locks it, and, held alone, removes what a killed build left unfinished.
  ///
  /// - Parameter isShared: held together with builds of other shards, against those of the whole.
  /// - Throws: a fault of the environment when the folder cannot be written or another build holds it.
  public init(_ path: String, isShared: Bool = false) throws(Diagnostic) {
    self.path = path
    try makeFolder(path)
    descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { throw .system("read the folder", path, errno: errno) }
    guard flock(descriptor, (isShared ? LOCK_SH : LOCK_EX) | LOCK_NB) == 0 || errno != EWOULDBLOCK else {
      throw Diagnostic(
        "another build is writing into '\(path)'; wait until it ends, or name another folder with --output",
        cause: .environment)
    }
    // Any other failure means that the file system cannot lock folders (some network ones); then it is the
    // user who must not build twice at once.
    guard access(path, W_OK) == 0 else { throw .system("write into the folder", path, errno: errno) }
    guard !isShared else { return }
    for folder in [path, path + "/" + Self.evaluationName, path + "/" + BuildLedger.folderName] {
      try removeUnfinished(folder)
    }
  }

  deinit { close(descriptor) }

  /// Removes what an earlier build wrote, the manifest first. What other commands made of it (model, results)
  /// stays.
  public func clear() throws(Diagnostic) {
    try removeTree(path + "/" + Self.manifestName)
    try flush(path)
    let ours = [Self.cardName, Croissant.fileName, BuildLedger.folderName]
    for name in try namesInFolder(path) where ours.contains(name) || Self.isShard(name) {
      try removeTree(path + "/" + name)
    }
    for cell in EvaluationFile.allCases { try removeTree(path + "/" + cell.path) }
  }

  /// Removes training files that a mixture of these files does not have: a pattern like `train-*` finds them all.
  func removeStrays(keeping paths: [String]) throws(Diagnostic) {
    let kept = Set(paths)
    for name in try namesInFolder(path) where Self.isShard(name) && !kept.contains(name) {
      try removeTree(path + "/" + name)
    }
  }

  /// Holds one shard of a folder that is held together with others, until the lock goes.
  package func lock(shard: Int) throws(Diagnostic) -> ShardLock {
    try makeFolder(path + "/" + BuildLedger.folderName)
    return try ShardLock(path + "/" + BuildLedger.folderName + "/\(shard).lock", shard: shard)
  }

  static func shardName(_ shard: Int, of shards: Int, _ compression: Compression?) -> String {
    "train-\(fiveDigits(shard))-of-\(fiveDigits(shards)).jsonl\(compression?.ending ?? "")"
  }

  private static func isShard(_ name: String) -> Bool {
    name.hasPrefix("train-") && name.contains("-of-")
      && ["", Compression.gzip.ending, Compression.zstd.ending].contains { name.hasSuffix(".jsonl" + $0) }
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

/// One build's hold on one shard; the system lets go of it with the process.
package final class ShardLock: Sendable {
  private let descriptor: Int32

  init(_ path: String, shard: Int) throws(Diagnostic) {
    descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw .system("write", path, errno: errno) }
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK else {
      close(descriptor)
      throw Diagnostic("another build is writing shard \(shard); wait until it ends", cause: .environment)
    }
  }

  deinit { close(descriptor) }
}

/// Removes temporary files of builds that did not finish. Folders of other commands are left alone: one of
/// them may be training into `model/`.
private func removeUnfinished(_ folder: String) throws(Diagnostic) {
  guard fileExists(folder) else { return }
  for name in try namesInFolder(folder) where name.hasSuffix(AtomicFile.temporarySuffix) {
    try removeTree(folder + "/" + name)
  }
}
