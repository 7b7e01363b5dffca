import ArgumentParser
import Glibc

/// The command `phrasebook-fuzz`; see the folder's README.
@main
struct PhrasebookFuzz: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "phrasebook-fuzz",
    abstract: "Give mutated templates, YAML files and records to the library and tell what breaks.",
    discussion: "Exit status: 0 nothing broke; 1 something did; 2 bad usage.")

  @Option(help: ArgumentHelp("Stop after so long (default: 60, unless --cases is given).", valueName: "n"))
  var seconds: Int?

  @Option(help: ArgumentHelp("Cases of each kind.", valueName: "n"))
  var cases: Int?

  @Option(help: ArgumentHelp("Decides the cases.", valueName: "n"))
  var seed: UInt64 = 1

  @Option(help: ArgumentHelp("Begin at this case.", valueName: "n"))
  var first = 0

  @Option(help: ArgumentHelp("templates, yaml or records (default: all).", valueName: "kind"))
  var only: FuzzKind?

  @Option(help: ArgumentHelp("Child processes at a time.", valueName: "n"))
  var jobs = 1

  @Option(help: ArgumentHelp("The repository, for its templates and corpora.", valueName: "dir"))
  var root = "."

  @Option(help: ArgumentHelp("Where failing cases are written.", valueName: "dir"))
  var output = "output/fuzz"

  @Option(help: ArgumentHelp("Megabytes of address space of a child; 0: unlimited.", valueName: "n"))
  var memory = 2048

  @Option(help: ArgumentHelp("Kilobytes of the stack that cases run on.", valueName: "n"))
  var stack = 512

  @Option(help: ArgumentHelp("Seconds of processor time after which a case hangs.", valueName: "n"))
  var patience = 5

  @Option(help: ArgumentHelp("Run one failed case again.", valueName: "dir"))
  var replay: String?

  /// Whether a replayed case that hangs ends like a crash, with a backtrace.
  @Flag(help: .private)
  var traceHang = false

  /// A child's batch: `FIRST,COUNT,DEADLINE,PROGRESS FILE`.
  @Option(help: .private)
  var batch: String?

  func validate() throws {
    for (name, value) in [
      ("seconds", seconds ?? 1), ("cases", cases ?? 1), ("jobs", jobs), ("stack", stack),
      ("patience", patience),
    ] where value < 1 {
      throw ValidationError("'--\(name)' must be at least 1, found \(value).")
    }
    for (name, value) in [("first", first), ("memory", memory)] where value < 0 {
      throw ValidationError("'--\(name)' must be at least 0, found \(value).")
    }
  }

  func run() throws {
    let limits = ProcessLimits(memory: memory << 20, stack: stack << 10, patience: patience)
    if let replay {
      limits.apply()
      if traceHang { signal(SIGPROF) { _ in abort() } }
      return try Worker.replay(replay, limits)
    }
    let makers = try CaseMaker(seed: seed, seeds: SeedPool.collect(root: root))
    if let batch, let only, let batch = Batch(only, batch) {
      limits.apply()
      return try Worker.run(batch, makers, limits)
    }
    var campaign = Campaign(
      makers: makers, root: root, output: output, jobs: jobs, first: first, cases: cases,
      seconds: seconds ?? (cases == nil ? 60 : nil), kinds: only.map { [$0] } ?? FuzzKind.allCases,
      limits: limits)
    guard try campaign.run() else { throw ExitCode(1) }
  }
}

extension FuzzKind: ExpressibleByArgument {}
