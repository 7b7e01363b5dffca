import Foundation
import Testing

/// Whatever happens to a build, no folder looks complete that is not.
@Suite(.serialized) struct FaultTests {
  private func project(total: Int, shards: Int) throws -> Workshop {
    let workshop = try Workshop()
    try SmallProject.write(into: workshop)
    try workshop.write(
      "recipe.yaml",
      SmallProject.recipe.replacing("total: 300", with: "total: \(total)")
        .replacing("shards: 2", with: "shards: \(shards)"))
    return workshop
  }

  private func expectSame(
    _ workshop: Workshop, _ one: String, _ two: String, _ when: String, isCleaned: Bool = true
  ) throws {
    let a = try workshop.files(one)
    // Killed behind its last file, a build may leave what it worked with, in folders that nobody looks into.
    let b = try workshop.files(two).filter { isCleaned || !$0.key.hasPrefix(".") }
    #expect(a.keys.sorted() == b.keys.sorted(), "\(when)")
    for (name, bytes) in a { #expect(bytes == b[name], "\(name) differs \(when)") }
  }

  /// Killed at 50 moments spread over a build, each time gone on with from what is there.
  @Test func fiftyKillsLeaveNothingHalf() throws {
    let workshop = try project(total: 24_000, shards: 6)
    let start = Date()
    #expect(try workshop.run("build", "recipe.yaml", "--output", "whole").status == 0)
    let whole = Date().timeIntervalSince(start)
    var (killed, kept) = (0, 0)
    for round in 0..<50 {
      let output = "killed-\(round)"
      // A permutation of fiftieths, each with a jitter of its own.
      let moment = (Double(round * 17 % 50) + Double(round * 29 % 10) / 10) / 50
      let process = try workshop.start(["build", "recipe.yaml", "--output", output])
      usleep(UInt32(whole * 1e6 * moment))
      kill(process.processIdentifier, SIGKILL)
      process.waitUntilExit()
      let left = (try? workshop.files(output)) ?? [:]
      if left["manifest.json"] != nil {
        try expectSame(workshop, "whole", output, "complete at \(moment)", isCleaned: false)
      } else {
        killed += 1
        kept += left.keys.count { $0.hasPrefix("train-") && $0.hasSuffix(".jsonl") }
        #expect(try workshop.run("audit", output).status == 2, "an incomplete folder is no mixture")
        let again = try workshop.run(
          ["build", "recipe.yaml", "--output", output] + (round % 2 == 0 ? ["--resume"] : []))
        #expect(again.status == 0, "\(again)")
        try expectSame(workshop, "whole", output, "after a kill at \(moment)")
      }
      try FileManager.default.removeItem(atPath: workshop.path(output))
    }
    print(
      "faults: \(killed) of 50 builds were killed before their end, with \(kept) whole files left by them")
    #expect(killed >= 25)
  }

  /// The same for single shards: a commit never takes a hole for a mixture.
  @Test func killedShardsAreMissedByTheCommit() throws {
    let workshop = try project(total: 24_000, shards: 1)
    let words = ["build", "recipe.yaml", "--output", "parts", "--shards", "4", "--shard"]
    let start = Date()
    #expect(try workshop.run(words + ["0"]).status == 0)
    let one = Date().timeIntervalSince(start)
    for shard in 1..<4 {
      let process = try workshop.start(words + ["\(shard)"])
      usleep(UInt32(one * 1e6 * 0.3 * Double(shard)))
      kill(process.processIdentifier, SIGKILL)
      process.waitUntilExit()
    }
    let done = try (1..<4).filter { shard in
      try workshop.files("parts").keys.contains(".shards/train-0000\(shard)-of-00004.jsonl.json")
    }
    let commit = try workshop.run("commit", "parts")
    #expect((commit.status == 0) == (done.count == 3), "\(commit)")
    for shard in 1..<4 { #expect(try workshop.run(words + ["\(shard)", "--resume"]).status == 0) }
    #expect(try workshop.run("commit", "parts").status == 0)
    #expect(try workshop.run("build", "recipe.yaml", "--output", "whole", "--shards", "4").status == 0)
    try expectSame(workshop, "whole", "parts", "after killed shards")
  }

  @Test func aFullDiskKeepsWhatIsWholeForTheNextBuild() throws {
    let workshop = try project(total: 20_000, shards: 8)
    #expect(try workshop.run("build", "recipe.yaml", "--output", "whole").status == 0)
    try FileManager.default.createDirectory(atPath: workshop.path("disk"), withIntermediateDirectories: true)
    guard shell("mount -t tmpfs -o size=2500k tmpfs '\(workshop.path("disk"))' 2>/dev/null") == 0 else {
      print("skipped: a small tmpfs cannot be mounted here")
      return
    }
    defer { _ = shell("umount '\(workshop.path("disk"))'") }
    let outcome = try workshop.run("build", "recipe.yaml", "--output", "disk/out")
    #expect(outcome.status == 3 && outcome.errors.contains("no space left on device"), "\(outcome)")
    let left = try workshop.files("disk/out")
    #expect(left["manifest.json"] == nil && !left.keys.contains { $0.hasSuffix(".partial") }, "\(left.keys)")
    let kept = left.keys.count { $0.hasPrefix("train-") }
    #expect(kept > 0 && kept < 8)
    // The disk grows; the build goes on.
    #expect(shell("mount -o remount,size=64m '\(workshop.path("disk"))'") == 0)
    #expect(try workshop.run("build", "recipe.yaml", "--output", "disk/out", "--resume").status == 0)
    try expectSame(workshop, "whole", "disk/out", "after a full disk")
    // An export onto a full disk leaves nothing either.
    #expect(shell("dd if=/dev/zero of='\(workshop.path("disk/fill"))' bs=1k count=55000 2>/dev/null") == 0)
    let export = try workshop.run("export", "disk/out", "--format", "webdataset")
    #expect(export.status == 3, "\(export)")
    #expect(!(try workshop.files("disk/out").keys.contains { $0.hasPrefix("export/") }))
  }

  @Test func aReadOnlyFolderIsAFaultOfTheEnvironment() throws {
    let workshop = try project(total: 300, shards: 2)
    try FileManager.default.createDirectory(atPath: workshop.path("disk"), withIntermediateDirectories: true)
    guard shell("mount -t tmpfs -o size=8m tmpfs '\(workshop.path("disk"))' 2>/dev/null") == 0 else {
      print("skipped: a read-only file system cannot be mounted here")
      return
    }
    defer { _ = shell("umount '\(workshop.path("disk"))'") }
    #expect(try workshop.run("build", "recipe.yaml", "--output", "disk/out").status == 0)
    let before = try workshop.files("disk")
    #expect(shell("mount -o remount,ro '\(workshop.path("disk"))'") == 0)
    for arguments in [
      ["build", "recipe.yaml", "--output", "disk/out"], ["build", "recipe.yaml", "--output", "disk/new"],
      ["build", "recipe.yaml", "--output", "disk/out", "--shard", "0"], ["commit", "disk/out"],
      ["export", "disk/out", "--format", "alpaca"], ["audit", "disk/out"],
    ] {
      let outcome = try workshop.run(arguments)
      #expect(outcome.status == 3, "\(outcome)")
      #expect(outcome.errors.contains("read-only file system"), "\(outcome)")
    }
    #expect(try workshop.files("disk") == before)
  }

  /// No output holds a time, and no decision rests on one: clocks and dates of files may jump.
  @Test func clocksDoNotMatter() throws {
    let workshop = try project(total: 2_000, shards: 3)
    #expect(try workshop.run("build", "recipe.yaml", "--output", "one").status == 0)
    for (place, date) in ["197001020000", "203712310000", "200001010000"].enumerated() {
      #expect(
        shell(
          "find '\(workshop.path("corpora"))' '\(workshop.path("templates"))' -exec touch -t \(date) {} +")
          == 0)
      let output = place == 0 ? "one" : "two"
      #expect(try workshop.run("build", "recipe.yaml", "--output", output, "--resume").status == 0)
    }
    #expect(shell("touch -t 203712310000 '\(workshop.path("two/train-00001-of-00003.jsonl"))'") == 0)
    #expect(try workshop.run("build", "recipe.yaml", "--output", "two", "--resume").status == 0)
    try expectSame(workshop, "one", "two", "after clocks jumped")
    let clocks = [" time(", "clock_gettime", "gettimeofday", "ContinuousClock", "SuspendingClock", "st_mtim"]
    for target in ["Bytes", "Records", "Corpora", "Diversity", "Mixtures"] {
      for file in Repository.swiftFiles(under: "Sources/\(target)") {
        let code = try Repository.text(file)
        for clock in clocks { #expect(!code.contains(clock), "\(file) looks at a clock: \(clock)") }
      }
    }
  }

  private func shell(_ command: String) -> Int32 {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/bin/sh")
    process.arguments = ["-c", command]
    guard (try? process.run()) != nil else { return -1 }
    process.waitUntilExit()
    return process.terminationStatus
  }
}
