import Bytes
import Evaluation

/// A model behind an OpenAI-compatible server, as the command line names it.
public struct EndpointOptions: Sendable {
  /// The address that `/completions` and `/chat/completions` stand below.
  public var url: String
  /// What of the protocol is used: automatic, completions or chat.
  public var kind: String?
  /// The environment variable that holds the key; nil: OPENAI_API_KEY, where it is set.
  public var keyVariable: String?
  /// Requests under way at a time; nil: 8.
  public var concurrency: Int?
  /// nil: as many as the server takes.
  public var requestsPerMinute: Double?
  /// Seconds that one try may take; nil: 120.
  public var timeout: Double?
  /// How often a request is sent before it is given up; nil: 6.
  public var tries: Int?
  /// The folder in which answers are kept; nil: `evaluation/cache` in the mixture's folder.
  public var cache: String?

  public init(url: String) { self.url = url }

  /// What `kind` may be.
  public static let kinds = EndpointSettings.Kind.allCases.map(\.rawValue)

  /// - Throws: a `Diagnostic` for an address, a kind or a number that makes no sense, and for a variable that was
  ///   named and is not set.
  func settings(model: String?, folder: String) throws(Diagnostic) -> EndpointSettings {
    var settings = try EndpointSettings(url: url, cache: cache ?? folder + "/evaluation/cache")
    settings.model = model
    if let kind {
      guard let known = EndpointSettings.Kind(rawValue: kind) else {
        throw Diagnostic(
          "unknown kind of endpoint '\(kind)'\(suggestion(for: kind, among: Self.kinds)); expected one of "
            + Self.kinds.joined(separator: ", "))
      }
      settings.kind = known
    }
    if let keyVariable { settings.keyVariable = keyVariable }
    settings.key = try EndpointKey(variable: settings.keyVariable)
    if let keyVariable, settings.key == nil {
      throw Diagnostic(
        "the environment variable \(keyVariable), named by --key-variable, is not set or empty")
    }
    settings.concurrency = try Self.checked(concurrency ?? settings.concurrency, 1...1024, "--concurrency")
    settings.tries = try Self.checked(tries ?? settings.tries, 1...100, "--tries")
    settings.timeout = try Self.checked(timeout ?? settings.timeout, 0.001...86_400, "--timeout")
    if let requestsPerMinute {
      settings.requestsPerMinute = try Self.checked(requestsPerMinute, 0.001...1e6, "--requests-per-minute")
    }
    return settings
  }

  private static func checked<Number: Comparable>(
    _ number: Number, _ range: ClosedRange<Number>, _ name: String
  ) throws(Diagnostic) -> Number {
    guard range.contains(number) else {
      throw Diagnostic(
        "'\(name)' must be from \(range.lowerBound) to \(range.upperBound), found \(number)")
    }
    return number
  }
}
