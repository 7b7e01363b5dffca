internal import Bytes
internal import HTTP
internal import JSON
internal import Records
internal import Transformer

/// Sends requests side by side, again where that helps, no faster than allowed, and none whose answer is kept.
final class EndpointQueue {
  /// What was done so far.
  struct Counts: Sendable, Hashable {
    /// Tries, whatever became of them.
    var sent = 0
    /// Tries after the first of a request.
    var retried = 0
    /// Requests answered from the cache.
    var cached = 0
  }

  /// A server that leaves so many requests without an answer, one after the other, is not asked further.
  static let hopelessRow = 8
  /// Seconds: whoever asks to wait longer is not waited for.
  static let longestWait = 900.0
  /// An answer that makes no sense is asked for again so often at most: it may have to be paid.
  static let senselessTries = 3

  let settings: EndpointSettings
  private let transfers: HTTPTransfers
  private let cache: AnswerCache
  private let parser: JSONParser
  private let clock = ContinuousClock()
  private let start: ContinuousClock.Instant
  private(set) var counts = Counts()
  /// Distinct requests answered, and what they took; what only asks about the server's abilities is not counted,
  /// since a run that goes on does not ask again.
  private(set) var answered: Set<String> = []
  private(set) var promptTokens = 0
  private(set) var completionTokens = 0
  /// The moment before which nothing is sent: the rate, and what the server asked for.
  private var nextStart = 0.0
  private var pausedUntil = 0.0
  private var answersSeen = 0
  private var row = 0
  /// Newer models of the original server know `max_tokens` under another name only.
  private var renamesLimit = false

  init(_ settings: EndpointSettings, cache: AnswerCache) throws(Diagnostic) {
    self.settings = settings
    self.cache = cache
    transfers = try HTTPTransfers()
    parser = try JSONParser()
    start = clock.now
  }

  private var now: Double { start.duration(to: clock.now) / .seconds(1) }

  private final class Job {
    let number: Int
    let call: EndpointCall
    let name: String
    /// The places in the list of calls that wait for it.
    var places: [Int]
    var tries = 0
    /// Whether the last try had the limit under its newer name.
    var isRenamed = false
    var senseless = 0
    var due = 0.0

    init(_ number: Int, _ call: EndpointCall, name: String, place: Int) {
      (self.number, self.call, self.name, places) = (number, call, name, [place])
    }
  }

  /// The answers to calls, in their order, or why there is none. Equal calls are sent once.
  ///
  /// - Throws: a `Diagnostic` for what stops all of them; answers that came until then are kept.
  func answers(to calls: [EndpointCall]) throws(Diagnostic) -> [Result<EndpointAnswer, RequestFailure>] {
    var results = [Result<EndpointAnswer, RequestFailure>?](repeating: nil, count: calls.count)
    var jobs: [Job] = []
    var known: [String: Job] = [:]
    for (place, call) in calls.enumerated() {
      let name = call.name(server: settings.address.shown)
      if let job = known[name] {
        job.places.append(place)
      } else if let kept = cache.answer(name), let answer = EndpointAnswer(kept, to: call) {
        counts.cached += answered.contains(name) ? 0 : 1
        count(answer, call, name)
        results[place] = .success(answer)
      } else {
        let job = Job(jobs.count, call, name: name, place: place)
        known[name] = job
        jobs.append(job)
      }
    }
    try run(jobs) { job, result in
      for place in job.places { results[place] = result }
    }
    return results.map { $0 ?? .failure(RequestFailure(.endpoint, "the request was not sent")) }
  }

  private func count(_ answer: EndpointAnswer, _ call: EndpointCall, _ name: String) {
    guard !call.isProbe, answered.insert(name).inserted else { return }
    promptTokens += answer.promptTokens
    completionTokens += answer.completionTokens
  }

  private func run(
    _ jobs: [Job], _ finish: (Job, Result<EndpointAnswer, RequestFailure>) -> Void
  ) throws(Diagnostic) {
    var waiting = jobs
    var fault: Diagnostic?
    while transfers.count > 0 || (fault == nil && !waiting.isEmpty) {
      if fault == nil { try startDue(&waiting) }
      var kept: [(name: String, answer: Value)] = []
      for (number, result) in try transfers.advance(waiting: patience(waiting)) {
        let job = jobs[number]
        switch outcome(of: job, result) {
        case .done(let answer):
          kept.append((job.name, answer.value))
          count(answer, job.call, job.name)
          finish(job, .success(answer))
        case .failed(let failure): finish(job, .failure(failure))
        case .later: waiting.append(job)
        case .stop(let diagnostic): fault = fault ?? diagnostic
        }
      }
      try cache.keep(kept)
    }
    if let fault { throw fault }
  }

  /// Starts what may start now, in the order of the calls.
  private func startDue(_ waiting: inout [Job]) throws(Diagnostic) {
    while transfers.count < max(1, settings.concurrency), max(nextStart, pausedUntil) <= now,
      let place = waiting.firstIndex(where: { $0.due <= now })
    {
      let job = waiting.remove(at: place)
      if let rate = settings.requestsPerMinute { nextStart = max(nextStart, now) + 60 / rate }
      counts.sent += 1
      if job.tries > 0 { counts.retried += 1 }
      job.tries += 1
      job.isRenamed = renamesLimit
      do throws(TransferFailure) {
        try transfers.start(request(job.call), number: job.number)
      } catch {
        throw Diagnostic("cannot ask \(settings.address.shown): \(error.message)")
      }
    }
  }

  /// Seconds until something may start.
  private func patience(_ waiting: [Job]) -> Double {
    guard transfers.count < max(1, settings.concurrency), let due = waiting.map(\.due).min() else { return 1 }
    return max(0, max(due, nextStart, pausedUntil) - now)
  }

  private func request(_ call: EndpointCall) -> HTTPRequest {
    var body = call.body
    if renamesLimit, let limit = body["max_tokens"] {
      body["max_tokens"] = nil
      body["max_completion_tokens"] = limit
    }
    return HTTPRequest(
      address: settings.address.below(call.path), headers: settings.headers,
      body: Array(JSONText.line(.dictionary(body)).utf8), timeout: settings.timeout)
  }

  private enum Outcome {
    case done(EndpointAnswer)
    case failed(RequestFailure)
    case later
    case stop(Diagnostic)
  }

  private func outcome(of job: Job, _ result: Result<HTTPResponse, TransferFailure>) -> Outcome {
    switch EndpointVerdict(result, to: job.call, of: settings) {
    case .answered(let response):
      do throws(Diagnostic) {
        let answer = try read(response, job.call)
        answersSeen += 1
        row = 0
        return .done(answer)
      } catch {
        job.senseless += 1
        let said = settings.key?.masked(in: error.message) ?? error.message
        return again(job, "the answer makes no sense: \(said)", after: nil, isSenseless: true)
      }
    case .refused(let failure):
      if !job.isRenamed, job.call.body["max_tokens"] != nil, failure.message.contains("max_completion_tokens")
      {
        renamesLimit = true
        return .later
      }
      if job.call.isProbe { return .failed(failure) }
      row += 1
      guard answersSeen == 0, row >= Self.hopelessRow else { return .failed(failure) }
      return .stop(Diagnostic("the first \(row) requests failed; the last: \(failure.message)"))
    case .hopeless(let diagnostic): return .stop(diagnostic)
    case .again(let words, let delay): return again(job, words, after: delay, isSenseless: false)
    case .unreachable(let words):
      guard job.tries >= settings.tries else { return again(job, words, after: nil, isSenseless: false) }
      return .stop(
        Diagnostic(
          "cannot reach the server at \(settings.address.shown) (\(words)); is it running, and is the address "
            + "right?", cause: .environment))
    }
  }

  private func read(_ response: HTTPResponse, _ call: EndpointCall) throws(Diagnostic) -> EndpointAnswer {
    var document: Result<Value, Diagnostic> = .success(.null)
    response.body.withUnsafeBytes { bytes in
      do throws(Diagnostic) { document = .success(try parser.parse(bytes, path: "answer")) } catch {
        document = .failure(error)
      }
    }
    return try EndpointAnswer(document.get(), of: call)
  }

  private func again(_ job: Job, _ words: String, after delay: Double?, isSenseless: Bool) -> Outcome {
    let server = settings.address.shown
    if let delay {
      guard delay <= Self.longestWait else {
        return .stop(
          Diagnostic(
            "the server at \(server) asks to wait \(Int(min(delay, 1e9))) seconds (\(words)); type the command "
              + "again then: answers so far are kept", cause: .environment))
      }
      // Said of one request, but meant for all.
      pausedUntil = max(pausedUntil, now + delay)
    }
    let limit = max(1, job.call.tries ?? settings.tries)
    guard job.tries < (isSenseless ? min(limit, Self.senselessTries) : limit) else {
      return gaveUp(job, words, isSenseless: isSenseless)
    }
    // Half of the delay is drawn, so that requests that failed together do not come back together.
    let drawn = SeedKey(seed: 0).part(job.name).part(UInt64(job.tries)).unit
    let delays = settings.firstDelay * Double(1 << min(16, job.tries - 1))
    job.due = now + max(delay ?? 0, min(60, delays) * (0.5 + drawn / 2))
    return .later
  }

  private func gaveUp(_ job: Job, _ words: String, isSenseless: Bool) -> Outcome {
    let failure = RequestFailure(
      .endpoint, "no answer after \(job.tries) tr\(job.tries == 1 ? "y" : "ies") (\(words))")
    if job.call.isProbe { return .failed(failure) }
    row += 1
    guard row >= Self.hopelessRow else { return .failed(failure) }
    return .stop(
      Diagnostic(
        "the server at \(settings.address.shown) left \(row) requests in a row without an answer; the last: "
          + "\(failure.message); answers so far are kept", cause: .environment))
  }
}
