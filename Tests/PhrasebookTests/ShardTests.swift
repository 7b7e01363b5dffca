import Foundation
import JSON
import Testing

/// Shards that are built one by one, on one machine or many, and committed.
@Suite struct ShardTests {
  private func project(_ change: (String) -> String = { $0 }) throws -> Workshop {
    let workshop = try Workshop()
    try SmallProject.write(into: workshop)
    try workshop.write("recipe.yaml", change(SmallProject.recipe))
    return workshop
  }

  private func build(_ workshop: Workshop, _ output: String, shard: Int, of shards: Int, _ more: String...)
    throws
    -> Workshop.Outcome
  {
    try workshop.run(
      ["build", "recipe.yaml", "--output", output, "--shards", "\(shards)", "--shard", "\(shard)"] + more)
  }

  private func expectSame(_ workshop: Workshop, _ one: String, _ two: String) throws {
    let (a, b) = (try workshop.files(one), try workshop.files(two))
    #expect(a.keys.sorted() == b.keys.sorted())
    for (name, bytes) in a { #expect(bytes == b[name], "\(name) differs") }
  }

  @Test func committedShardsAreTheWholeBuild() throws {
    let workshop = try project()
    #expect(try workshop.run("build", "recipe.yaml", "--output", "whole", "--shards", "5").status == 0)
    for shard in [3, 0, 4, 1] {
      let outcome = try build(workshop, "parts", shard: shard, of: 5)
      #expect(outcome.status == 0 && outcome.output.contains("shard \(shard) of 5"), "\(outcome)")
    }
    let early = try workshop.run("commit", "parts")
    #expect(early.status == 1, "\(early)")
    #expect(early.errors.contains("1 of 12 files are missing: shards 2"), "\(early)")
    #expect(!(try workshop.files("parts").keys.contains("manifest.json")))
    #expect(try workshop.run("train", "parts").status == 2, "no manifest, no mixture")
    #expect(try build(workshop, "parts", shard: 2, of: 5).status == 0)
    let commit = try workshop.run("commit", "parts", "--threads", "2")
    #expect(commit.status == 0, "\(commit)")
    try expectSame(workshop, "whole", "parts")
    // Again, and a straggler behind it: nothing happens.
    #expect(try workshop.run("commit", "parts").output.contains("complete already"))
    let late = try build(workshop, "parts", shard: 2, of: 5)
    #expect(late.status == 0 && late.output.contains("was there already"), "\(late)")
    try expectSame(workshop, "whole", "parts")
  }

  @Test func shardsAtTheSameTimeDoNotDisturbEachOther() throws {
    let workshop = try project { $0.replacing("total: 300", with: "total: 9000") }
    #expect(try workshop.run("build", "recipe.yaml", "--output", "whole", "--shards", "6").status == 0)
    let running = try (0..<6).map {
      try workshop.start([
        "build", "recipe.yaml", "--output", "parts", "--shards", "6", "--shard", "\($0)", "--threads", "1",
      ])
    }
    for process in running {
      process.waitUntilExit()
      #expect(process.terminationStatus == 0)
    }
    #expect(try workshop.run("commit", "parts").status == 0)
    try expectSame(workshop, "whole", "parts")
  }

  @Test func compressedShardsReadLikeOthers() throws {
    let workshop = try project { $0.replacing("shards: 2", with: "shards: 2\n  compression: zstd") }
    for arguments in [["build"], ["build", "--resume"]] {
      let outcome = try workshop.run(arguments + ["recipe.yaml", "--output", "out"])
      #expect(outcome.status == 0, "\(outcome)")
    }
    #expect(try workshop.files("out").keys.contains("train-00001-of-00002.jsonl.zst"))
    #expect(try workshop.run("audit", "out").status == 0)
    #expect(try workshop.run("train", "out", "--steps", "1").status == 0)
    try workshop.write("recipe.yaml", SmallProject.recipe)
    #expect(try workshop.run("build", "recipe.yaml", "--output", "plain").status == 0)
    for format in ["messages", "tfrecord"] {
      for folder in ["out", "plain"] {
        let export = try workshop.run("export", folder, "--format", format, "--output", "\(folder)-\(format)")
        #expect(export.status == 0, "\(export)")
      }
      var (one, two) = (try workshop.files("out-\(format)"), try workshop.files("plain-\(format)"))
      one["export.json"] = nil
      two["export.json"] = nil
      #expect(one == two && one.count > 3)
    }
  }

  /// A corpus that changes between two shards would make a mixture that no recipe makes.
  @Test func aCorpusChangedBetweenTwoShardsIsRefused() throws {
    let workshop = try project()
    #expect(try build(workshop, "parts", shard: 0, of: 2).status == 0)
    let before = try workshop.files("parts")
    let things = try workshop.read("corpora/colour/things.jsonl")
    try workshop.write("corpora/colour/things.jsonl", things.replacing("frog", with: "toad"))
    for more in [[], ["--resume"]] {
      let outcome = try workshop.run(
        ["build", "recipe.yaml", "--output", "parts", "--shards", "2", "--shard", "1"] + more)
      #expect(outcome.status == 2, "\(outcome)")
      #expect(outcome.errors.contains("'corpora/colour/things.jsonl' has changed since"), "\(outcome)")
    }
    #expect(try workshop.files("parts") == before)
    #expect(try workshop.run("commit", "parts").status == 1)
    // So are other settings and another number of shards.
    try workshop.write("corpora/colour/things.jsonl", things)
    #expect(try build(workshop, "parts", shard: 1, of: 3).errors.contains("'shard_count' differs"))
    try workshop.write("recipe.yaml", SmallProject.recipe.replacing("seed: 11", with: "seed: 12"))
    #expect(try build(workshop, "parts", shard: 1, of: 2).errors.contains("'recipe.yaml' has changed since"))
    try workshop.write("recipe.yaml", SmallProject.recipe)
    #expect(try build(workshop, "parts", shard: 1, of: 2).status == 0)
    #expect(try workshop.run("commit", "parts").status == 0)
  }

  @Test func damageBeforeTheCommitIsFound() throws {
    let workshop = try project()
    for shard in 0..<2 { #expect(try build(workshop, "parts", shard: shard, of: 2).status == 0) }
    let name = "parts/train-00001-of-00002.jsonl"
    let whole = try workshop.read(name)
    try workshop.write(name, String(whole.dropLast(40)))
    let outcome = try workshop.run("commit", "parts")
    #expect(
      outcome.status == 1 && outcome.errors.contains("train-00001-of-00002.jsonl' has the SHA-256"),
      "\(outcome)")
    #expect(try build(workshop, "parts", shard: 1, of: 2, "--resume").status == 0)
    #expect(try workshop.run("commit", "parts").status == 0)
    #expect(try workshop.read(name) == whole)
  }

  @Test func nothingToCommitIsSaid() throws {
    let workshop = try project()
    #expect(try workshop.run("commit", "nowhere").status == 2)
    try FileManager.default.createDirectory(atPath: workshop.path("empty"), withIntermediateDirectories: true)
    #expect(try workshop.run("commit", "empty").errors.contains("nothing to commit"))
    let outcome = try build(workshop, "parts", shard: 5, of: 5)
    #expect(outcome.status == 2 && outcome.errors.contains("expected 0 to 4"), "\(outcome)")
  }

  /// A mixture that is complete is never replaced by a single shard, nor by one that goes on.
  @Test func aCompleteMixtureIsNotOverwrittenByAPart() throws {
    let workshop = try project()
    #expect(try workshop.run("build", "recipe.yaml", "--output", "out").status == 0)
    let before = try workshop.files("out")
    try workshop.write("recipe.yaml", SmallProject.recipe.replacing("seed: 11", with: "seed: 12"))
    for more in [["--shard", "0"], ["--resume"]] {
      let outcome = try workshop.run(["build", "recipe.yaml", "--output", "out"] + more)
      #expect(outcome.status == 2 && outcome.errors.contains("holds another mixture"), "\(outcome)")
      #expect(try workshop.files("out") == before)
    }
  }
}
