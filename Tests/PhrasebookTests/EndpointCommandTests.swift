import Bytes
import FaultyServer
import Foundation
import JSON
import Records
import Testing

/// `phrasebook evaluate --endpoint`, run as its users run it, against a server in this process.
@Suite struct EndpointCommandTests {
  private static let key = "sk-nobody-may-see-this-0123456789"

  private static func built() throws -> Workshop {
    let workshop = try Workshop()
    try SmallProject.write(into: workshop)
    let outcome = try workshop.run("build", "recipe.yaml", "--output", "out")
    #expect(outcome.status == 0, "\(outcome)")
    return workshop
  }

  private static func evaluate(
    _ workshop: Workshop, _ server: FaultyServer, _ more: [String] = [], key: String? = nil
  ) throws -> Workshop.Outcome {
    try workshop.run(
      ["evaluate", "out", "--endpoint", server.url] + more,
      environment: key.map { ["OPENAI_API_KEY": $0] } ?? [:])
  }

  private static func object(_ text: String) throws -> ValueDictionary {
    guard case .dictionary(let pairs) = try JSONParser().parse(text) else { return [:] }
    return pairs
  }

  /// Figures from the server's model by its definition; a second run, another concurrency and a server that
  /// fails now and then change no byte; the key is nowhere.
  @Test func aServerIsEvaluatedLikeAModel() throws {
    let workshop = try Self.built()
    var manners = FaultyServer.Manners { body, before in
      PretendModel.hash(body) % 5 == 0 && before == 0 ? .status(503) : nil
    }
    manners.key = Self.key
    let server = try FaultyServer(manners)
    defer { server.stop() }
    let outcome = try Self.evaluate(workshop, server, key: Self.key)
    #expect(outcome.status == 0, "\(outcome)")
    #expect(outcome.errors.contains("ranked by the server's log-probabilities"), "\(outcome)")
    let examples = try ["seen_templates", "unseen_templates", "unseen_tasks"].flatMap { cell in
      try workshop.read("out/evaluation/\(cell).jsonl").split(separator: "\n").map {
        try Self.object(String($0))
      }
    }
    let lines = try workshop.read("out/evaluation/predictions.jsonl").split(separator: "\n")
    #expect(lines.count == examples.count)
    for (line, example) in zip(lines, examples) {
      let prediction = try Self.object(String(line))
      guard case .string(let input)? = example["input"] else { continue }
      if case .list(let choices)? = example["choices"] {
        let expected = choices.map { choice -> Value in
          guard case .string(let text) = choice else { return .null }
          return .number(PretendModel.logProbability(of: "\n" + text, after: input))
        }
        #expect(prediction["log_likelihoods"] == .list(expected), "\(line)")
      } else {
        #expect(prediction["prediction"] == .string(PretendModel.reply(to: input)), "\(line)")
      }
    }
    let results = try Self.object(workshop.read("out/evaluation/results.json"))
    guard case .dictionary(let endpoint)? = results["endpoint"] else { return #expect(Bool(false)) }
    #expect(endpoint["url"] == .string(server.url) && endpoint["model"] == "pretend")
    #expect(server.answered.values.allSatisfy { $0 == 1 })

    let first = try workshop.files("out/evaluation")
    let came = server.came
    let again = try Self.evaluate(workshop, server, ["--concurrency", "2"], key: Self.key)
    #expect(again.status == 0, "\(again)")
    #expect(try workshop.files("out/evaluation") == first)
    #expect(
      server.came.filter { !$0.key.hasPrefix("/v1/models") }
        == came.filter { !$0.key.hasPrefix("/v1/models") })
    let fresh = try Self.evaluate(
      workshop, server, ["--concurrency", "1", "--cache", "other"], key: Self.key)
    #expect(fresh.status == 0, "\(fresh)")
    for name in ["results.json", "predictions.jsonl"] {
      #expect(try workshop.files("out/evaluation")[name] == first[name], "\(name)")
    }

    let wrong = try Self.evaluate(workshop, server, ["--cache", "third"], key: Self.key + "-wrong")
    #expect(wrong.status == 2, "\(wrong)")
    for text in [outcome, again, fresh, wrong].flatMap({ [$0.output, $0.errors] }) {
      #expect(!text.contains(Self.key))
    }
    for (name, bytes) in try workshop.files(".") {
      #expect(bytes.firstRange(of: Data(Self.key.utf8)) == nil, "\(name) holds the key")
    }
  }

  /// Killed at many moments, each time gone on with: no answer that was kept is asked for again, and the figures
  /// are those of an undisturbed run.
  @Test func killsPayNothingTwice() throws {
    let workshop = try Self.built()
    let server = try FaultyServer(FaultyServer.Manners { _, _ in .slow })
    defer { server.stop() }
    let words = ["evaluate", "out", "--endpoint", server.url, "--concurrency", "3", "--model", "pretend"]
    var kills = 0
    var kept = 0
    for _ in 0..<6 {
      let goal = server.answered.count + 12
      let process = try workshop.start(words)
      while process.isRunning, server.answered.count < goal { usleep(2_000) }
      guard process.isRunning else { break }
      kill(process.processIdentifier, SIGKILL)
      process.waitUntilExit()
      kills += 1
      let file = try #require(try workshop.files("out/evaluation/cache").first?.value)
      let lines = file.split(separator: 10).count
      #expect(lines >= kept)
      kept = lines
    }
    #expect(kills >= 3)
    #expect(kept > 20)
    let outcome = try workshop.run(words)
    #expect(outcome.status == 0, "\(outcome)")
    // What was under way when a run was killed, three at most, was answered and never seen.
    #expect(server.answered.values.reduce(0) { $0 + $1 - 1 } <= 3 * kills)
    let found = try workshop.files("out/evaluation")
    try FileManager.default.removeItem(atPath: workshop.path("out/evaluation/cache"))
    #expect(try workshop.run(words).status == 0)
    for name in ["results.json", "predictions.jsonl"] {
      #expect(try workshop.files("out/evaluation")[name] == found[name], "\(name)")
    }
  }

  @Test func mistakesAreTold() throws {
    let workshop = try Self.built()
    for (words, status, says) in [
      (["--endpoint", "nowhere"], Int32(2), "'nowhere' is no address of a server"),
      (["--endpoint", "http://h/v1", "--endpoint-kind", "chats"], 2, "did you mean 'chat'?"),
      (["--endpoint", "http://h/v1", "--concurrency", "0"], 2, "'--concurrency' must be from 1 to 1024"),
      (["--endpoint", "http://h/v1", "--key-variable", "NO_SUCH_KEY"], 2, "NO_SUCH_KEY"),
      (["--timeout", "3"], 2, "'--timeout' needs '--endpoint'"),
      (
        ["--endpoint", "http://127.0.0.1:9", "--tries", "1"], 3,
        "cannot ask the server at http://127.0.0.1:9/v1"
      ),
    ] {
      let outcome = try workshop.run(["evaluate", "out"] + words)
      #expect(outcome.status == status && outcome.errors.contains(says), "\(outcome)")
    }
  }
}
