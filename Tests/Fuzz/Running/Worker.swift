import Bytes
import Glibc

/// The child's side: runs cases until the batch, the time or the process ends.
enum Worker {
  /// The exit status after a case in which the library broke a promise.
  static let violated: Int32 = 10

  static func run(_ batch: Batch, _ maker: CaseMaker, _ limits: ProcessLimits) throws {
    let progress = try Progress(batch)
    try enter(batch.folder + "/work")
    try limits.onSmallStack {
      for place in 0..<batch.count where ProcessLimits.now() < batch.deadline {
        progress.begun = place + 1
        progress[place] = check(maker.make(batch.kind, batch.first + place), limits)
      }
    }
    let resident = residentBytes()
    guard resident <= ProcessLimits.resident else {
      say("the batch left \(resident >> 20) MB in memory")
      exit(violated)
    }
  }

  static func replay(_ folder: String, _ limits: ProcessLimits) throws {
    let test = try FuzzCase.read(from: folder)
    let work = "/tmp/phrasebook-fuzz-\(getpid())"
    try enter(work)
    try limits.onSmallStack { _ = check(test, limits) }
    try removeTree(work)
    say("passes")
  }

  private static func enter(_ folder: String) throws {
    try makeFolder(folder)
    guard chdir(folder) == 0 else { throw Diagnostic.system("enter", folder, errno: errno) }
  }

  private static func check(_ test: FuzzCase, _ limits: ProcessLimits) -> UInt64 {
    limits.startClocks()
    do {
      return try CaseCheck.run(test)
    } catch {
      say("\(error)")
      exit(violated)
    }
  }

  static func say(_ text: String) {
    _ = Array((text + "\n").utf8).withUnsafeBytes { writeAll(2, $0) }
  }

  private static func residentBytes() -> Int {
    guard let file = try? ChildProcess.contents("/proc/self/statm") else { return 0 }
    let words = file.split(separator: " ")
    return words.count > 1 ? (Int(words[1]) ?? 0) * Int(sysconf(Int32(_SC_PAGESIZE))) : 0
  }
}
