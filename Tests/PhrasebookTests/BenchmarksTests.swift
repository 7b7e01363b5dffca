import Foundation
import Testing

/// The benchmarks take minutes and the network; what of them can be checked without is checked here.
@Suite struct BenchmarksTests {
  private struct Outcome {
    var status: Int32
    var said: String
  }

  private func python(_ arguments: String...) throws -> Outcome {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["python3", "-B"] + arguments
    process.environment = ProcessInfo.processInfo.environment.merging(
      ["PYTHONPATH": Repository.root + "/Benchmarks"]) { $1 }
    process.standardInput = FileHandle.nullDevice
    let pipe = Pipe()
    process.standardOutput = pipe
    process.standardError = pipe
    try process.run()
    let said = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    return Outcome(status: process.terminationStatus, said: said)
  }

  /// Every file of Benchmarks that is Python: by its name, or by its first line where it is to be run by name.
  private func scripts() throws -> [String] {
    let folder = Repository.root + "/Benchmarks"
    let names = FileManager.default.enumerator(atPath: folder)?.compactMap { $0 as? String } ?? []
    return try names.sorted().map { folder + "/" + $0 }.filter { path in
      var isFolder: ObjCBool = false
      guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), !isFolder.boolValue,
        !path.contains("__pycache__")
      else { return false }
      return try path.hasSuffix(".py")
        || ((path as NSString).pathExtension.isEmpty
          && Repository.text(path).hasPrefix("#!/usr/bin/env python3\n"))
    }
  }

  @Test func everyScriptCompiles() throws {
    let scripts = try scripts()
    for name in ["render", "mix", "train", "measure.py", "peers/render_polars.py"] {
      #expect(scripts.contains(Repository.root + "/Benchmarks/" + name))
    }
    for script in scripts {
      let outcome = try python(
        "-W", "error", "-c", "import sys; compile(open(sys.argv[1]).read(), sys.argv[1], 'exec')", script)
      #expect(outcome.status == 0, "\(outcome.said)")
    }
  }

  /// Each benchmark that one runs is told of in the README beside it.
  @Test func everyBenchmarkIsDescribed() throws {
    let readme = try Repository.text("Benchmarks/README.md")
    for script in try scripts() where (script as NSString).pathExtension.isEmpty {
      #expect(readme.contains("`\((script as NSString).lastPathComponent)`"), "\(script)")
    }
  }

  struct Comparison: CustomTestStringConvertible, Sendable {
    var testDescription: String
    /// Targets of the peer's examples, whose inputs are "0", "1", …, and the order in which they stand.
    var targets: [String]
    var order: [Int]
    var same: Bool
  }

  static let comparisons = [
    Comparison(testDescription: "in order", targets: ["a", "b"], order: [0, 1], same: true),
    Comparison(testDescription: "in another order", targets: ["a", "b"], order: [1, 0], same: true),
    Comparison(testDescription: "another target", targets: ["a", "c"], order: [0, 1], same: false),
    Comparison(testDescription: "targets exchanged", targets: ["b", "a"], order: [0, 1], same: false),
    Comparison(testDescription: "one too few", targets: ["a"], order: [0], same: false),
    Comparison(testDescription: "one too many", targets: ["a", "b", "c"], order: [0, 1, 2], same: false),
    Comparison(testDescription: "one twice", targets: ["a", "b"], order: [0, 0], same: false),
  ]

  @Test(arguments: comparisons)
  func differencesFromThePeersAreFound(_ comparison: Comparison) throws {
    let workshop = try Workshop()
    let ours = ["a", "b", "z"].enumerated().map {
      #"{"template":"t","input":"\#($0)","target":"\#($1)"}"# + "\n"
    }
    let theirs = comparison.order.map {
      #"{"template":"t","input":"\#($0)","target":"\#(comparison.targets[$0])"}"# + "\n"
    }
    try workshop.write("ours", ours.joined())
    try workshop.write("theirs", theirs.joined())
    let outcome = try python(
      Repository.root + "/Benchmarks/same.py", workshop.path("ours"), "2=" + workshop.path("theirs"))
    #expect((outcome.status == 0) == comparison.same, "\(outcome.said)")
    #expect(outcome.said.contains("different output") != comparison.same, "\(outcome.said)")
  }

  @Test func anErrorOfOursIsNoSameOutput() throws {
    let workshop = try Workshop()
    try workshop.write("ours", #"{"record":"0","template":"t","error":"no"}"# + "\n")
    try workshop.write("theirs", "")
    let outcome = try python(
      Repository.root + "/Benchmarks/same.py", workshop.path("ours"), "0=" + workshop.path("theirs"))
    #expect(outcome.status == 1 && outcome.said.contains("error: no"), "\(outcome.said)")
  }

  @Test(arguments: [("pair", "templates.yaml"), ("question", "templates-unfolded.yaml")])
  func madeRecordsRenderThroughEveryTemplate(_ record: String, _ templates: String) throws {
    let workshop = try Workshop()
    let made = try python(
      "-c", "import made, sys; made.write(sys.argv[1], 300, record=sys.argv[2])",
      workshop.path("records.jsonl"), record)
    try #require(made.status == 0, "\(made.said)")
    let outcome = try workshop.run(
      "render", "--templates", Repository.root + "/Benchmarks/" + templates, "--records", "records.jsonl")
    #expect(outcome.status == 0, "\(outcome)")
    let lines = outcome.output.split(separator: "\n")
    #expect(lines.count == 3_000)
    #expect(lines.allSatisfy { $0.contains(#","targets":["#) && !$0.contains(#","targets":[""]"#) })
  }
}
