import Foundation
import JSON
import Records
import Testing

/// What the project promises of a build, a training and an evaluation, tried on the built program.
@Suite struct AcceptanceTests {
  private func project() throws -> Workshop {
    let workshop = try Workshop()
    try SmallProject.write(into: workshop)
    return workshop
  }

  private func succeed(_ workshop: Workshop, _ arguments: String...) throws -> Workshop.Outcome {
    let outcome = try workshop.run(arguments)
    try #require(outcome.status == 0, "\(outcome)")
    return outcome
  }

  @Test func bytesDoNotDependOnThreadsOrTheFolder() throws {
    let workshop = try project()
    _ = try succeed(workshop, "build", "recipe.yaml", "--output", "one", "--threads", "1")
    _ = try succeed(workshop, "build", "recipe.yaml", "--output", "two", "--threads", "2")
    let (one, two) = (try workshop.files("one"), try workshop.files("two"))
    #expect(one.keys.sorted() == two.keys.sorted())
    for (name, bytes) in one { #expect(bytes == two[name], "\(name) differs") }
  }

  @Test(arguments: 0..<6)
  func aKilledBuildRunAgainGivesTheSameBytes(round: Int) throws {
    let workshop = try project()
    let large = SmallProject.recipe.replacing("total: 300", with: "total: 60000")
    try workshop.write("recipe.yaml", large)
    let start = Date()
    _ = try succeed(workshop, "build", "recipe.yaml", "--output", "whole")
    let whole = Date().timeIntervalSince(start)
    let process = try workshop.start(["build", "recipe.yaml", "--output", "killed"])
    usleep(UInt32(whole * 1e6 * (0.1 + 0.15 * Double(round))))
    kill(process.processIdentifier, SIGKILL)
    process.waitUntilExit()
    _ = try succeed(workshop, "build", "recipe.yaml", "--output", "killed")
    let (one, two) = (try workshop.files("whole"), try workshop.files("killed"))
    #expect(one.keys.sorted() == two.keys.sorted())
    for (name, bytes) in one { #expect(bytes == two[name], "\(name) differs") }
  }

  /// Counts by the formula, computed here from the manifest's e_m alone: a second implementation.
  @Test func realizedCountsEqualTheFormula() throws {
    let workshop = try project()
    _ = try succeed(workshop, "build", "recipe.yaml", "--output", "out")
    let manifest = try JSONParser().parseFile(workshop.path("out/manifest.json"))
    let total = 300
    let cap = 60.0
    var names: [String] = []
    var weights: [Double] = []
    var counted: [String: Int] = [:]
    for task in manifest["tasks"].list {
      names.append(task["name"].string)
      weights.append(min(Double(task["records"]["train"].integer), cap))
      counted[task["name"].string] = task["count"].integer
    }
    let sum = weights.reduce(0, +)
    let exact = weights.map { Double(total) * $0 / sum }
    var counts = exact.map { Int($0.rounded(.down)) }
    let order = exact.indices.sorted {
      (exact[$0] - exact[$0].rounded(.down), $1) > (exact[$1] - exact[$1].rounded(.down), $0)
    }
    for place in order.prefix(total - counts.reduce(0, +)) { counts[place] += 1 }
    var realized: [String: Int] = [:]
    for example in try examples(workshop, "out", prefix: "train-") { realized[example.task, default: 0] += 1 }
    for (name, count) in zip(names, counts) {
      #expect(realized[name, default: 0] == count, "task \(name)")
      #expect(counted[name] == count, "task \(name) in the manifest")
    }
    #expect(realized.values.reduce(0, +) == total)
  }

  @Test func noHeldOutTemplateOccursInAnyTrainingFile() throws {
    let workshop = try project()
    _ = try succeed(workshop, "build", "recipe.yaml", "--output", "out")
    let manifest = try JSONParser().parseFile(workshop.path("out/manifest.json"))
    let heldOut = manifest["tasks"].list.flatMap { $0["templates"]["unseen"].list.map { $0["id"].string } }
    #expect(heldOut.count == 2 + 2 + 3, "a third of 6 and of 5 templates, and all of the held-out cluster")
    var training = ""
    for name in try workshop.files("out").keys where name.hasPrefix("train-") {
      training += try workshop.read("out/" + name)
    }
    for id in heldOut { #expect(!training.contains(id)) }
    // The held-out phrasings' own words: none of them may occur. The words of each template of the small
    // project occur in no other.
    let phrases = [
      "plain": "What colour is the", "listed": "Pick red or green for", "cloze": " looks",
      "dialogue": "A: I saw this:",
      "order": "Name one colour and nothing else", "plus": " + ", "words": "Add ", "question": "How much do",
      "story": "coins and found", "same": "the same as", "alike": "alike, yes or no",
      "match": "match or differ",
    ]
    for task in manifest["tasks"].list {
      for template in task["templates"]["unseen"].list {
        if let phrase = phrases[template["name"].string] {
          #expect(!training.contains(phrase), "'\(phrase)'")
        }
      }
    }
  }

  @Test func noTestRecordIsTrainedOnAndTheCellsPair() throws {
    let workshop = try project()
    _ = try succeed(workshop, "build", "recipe.yaml", "--output", "out")
    let trained = Set(try examples(workshop, "out", prefix: "train-").map(\.record))
    let seen = try examples(workshop, "out/evaluation", prefix: "seen_templates")
    let unseen = try examples(workshop, "out/evaluation", prefix: "unseen_templates")
    #expect(Set(seen.map(\.record)) == Set(unseen.map(\.record)))
    #expect(trained.isDisjoint(with: seen.map(\.record)))
    #expect(Set(seen.map(\.template)).isDisjoint(with: unseen.map(\.template)))
    let tasks = try examples(workshop, "out/evaluation", prefix: "unseen_tasks")
    #expect(Set(tasks.map(\.task)) == ["pair"])
  }

  @Test func trainingGivesTheSameModelWhenCutOffAndTwoEvaluationsTheSameResults() throws {
    let workshop = try project()
    for folder in ["a", "b"] { _ = try succeed(workshop, "build", "recipe.yaml", "--output", folder) }
    _ = try succeed(workshop, "train", "a", "--threads", "2")
    let process = try workshop.start(["train", "b", "--threads", "1"])
    usleep(150_000)
    kill(process.processIdentifier, SIGKILL)
    process.waitUntilExit()
    _ = try succeed(workshop, "train", "b", "--resume", "--threads", "1")
    let (one, two) = (try workshop.files("a/model"), try workshop.files("b/model"))
    #expect(one.keys.sorted() == two.keys.sorted())
    for (name, bytes) in one { #expect(bytes == two[name], "model/\(name) differs") }
    _ = try succeed(workshop, "evaluate", "a", "--threads", "1")
    let first = try workshop.files("a/evaluation")
    _ = try succeed(workshop, "evaluate", "a", "--threads", "2")
    let second = try workshop.files("a/evaluation")
    for name in ["results.json", "predictions.jsonl"] {
      #expect(first[name] != nil && first[name] == second[name], "\(name) differs")
    }
    let report = try succeed(workshop, "report", "a")
    #expect(report.output.contains("gap"), "\(report)")
    #expect(try workshop.read("a/report.html").contains("</html>"))
  }

  @Test func runDoesTheWholeJobAndPrintsTheGap() throws {
    let workshop = try project()
    let outcome = try succeed(workshop, "run", "recipe.yaml")
    for word in ["seen", "unseen", "gap", "colour", "sum"] {
      #expect(outcome.output.contains(word), "no '\(word)'\n\(outcome)")
    }
    #expect(FileManager.default.fileExists(atPath: workshop.path("output/small/report.html")))
    let json = try succeed(workshop, "report", "output/small", "--json")
    #expect(try JSONParser().parse(json.output)["gap"]["level"].number == 0.95)
  }

  @Test func anUnwritableOutputIsAFaultOfTheEnvironment() throws {
    let workshop = try project()
    let outcome = try workshop.run("build", "recipe.yaml", "--output", "/sys/phrasebook")
    #expect(outcome.status == 3, "\(outcome)")
    #expect(outcome.errors.contains("/sys/phrasebook"), "\(outcome)")
    try workshop.write("file", "x")
    let taken = try workshop.run("build", "recipe.yaml", "--output", "file")
    #expect(taken.status == 2, "\(taken)")
  }

  @Test func aFullDiskLeavesNoManifest() throws {
    let workshop = try project()
    try workshop.write("recipe.yaml", SmallProject.recipe.replacing("total: 300", with: "total: 20000"))
    try FileManager.default.createDirectory(atPath: workshop.path("disk"), withIntermediateDirectories: true)
    guard system("mount -t tmpfs -o size=512k tmpfs '\(workshop.path("disk"))' 2>/dev/null") == 0 else {
      print("skipped: a small tmpfs cannot be mounted here")
      return
    }
    defer { _ = system("umount '\(workshop.path("disk"))'") }
    let outcome = try workshop.run("build", "recipe.yaml", "--output", "disk/out")
    #expect(outcome.status == 3, "\(outcome)")
    #expect(outcome.errors.contains("no space left on device"), "\(outcome)")
    let left = try workshop.files("disk").keys
    #expect(!left.contains("out/manifest.json") && !left.contains { $0.hasSuffix(".partial") }, "\(left)")
  }

  @Test func twoBuildsIntoOneFolderAtOnceAreRefused() throws {
    let workshop = try project()
    try workshop.write("recipe.yaml", SmallProject.recipe.replacing("total: 300", with: "total: 400000"))
    let first = try workshop.start(["build", "recipe.yaml", "--output", "out"])
    defer { first.waitUntilExit() }
    usleep(100_000)
    let second = try workshop.run("build", "recipe.yaml", "--output", "out")
    if first.isRunning || second.status != 0 {
      #expect(second.status != 0 && second.errors.contains("another build"), "\(second)")
    }
  }

  private func examples(_ workshop: Workshop, _ folder: String, prefix: String) throws -> [Example] {
    var all: [Example] = []
    for name in try workshop.files(folder).keys.sorted() where name.hasPrefix(prefix) {
      try ExampleLines.read(workshop.path(folder) + "/" + name) { all.append($0) }
    }
    return all
  }

  private func system(_ command: String) -> Int32 {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/bin/sh")
    process.arguments = ["-c", command]
    guard (try? process.run()) != nil else { return -1 }
    process.waitUntilExit()
    return process.terminationStatus
  }
}

/// Short ways into parsed JSON, for expectations: what is missing reads as empty.
extension Value {
  subscript(_ key: String) -> Value {
    if case .dictionary(let fields) = self { return fields[key] ?? .null }
    return .null
  }

  var list: [Value] { if case .list(let items) = self { items } else { [] } }
  var string: String { if case .string(let text) = self { text } else { "" } }
  var integer: Int { if case .integer(let number) = self { Int(number) } else { -1 } }

  var number: Double {
    switch self {
    case .number(let number): number
    case .integer(let number): Double(number)
    default: .nan
    }
  }
}
