public import Bytes
internal import Glibc
public import HTTP

/// Where an OpenAI-compatible server is and how it is to be asked.
///
/// Only the address, `kind` and `model` have a say in results.
public struct EndpointSettings: Sendable {
  /// What of the protocol is used.
  public enum Kind: String, Sendable, Hashable, CaseIterable {
    /// Log-probabilities of completions where the server gives them, else its chat.
    case automatic
    /// `/completions` alone.
    case completions
    /// `/chat/completions` alone.
    case chat
  }

  /// The address that `/completions` and `/chat/completions` stand below, `https://…/v1`.
  public var address: HTTPAddress
  public var kind = Kind.automatic
  /// The model's name at the server; nil: the one that it has.
  public var model: String?
  public var key: EndpointKey?
  /// The environment variable that the key comes from; for messages.
  public var keyVariable = EndpointKey.usualVariable
  /// Requests under way at a time.
  public var concurrency = 8
  /// Above 0; nil: as many as the server takes.
  public var requestsPerMinute: Double?
  /// Seconds that one try may take.
  public var timeout = 120.0
  /// How often a request is sent before it is given up, at least 1.
  public var tries = 6
  /// Seconds before the second try; twice as many before each further one.
  public var firstDelay = 0.5
  /// The folder in which answers are kept.
  public var cache: String

  /// - Parameters:
  ///   - url: the address, with or without `/v1`, or that of `/completions` or `/chat/completions` themselves,
  ///     which then decides the kind.
  ///   - cache: a folder; it is made where it does not exist.
  /// - Throws: a `Diagnostic` for what is no address and for one that holds a name or password.
  public init(url: String, cache: String) throws(Diagnostic) {
    guard var address = HTTPAddress(url) else {
      throw Diagnostic(
        "'\(url)' is no address of a server; expected something like https://host/v1 or http://localhost:8000/v1"
      )
    }
    guard !address.hasCredentials else {
      throw Diagnostic(
        "the address of the endpoint holds a name or a password, which others can see; put the key into an "
          + "environment variable and name it with --key-variable")
    }
    for (ending, kind) in [("/chat/completions", Kind.chat), ("/completions", .completions)]
    where address.path.hasSuffix(ending) {
      address.path.removeLast(ending.utf8.count)
      self.kind = kind
      break
    }
    if address.path.isEmpty { address.path = "/v1" }
    self.address = address
    self.cache = cache
  }
}

extension EndpointSettings {
  /// What each request carries.
  var headers: [(name: String, value: String)] {
    [("Content-Type", "application/json"), ("Accept", "application/json")]
      + (key.map { [("Authorization", $0.authorization)] } ?? [])
  }
}

/// A secret that is sent with each request and shown nowhere.
public struct EndpointKey: Sendable, CustomStringConvertible, CustomDebugStringConvertible,
  CustomReflectable
{
  public static let usualVariable = "OPENAI_API_KEY"
  /// What stands for the key in any text.
  static let mask = "[key]"

  private let secret: String

  /// The key in an environment variable.
  ///
  /// - Returns: nil where the variable is not set or holds blanks alone.
  /// - Throws: a `Diagnostic` for a key that cannot be sent in a header.
  public init?(variable: String) throws(Diagnostic) {
    guard let found = getenv(variable).map({ String(cString: $0) }) else { return nil }
    try self.init(found, variable: variable)
  }

  /// - Parameter variable: where it comes from, for the error.
  package init?(_ text: String, variable: String = usualVariable) throws(Diagnostic) {
    func isBlank(_ byte: UInt8) -> Bool { byte == 32 || (9...13).contains(byte) }
    let bytes = text.utf8.drop(while: isBlank).reversed().drop(while: isBlank).reversed()
    guard !bytes.isEmpty else { return nil }
    guard bytes.allSatisfy({ (33...126).contains($0) }) else {
      throw Diagnostic(
        "the key in the environment variable \(variable) holds blanks or other characters that no key has; set "
          + "it to the key alone")
    }
    secret = String(decoding: bytes, as: UTF8.self)
  }

  /// The value of the header that carries it.
  var authorization: String { "Bearer \(secret)" }

  public var description: String { Self.mask }
  public var debugDescription: String { Self.mask }
  public var customMirror: Mirror { Mirror(self, children: [:]) }

  /// A text of the server without the key; a word of fewer than eight letters (`none`, `EMPTY`) is no secret.
  func masked(in text: String) -> String {
    guard secret.utf8.count >= 8 else { return text }
    return String(
      decoding: Array(text.utf8).replacing(Array(secret.utf8), with: Array(Self.mask.utf8)), as: UTF8.self)
  }
}
