import Bytes
import Evaluation
import FaultyServer
import Foundation
import HTTP
import Records
import Testing
import Transformer

/// The client against a server that misbehaves: nothing is lost and nothing paid twice.
@Suite struct EndpointScorerTests {
  /// A folder for one test's cache.
  private final class Place {
    let path = NSTemporaryDirectory() + "/phrasebook-endpoint-" + UUID().uuidString
    deinit { try? FileManager.default.removeItem(atPath: path) }
    var files: [String] {
      ((try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []).map { path + "/" + $0 }
    }
  }

  private func settings(
    _ server: FaultyServer, _ place: Place, _ change: (inout EndpointSettings) -> Void = { _ in }
  ) throws -> EndpointSettings {
    var settings = try EndpointSettings(url: server.url, cache: place.path)
    settings.firstDelay = 0.01
    settings.timeout = 5
    settings.tries = 4
    change(&settings)
    return settings
  }

  private static let requests = (0..<60).map { number in
    ScoringRequest(prompt: "What colour has thing \(number)?", choices: ["red", "dark green", "no colour"])
  }

  /// What the pretended model gives, by its definition.
  private static func expected(_ request: ScoringRequest) -> [ChoiceScore] {
    request.choices.map { choice in
      let prompt = request.prompt + "\n"
      // The token that begins with the line break goes on into the choice.
      let first = PretendModel.tokens(choice)[0]
      let before = request.prompt
      var sum = PretendModel.logProbability(of: "\n" + first, after: before)
      var isGreedy = sum >= PretendModel.logProbability(of: PretendModel.next(after: before), after: before)
      var text = prompt + first
      for token in PretendModel.tokens(choice).dropFirst() {
        let value = PretendModel.logProbability(of: token, after: text)
        isGreedy =
          isGreedy && value >= PretendModel.logProbability(of: PretendModel.next(after: text), after: text)
        sum += value
        text += token
      }
      return ChoiceScore(logLikelihood: sum, tokens: PretendModel.tokens(choice).count, isGreedy: isGreedy)
    }
  }

  private func check(_ results: [Result<[ChoiceScore], RequestFailure>], _ requests: [ScoringRequest]) throws
  {
    #expect(results.count == requests.count)
    for (result, request) in zip(results, requests) {
      #expect(try result.get() == Self.expected(request))
    }
  }

  private func diagnostic(_ body: () throws -> Void) -> Diagnostic? {
    do { try body() } catch let error as Diagnostic { return error } catch { return nil }
    return nil
  }

  @Test(arguments: [true, false])
  func scoresAreTheServersWithListsAndWithout(_ lists: Bool) throws {
    var manners = FaultyServer.Manners()
    manners.takesLists = lists
    let server = try FaultyServer(manners)
    defer { server.stop() }
    let place = Place()
    var told: [String] = []
    let scorer = try EndpointScorer(settings(server, place)) { told.append($0) }
    #expect(scorer.model == "pretend")
    try check(scorer.scores(Self.requests, threads: 1), Self.requests)
    #expect(
      server.answered.count == (lists ? 70 : 189), "models, eight or nine probes, one or three a record")
    #expect(told.contains { $0.contains("ranked by the server's log-probabilities") })
    guard case .dictionary(let account)? = scorer.account?.value else { return #expect(Bool(false)) }
    #expect(account["ranking"] == "log_probabilities")
    #expect(account["lists"] == .boolean(lists))
    #expect(account["url"] == .string(server.url))
  }

  /// Every request meets up to three faults before it is answered.
  @Test(arguments: [1, 16])
  func faultsLoseNothingAndPayNothingTwice(_ concurrency: Int) throws {
    let faults: [FaultyServer.Fault] = [
      .status(500), .status(429, headers: ["Retry-After: 0"]), .cut, .gone, .nonsense, .lacking,
      .status(503, headers: ["Retry-After: Sun, 06 Nov 1994 08:49:37 GMT"]), .slow, .status(529),
    ]
    var manners = FaultyServer.Manners { body, before in
      let hash = PretendModel.hash(body)
      // A request at a time would wait long for the silent ones.
      if hash % 20 == 0, before == 0 { return .silence(1) }
      guard before < Int(hash % 3) else { return nil }
      return faults[Int(hash / 3 % 81) / (before == 0 ? 1 : 9) % 9]
    }
    manners.takesLists = concurrency == 1
    let server = try FaultyServer(manners)
    defer { server.stop() }
    let place = Place()
    let questions = (0..<40).map { GenerationRequest(prompt: "Say \($0).", maximumTokens: 8) }
    // The cache belongs to one scorer at a time.
    do {
      let scorer = try EndpointScorer(
        settings(server, place) {
          $0.concurrency = concurrency
          $0.timeout = 0.5
          $0.tries = 6
        })
      try check(scorer.scores(Self.requests, threads: 1), Self.requests)
      for (answer, question) in zip(try scorer.generate(questions, threads: 1), questions) {
        #expect(try answer.get().text == PretendModel.reply(to: question.prompt))
      }
    }
    #expect(server.answered.values.allSatisfy { $0 == 1 }, "an answer was paid twice")
    #expect(server.came.values.contains { $0 > 1 })
    #expect(server.mostAtATime <= concurrency)

    // Everything is kept: another scorer asks for nothing, not even what the server can do.
    let before = server.came
    let again = try EndpointScorer(settings(server, place) { $0.model = "pretend" })
    try check(again.scores(Self.requests, threads: 1), Self.requests)
    _ = try again.generate(questions, threads: 1)
    #expect(server.came == before)
  }

  @Test func asManyRequestsAsAllowedAreUnderWay() throws {
    let server = try FaultyServer(
      FaultyServer.Manners { body, _ in body.contains("thing") ? .together(8) : nil })
    defer { server.stop() }
    let scorer = try EndpointScorer(settings(server, Place()) { $0.concurrency = 8 })
    try check(scorer.scores(Self.requests, threads: 1), Self.requests)
    #expect(server.mostAtATime == 8)
  }

  @Test func equalRequestsAreSentOnce() throws {
    let server = try FaultyServer()
    defer { server.stop() }
    let scorer = try EndpointScorer(settings(server, Place()))
    let twice = Array(Self.requests[..<5]) + Self.requests[..<5]
    try check(scorer.scores(twice, threads: 1), twice)
    #expect(server.came.values.allSatisfy { $0 == 1 })
  }

  /// A line with a changed digit, one without its end and one that is no JSON are asked for again, and no other.
  @Test func damagedAnswersAreFetchedAgain() throws {
    let server = try FaultyServer()
    defer { server.stop() }
    let place = Place()
    try check(EndpointScorer(settings(server, place)).scores(Self.requests, threads: 1), Self.requests)
    let file = try #require(place.files.first)
    var lines = try String(contentsOfFile: file, encoding: .utf8).split(separator: "\n").map(String.init)
    let scored = lines.indices.filter { lines[$0].contains("],[") }
    lines[scored[3]] = lines[scored[3]].replacing("[[-", with: "[[-1", maxReplacements: 1)
    lines[scored[9]] = "{"
    let text = lines.joined(separator: "\n")
    try String(text.dropLast(20)).write(toFile: file, atomically: false, encoding: .utf8)
    let before = server.came.values.reduce(0, +)
    var told: [String] = []
    let scorer = try EndpointScorer(settings(server, place) { $0.model = "pretend" }) { told.append($0) }
    try check(scorer.scores(Self.requests, threads: 1), Self.requests)
    #expect(server.came.values.reduce(0, +) - before == 3)
    #expect(told.contains { $0.contains("3 damaged lines") })
  }

  @Test(arguments: [false, true])
  func serversWithoutLogProbabilitiesAreAskedToWrite(_ lies: Bool) throws {
    var manners = FaultyServer.Manners()
    (manners.echoes, manners.isShifted) = (lies, lies)
    let server = try FaultyServer(manners)
    defer { server.stop() }
    var told: [String] = []
    let scorer = try EndpointScorer(settings(server, Place())) { told.append($0) }
    let choices = ["Red", "green", "yes", "7"]
    let requests = (0..<40).map { ScoringRequest(prompt: "Thing \($0)?", choices: choices) }
    var unparsed = 0
    for (result, request) in zip(try scorer.scores(requests, threads: 1), requests) {
      let written = PretendModel.reply(to: request.prompt)
      let place = choices.firstIndex { $0.lowercased() == written.lowercased().filter { $0 != "." } }
      switch result {
      case .success(let scores): #expect(scores.firstIndex { $0.logLikelihood == 0 } == place)
      case .failure(let failure):
        #expect(failure.kind == .unparsed && place == nil)
        unparsed += 1
      }
    }
    #expect(unparsed > 0 && unparsed < 40)
    #expect(
      told.contains { $0.contains("matched") && $0.contains(lies ? "of its own writing" : "not supported") })
    #expect(scorer.account?.notes.count == 1)
  }

  @Test func oneRefusalIsOneFailure() throws {
    let server = try FaultyServer(
      FaultyServer.Manners { body, _ in
        if body.contains("thing 7?") { return .status(500, message: "never") }
        if body.contains("thing 8?") {
          return .status(400, message: "This model's maximum context length is 4096 tokens")
        }
        return body.contains("thing 9?") ? .status(422, message: "not this one") : nil
      })
    defer { server.stop() }
    let scorer = try EndpointScorer(settings(server, Place()))
    let results = try scorer.scores(Self.requests, threads: 1)
    var kinds: [Int: RequestFailure.Kind] = [:]
    for (place, result) in results.enumerated() {
      if case .failure(let failure) = result { kinds[place] = failure.kind }
    }
    #expect(kinds == [7: .endpoint, 8: .tooLong, 9: .endpoint])
    #expect(server.came.filter { $0.key.contains("thing 7?") }.values.allSatisfy { $0 == 4 })
    #expect(server.came.filter { $0.key.contains("thing 9?") }.values.allSatisfy { $0 == 1 })
  }

  @Test func aServerThatAnswersNobodyIsLeft() throws {
    let server = try FaultyServer(
      FaultyServer.Manners { body, _ in body.contains("thing") ? .status(500, message: "down") : nil })
    defer { server.stop() }
    let scorer = try EndpointScorer(settings(server, Place()) { $0.tries = 2 })
    let problem = diagnostic { _ = try scorer.scores(Self.requests, threads: 1) }
    #expect(problem?.cause == .environment)
    #expect(problem?.message.contains("8 requests in a row") == true, "\(String(describing: problem))")
    let closed = try EndpointScorer(
      settings(server, Place()) {
        $0.tries = 2
        $0.model = "m"
      })
    server.stop()
    let unreachable = diagnostic { _ = try closed.scores(Self.requests, threads: 1) }
    #expect(unreachable?.cause == .environment)
    #expect(unreachable?.message.contains("cannot reach the server") == true)
  }

  @Test func aWrongKeyStopsAndIsNotShown() throws {
    var manners = FaultyServer.Manners()
    manners.key = "sk-the-right-one"
    let server = try FaultyServer(manners)
    defer { server.stop() }
    let place = Place()
    for key in ["sk-wrong-wrong-wrong", nil] {
      let problem = diagnostic {
        let scorer = try EndpointScorer(
          settings(server, place) {
            $0.model = "m"
            $0.key = key.flatMap { try? EndpointKey($0) }
          })
        _ = try scorer.scores(Self.requests, threads: 1)
      }
      #expect(problem?.cause == .input)
      #expect(problem?.message.contains("refuses the key") == true)
      #expect(problem?.message.contains("OPENAI_API_KEY") == true)
      #expect(problem?.message.contains("wrong-wrong") == false)
    }
    let scorer = try EndpointScorer(settings(server, place) { $0.key = try? EndpointKey("sk-the-right-one") })
    try check(scorer.scores(Self.requests, threads: 1), Self.requests)
    for file in place.files {
      #expect(try !String(contentsOfFile: file, encoding: .utf8).contains("sk-the-right-one"))
    }
  }

  @Test func waitsAsLongAsItIsAskedTo() throws {
    let server = try FaultyServer(
      FaultyServer.Manners { body, before in
        body.contains("thing 3?") && before == 0 ? .status(429, headers: ["Retry-After: 1"]) : nil
      })
    defer { server.stop() }
    let scorer = try EndpointScorer(settings(server, Place()) { $0.concurrency = 1 })
    let start = ContinuousClock.now
    try check(scorer.scores(Self.requests, threads: 1), Self.requests)
    #expect(ContinuousClock.now - start >= .seconds(1))
    let long = try FaultyServer(FaultyServer.Manners { _, _ in .status(429, headers: ["Retry-After: 7200"]) })
    defer { long.stop() }
    let problem = diagnostic {
      _ = try EndpointScorer(settings(long, Place()) { $0.model = "m" }).scores(Self.requests, threads: 1)
    }
    #expect(problem?.message.contains("asks to wait 7200 seconds") == true)
  }

  @Test func noMoreThanTheRateIsSent() throws {
    let server = try FaultyServer()
    defer { server.stop() }
    let scorer = try EndpointScorer(
      settings(server, Place()) {
        $0.model = "pretend"
        $0.requestsPerMinute = 1_200
      })
    let start = ContinuousClock.now
    let requests = Array(Self.requests[..<20])
    try check(scorer.scores(requests, threads: 1), requests)
    // Nine probes and twenty requests, fifty milliseconds apart.
    #expect(ContinuousClock.now - start >= .milliseconds(28 * 50))
  }

  @Test func aLimitUnderAnotherNameIsTried() throws {
    let server = try FaultyServer(
      FaultyServer.Manners { body, _ in
        body.contains("max_tokens") && body.contains("messages")
          ? .status(400, message: "use 'max_completion_tokens' instead of 'max_tokens'") : nil
      })
    defer { server.stop() }
    let scorer = try EndpointScorer(settings(server, Place()))
    let questions = (0..<9).map { GenerationRequest(prompt: "Say \($0).", maximumTokens: 8) }
    for answer in try scorer.generate(questions, threads: 1) {
      #expect(throws: Never.self) { try answer.get() }
    }
  }

  @Test func modelsAreNamedWhereThereAreSeveral() throws {
    var manners = FaultyServer.Manners()
    manners.models = ["one", "two"]
    let server = try FaultyServer(manners)
    defer { server.stop() }
    let problem = diagnostic { _ = try EndpointScorer(settings(server, Place())) }
    #expect(problem?.message.contains("has 2 models: 'one', 'two'; name one with --model") == true)
  }

  @Test(arguments: [
    ("http://h/v1/chat/completions", "http://h/v1", EndpointSettings.Kind.chat),
    ("http://h/v1/completions", "http://h/v1", .completions), ("http://h:1", "http://h:1/v1", .automatic),
    ("http://h/v1?x=secret", "http://h/v1", .automatic),
  ])
  func addressesAreUnderstood(_ url: String, _ shown: String, _ kind: EndpointSettings.Kind) throws {
    let settings = try EndpointSettings(url: url, cache: "c")
    #expect(settings.address.shown == shown)
    #expect(settings.kind == kind)
  }

  @Test func anAddressWithAPasswordIsRefusedAndNotRepeated() {
    let problem = diagnostic { _ = try EndpointSettings(url: "http://me:hunter22@h/v1", cache: "c") }
    #expect(problem?.message.contains("--key-variable") == true)
    #expect(problem?.message.contains("hunter22") == false)
  }
}
