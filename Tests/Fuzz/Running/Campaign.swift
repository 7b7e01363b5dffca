import Bytes
import Glibc

/// The parent's side: gives batches to children, and finds out what broke in those that die.
struct Campaign {
  let maker: CaseMaker
  let root: String
  let output: String
  let jobs: Int
  /// Cases of each kind; nil: as many as there is time for.
  let cases: Int?
  let kinds: [FuzzKind]
  let limits: ProcessLimits
  private let folder: String
  private let deadline: UInt64
  private var next: [FuzzKind: Int]
  private let first: Int
  private var turn = 0
  private var running: [Run] = []
  /// What is left of batches whose child died, and batches to be done again.
  private var waiting: [(batch: Batch, expected: [UInt64]?)] = []
  private var tally: [FuzzKind: (cases: Int, failures: Int)] = [:]
  private var signatures: [String: Int] = [:]
  private var started = 0

  private static let batchSize = 250
  /// One batch in so many is done twice.
  private static let repeated = 10

  private struct Run {
    var child: ChildProcess
    var batch: Batch
    var progress: Progress
    /// What the cases came to in another process.
    var expected: [UInt64]?
  }

  init(
    makers maker: CaseMaker, root: String, output: String, jobs: Int, first: Int, cases: Int?, seconds: Int?,
    kinds: [FuzzKind], limits: ProcessLimits
  ) {
    (self.maker, self.root, self.output) = (maker, root, output)
    (self.jobs, self.cases, self.kinds, self.limits) = (jobs, cases, kinds, limits)
    self.first = first
    next = Dictionary(uniqueKeysWithValues: kinds.map { ($0, first) })
    // Memory, not a disk, where there is such a folder: every case writes files.
    folder = (fileExists("/dev/shm") ? "/dev/shm" : "/tmp") + "/phrasebook-fuzz-\(getpid())"
    deadline = seconds.map { ProcessLimits.now() + UInt64($0) * 1_000_000_000 } ?? .max
  }

  /// - Returns: whether nothing broke.
  mutating func run() throws -> Bool {
    try makeFolder(folder)
    defer { try? removeTree(folder) }
    Worker.say("fuzz: seed \(maker.seed), \(maker.seeds.templates.count) templates to begin with")
    while true {
      while running.count < jobs, let (batch, expected) = nextBatch() { try start(batch, expected) }
      guard !running.isEmpty else { break }
      try finishOne()
    }
    var sound = true
    for kind in kinds {
      let (cases, failures) = tally[kind] ?? (0, 0)
      Worker.say("fuzz: \(kind.rawValue): \(cases) cases, \(failures) failures")
      sound = sound && failures == 0
    }
    return sound
  }

  private mutating func nextBatch() -> (Batch, [UInt64]?)? {
    guard ProcessLimits.now() < deadline else { return nil }
    started += 1
    let place = "\(folder)/\(started)"
    if var again = waiting.popLast() {
      again.batch.folder = place
      return (again.batch, again.expected)
    }
    for _ in kinds {
      let kind = kinds[turn % kinds.count]
      turn += 1
      let start = next[kind] ?? 0
      let count = min(Self.batchSize, cases.map { first + $0 - start } ?? .max)
      guard count > 0 else { continue }
      next[kind] = start + count
      return (Batch(kind, first: start, count: count, deadline: deadline, folder: place), nil)
    }
    return nil
  }

  private mutating func start(_ batch: Batch, _ expected: [UInt64]?) throws {
    try makeFolder(batch.folder)
    let progress = try Progress(batch)
    let child = try ChildProcess(
      options + [
        "--root", root, "--seed", "\(maker.seed)", "--only", batch.kind.rawValue, "--batch", batch.argument,
      ], log: batch.folder + "/log", traced: false)
    running.append(Run(child: child, batch: batch, progress: progress, expected: expected))
  }

  private var options: [String] {
    [
      "--memory", "\(limits.memory >> 20)", "--stack", "\(limits.stack >> 10)", "--patience",
      "\(limits.patience)",
    ]
  }

  private mutating func finishOne() throws {
    var status: Int32 = 0
    let process = waitpid(-1, &status, 0)
    guard let place = running.firstIndex(where: { $0.child.process == process }) else { return }
    let run = running.remove(at: place)
    let ending = ChildProcess.Ending(status)
    let (digests, batch) = (run.progress.digests, run.batch)
    if let expected = run.expected {
      if let differing = zip(expected, digests).enumerated().first(where: { $1.0 != $1.1 })?.offset {
        try fail(batch, batch.first + differing, .violation, log: "another process came to something else\n")
      }
    } else {
      tally[batch.kind, default: (0, 0)].cases += digests.count + (ending == .finished ? 0 : 1)
    }
    if ending != .finished {
      let number = batch.first + max(0, run.progress.begun - 1)
      try fail(batch, number, ending, log: try ChildProcess.contents(batch.folder + "/log"))
      let left = batch.first + batch.count - (number + 1)
      if left > 0 {
        waiting.append(
          (Batch(batch.kind, first: number + 1, count: left, deadline: deadline, folder: ""), nil))
      }
    } else if run.expected == nil, digests.count == batch.count,
      batch.first / Self.batchSize % Self.repeated == 0
    {
      waiting.append((batch, digests))
    }
    try removeTree(batch.folder)
  }

  /// Runs a failed case again alone, writes it out, and makes it smaller when it is the first of its kind.
  private mutating func fail(_ batch: Batch, _ number: Int, _ ending: ChildProcess.Ending, log: String) throws
  {
    tally[batch.kind, default: (0, 0)].failures += 1
    let test = maker.make(batch.kind, number)
    let place = "\(output)/\(batch.kind.rawValue)-\(maker.seed)-\(number)"
    try test.write(to: place)
    let again = options + ["--replay", place] + (ending == .hang ? ["--trace-hang"] : [])
    let child = try ChildProcess(again, log: place + "/report.txt", traced: true)
    var alone = child.wait()
    if ending == .hang, alone == .signal(SIGABRT) { alone = .hang }
    var failure = Failure(batch.kind, number, alone, log: try ChildProcess.contents(child.log))
    if alone == .finished { failure = Failure(batch.kind, number, ending, log: log) }
    signatures[failure.signature, default: 0] += 1
    let seen = signatures[failure.signature] ?? 0
    Worker.say("fuzz: \(batch.kind.rawValue) case \(number): \(failure.signature) (\(seen))")
    guard seen <= 2 else { return try removeTree(place) }
    if alone == .finished {
      Worker.say("  passes when it is run alone; in its batch it said:\n\(log)")
    } else if seen == 1 {
      let smaller = try Minimizer(alone, folder: folder + "/smaller", arguments: options).smaller(test)
      try smaller.write(to: place + "/smaller")
      for part in smaller.parts {
        Worker.say("  \(part.name): \(String(decoding: part.bytes.prefix(400), as: UTF8.self))")
      }
      if alone == .violation { Worker.say("  \(failure.log.prefix(1000))") }
    }
    Worker.say("  run it again: scripts/fuzz --replay \(place)")
  }
}
