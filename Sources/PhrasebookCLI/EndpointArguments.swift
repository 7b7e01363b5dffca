import ArgumentParser
import Phrasebook

/// How a model behind a server is named and asked.
struct EndpointArguments: ParsableArguments {
  @Option(
    help: ArgumentHelp("An OpenAI-compatible server instead of a model of one's own.", valueName: "url"))
  var endpoint: String?

  @Option(
    help: ArgumentHelp(
      "What of the server is used: \(EndpointOptions.kinds.joined(separator: ", ")) (default: automatic).",
      valueName: "kind"))
  var endpointKind: String?

  @Option(
    help: ArgumentHelp(
      "The environment variable that holds the server's key (default: OPENAI_API_KEY).", valueName: "name"))
  var keyVariable: String?

  @Option(help: ArgumentHelp("Requests to the server at a time (default: 8).", valueName: "n"))
  var concurrency: Int?

  @Option(help: ArgumentHelp("Requests a minute at most (default: no limit).", valueName: "n"))
  var requestsPerMinute: Double?

  @Option(
    help: ArgumentHelp("Seconds that the server may take for an answer (default: 120).", valueName: "s"))
  var timeout: Double?

  @Option(
    help: ArgumentHelp("How often a request is sent before it is given up (default: 6).", valueName: "n"))
  var tries: Int?

  @Option(
    help: ArgumentHelp(
      "The folder in which the server's answers are kept (default: evaluation/cache in the folder).",
      valueName: "dir"))
  var cache: String?

  func validate() throws {
    let others: [(name: String, isGiven: Bool)] = [
      ("--endpoint-kind", endpointKind != nil), ("--key-variable", keyVariable != nil),
      ("--concurrency", concurrency != nil), ("--requests-per-minute", requestsPerMinute != nil),
      ("--timeout", timeout != nil), ("--tries", tries != nil), ("--cache", cache != nil),
    ]
    if endpoint == nil, let other = others.first(where: \.isGiven) {
      throw ValidationError("'\(other.name)' needs '--endpoint'.")
    }
  }

  var options: EndpointOptions? {
    endpoint.map { url in
      var options = EndpointOptions(url: url)
      options.kind = endpointKind
      options.keyVariable = keyVariable
      options.concurrency = concurrency
      options.requestsPerMinute = requestsPerMinute
      options.timeout = timeout
      options.tries = tries
      options.cache = cache
      return options
    }
  }
}
