import Foundation
import Testing

/// Records that are read once, by parts, for builds of many shards.
@Suite struct PrepareTests {
  private func project(_ change: (String) -> String = { $0 }) throws -> Workshop {
    let workshop = try Workshop()
    try SmallProject.write(into: workshop)
    try workshop.write("recipe.yaml", change(SmallProject.recipe))
    return workshop
  }

  /// The recipe with near-duplicates looked for, which is what takes time in the pass before the shards.
  private static func searching(_ recipe: String) -> String {
    recipe + "\nrecords:\n  near_duplicates: 0.7\n  test: 0.2\n"
  }

  @Test(arguments: [false, true])
  func shardsOfPreparedRecordsAreTheWholeBuild(searching: Bool) throws {
    let workshop = try project { searching && !$0.contains("\nrecords:") ? Self.searching($0) : $0 }
    #expect(try workshop.run("build", "recipe.yaml", "--output", "whole", "--shards", "3").status == 0)
    let running = try (0..<3).map {
      try workshop.start(["prepare", "recipe.yaml", "--output", "r", "--shards", "3", "--shard", "\($0)"])
    }
    for process in running {
      process.waitUntilExit()
      #expect(process.terminationStatus == 0)
    }
    // The corpora are not needed any more; what they were is in the notes.
    try FileManager.default.removeItem(atPath: workshop.path("corpora/colour/things.jsonl"))
    for shard in 0..<3 {
      let outcome = try workshop.run(
        "build", "recipe.yaml", "--output", "parts", "--records", "r", "--shards", "3", "--shard", "\(shard)")
      #expect(outcome.status == 0, "\(outcome)")
    }
    #expect(try workshop.run("commit", "parts").status == 0)
    let (a, b) = (try workshop.files("whole"), try workshop.files("parts"))
    #expect(a.keys.sorted() == b.keys.sorted())
    for (name, bytes) in a { #expect(bytes == b[name], "\(name) differs") }
    let one = try workshop.run("build", "recipe.yaml", "--output", "one", "--shards", "3", "--records", "r")
    #expect(one.status == 0, "\(one)")
    #expect(try workshop.files("one") == a)
  }

  @Test func finishedTasksAreKeptAndChangedOnesReadAgain() throws {
    let workshop = try project()
    func prepare() throws -> [String: Bool] {
      let outcome = try workshop.run(
        "prepare", "recipe.yaml", "--output", "r", "--resume", "--json", "--quiet")
      #expect(outcome.status == 0, "\(outcome)")
      let report = try JSONSerialization.jsonObject(with: Data(outcome.output.utf8)) as? [String: Any]
      let tasks = report?["tasks"] as? [[String: Any]] ?? []
      return Dictionary(
        uniqueKeysWithValues: tasks.map { ($0["name"] as? String ?? "", $0["kept"] as? Bool ?? false) })
    }
    let first = try prepare()
    #expect(first.count > 1 && first.values.allSatisfy { !$0 })
    let files = try workshop.files("r")
    #expect(try prepare().values.allSatisfy { $0 })
    #expect(try workshop.files("r") == files)
    let things = try workshop.read("corpora/colour/things.jsonl")
    try workshop.write("corpora/colour/things.jsonl", things.replacing("frog", with: "toad"))
    #expect(try prepare().filter { !$0.value }.map(\.key) == ["colour"])
    // A damaged file is found by whoever goes on, and by the build.
    let store = workshop.path("r/colour.records")
    var bytes = try Data(contentsOf: URL(fileURLWithPath: store))
    bytes[bytes.count / 2] ^= 1
    try bytes.write(to: URL(fileURLWithPath: store))
    let built = try workshop.run("build", "recipe.yaml", "--output", "o", "--records", "r")
    #expect(built.status == 3 && built.errors.contains("prepare the task again"), "\(built)")
    #expect(try prepare().filter { !$0.value }.map(\.key) == ["colour"])
    #expect(try workshop.run("build", "recipe.yaml", "--output", "o", "--records", "r").status == 0)
  }

  @Test func recordsOfAnotherRecipeAreRefused() throws {
    let workshop = try project()
    let missing = try workshop.run("build", "recipe.yaml", "--output", "o", "--records", "nowhere")
    #expect(missing.status == 2 && missing.errors.contains("is not prepared in 'nowhere'"), "\(missing)")
    #expect(try workshop.run("prepare", "recipe.yaml", "--output", "r").status == 0)
    try workshop.write("recipe.yaml", SmallProject.recipe.replacing("seed: 11", with: "seed: 12"))
    let seed = try workshop.run("build", "recipe.yaml", "--output", "o", "--records", "r")
    #expect(seed.status == 2 && seed.errors.contains("another recipe: 'seed' is another"), "\(seed)")
    try workshop.write("recipe.yaml", SmallProject.recipe)
    let description = try workshop.read("corpora/colour/corpus.yaml")
    try workshop.write("corpora/colour/corpus.yaml", description + "\nlimit: 5\n")
    let changed = try workshop.run("build", "recipe.yaml", "--output", "o", "--records", "r")
    #expect(
      changed.status == 2 && changed.errors.contains("'corpora/colour/corpus.yaml' has changed"),
      "\(changed)")
    let shard = try workshop.run("prepare", "recipe.yaml", "--output", "r", "--shards", "2", "--shard", "2")
    #expect(shard.status == 2 && shard.errors.contains("no shard 2 of 2"), "\(shard)")
  }
}
