/// A question to a web server.
public struct HTTPRequest: Sendable {
  /// `https://host[:port]/path[?query]`, or the same with `http`.
  public var address: String
  /// In the order in which they are sent.
  public var headers: [(name: String, value: String)]
  /// Sent by POST; nil: asked by GET.
  public var body: [UInt8]?
  /// Seconds that the whole exchange may take, connecting included; above 0.
  public var timeout: Double

  public init(
    address: String, headers: [(name: String, value: String)] = [], body: [UInt8]? = nil,
    timeout: Double = 120
  ) {
    self.address = address
    self.headers = headers
    self.body = body
    self.timeout = timeout
  }
}

/// A server's whole answer.
public struct HTTPResponse: Sendable {
  public var status: Int
  /// Names in lower case, in the order in which they came; of several answers to one request the last one's.
  public var headers: [(name: String, value: String)]
  public var body: [UInt8]

  public init(status: Int, headers: [(name: String, value: String)] = [], body: [UInt8] = []) {
    self.status = status
    self.headers = headers
    self.body = body
  }

  /// The first header of a name that is given in lower case.
  public func header(_ name: String) -> String? { headers.first { $0.name == name }?.value }
}

/// Why there is no whole answer.
public struct TransferFailure: Error, Sendable, Hashable {
  public var kind: Kind
  /// libcurl's words, without anything that was sent.
  public var message: String

  public enum Kind: Sendable, Hashable {
    /// No connection: the name is unknown, nobody listens, the certificate is not to be trusted.
    case unreachable
    /// It took too long.
    case timeout
    /// The connection ended before the answer did, or the answer was no HTTP.
    case broken
    /// The request could not be made at all: the address is malformed or there is no memory.
    case impossible
  }

  public init(_ kind: Kind, _ message: String) {
    self.kind = kind
    self.message = message
  }
}
