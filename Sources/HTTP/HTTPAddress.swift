internal import CCurl

/// The parts of a web address, as libcurl reads them.
public struct HTTPAddress: Sendable, Hashable {
  /// `http` or `https`.
  public var scheme: String
  public var host: String
  /// nil where the address names none.
  public var port: String?
  /// Empty or begins with `/`, without `/` at its end.
  public var path: String
  /// Without `?`; nil where there is none.
  public var query: String?
  /// Whether a name or password stands before the host.
  public var hasCredentials: Bool

  /// - Returns: nil for what is no address of the web.
  public init?(_ text: String) {
    guard let parts = curl_url() else { return nil }
    defer { curl_url_cleanup(parts) }
    guard curl_url_set(parts, CURLUPART_URL, text, 0) == CURLUE_OK else { return nil }
    func part(_ which: CURLUPart) -> String? {
      var found: UnsafeMutablePointer<CChar>?
      guard curl_url_get(parts, which, &found, 0) == CURLUE_OK, let found else { return nil }
      defer { curl_free(found) }
      return String(cString: found)
    }
    guard let scheme = part(CURLUPART_SCHEME), ["http", "https"].contains(scheme),
      let host = part(CURLUPART_HOST)
    else { return nil }
    self.scheme = scheme
    self.host = host
    port = part(CURLUPART_PORT)
    var path = part(CURLUPART_PATH) ?? ""
    while path.hasSuffix("/") { path.removeLast() }
    self.path = path
    query = part(CURLUPART_QUERY)
    hasCredentials = part(CURLUPART_USER) != nil || part(CURLUPART_PASSWORD) != nil
  }

  /// Scheme, host, port and path: what may be shown and written down.
  public var shown: String { "\(scheme)://\(host)\(port.map { ":" + $0 } ?? "")\(path)" }

  /// The whole address of something below the path.
  public func below(_ name: String) -> String { shown + name + (query.map { "?" + $0 } ?? "") }
}
