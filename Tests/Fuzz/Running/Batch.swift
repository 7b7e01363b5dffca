import Bytes
import Glibc

/// Cases that one child process runs, one after the other.
struct Batch: Sendable {
  var kind: FuzzKind
  var first: Int
  var count: Int
  /// When the child begins no further case, by `ProcessLimits.now`.
  var deadline: UInt64
  /// Holds the file `progress`, and `work`, where the cases' files are written.
  var folder: String

  init(_ kind: FuzzKind, first: Int, count: Int, deadline: UInt64, folder: String) {
    (self.kind, self.first, self.count) = (kind, first, count)
    (self.deadline, self.folder) = (deadline, folder)
  }

  /// From a child's argument.
  init?(_ kind: FuzzKind, _ argument: String) {
    let parts = argument.split(separator: ",", maxSplits: 3)
    guard parts.count == 4, let first = Int(parts[0]), let count = Int(parts[1]),
      let deadline = UInt64(parts[2])
    else { return nil }
    self.init(kind, first: first, count: count, deadline: deadline, folder: String(parts[3]))
  }

  var argument: String { "\(first),\(count),\(deadline),\(folder)" }
}

/// A file in which a child notes how far it is, as shared memory: what it noted survives it.
final class Progress: @unchecked Sendable {
  // Safe to share: one process has it, and there one thread at a time.
  private let words: UnsafeMutablePointer<UInt64>
  private let count: Int

  init(_ batch: Batch) throws {
    count = batch.count
    let (path, size) = (batch.folder + "/progress", (batch.count + 1) * 8)
    let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
    guard descriptor >= 0, ftruncate(descriptor, size) == 0 else {
      throw Diagnostic.system("write", path, errno: errno)
    }
    defer { close(descriptor) }
    guard let memory = mmap(nil, size, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0),
      memory != MAP_FAILED
    else { throw Diagnostic.system("map", path, errno: errno) }
    words = memory.assumingMemoryBound(to: UInt64.self)
  }

  deinit { munmap(words, (count + 1) * 8) }

  /// How many cases were begun.
  var begun: Int {
    get { Int(words[0]) }
    set { words[0] = UInt64(newValue) }
  }

  /// What the case at a place of the batch came to; 0: it did not end.
  subscript(place: Int) -> UInt64 {
    get { words[place + 1] }
    set { words[place + 1] = max(1, newValue) }
  }

  /// The digests of the cases that ended, in order.
  var digests: [UInt64] { (0..<count).map { self[$0] }.prefix { $0 != 0 }.map { $0 } }
}
