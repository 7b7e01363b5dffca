internal import HTTP
internal import JSON
internal import Records

/// What a server says about a request that it does not answer.
enum ServerWords {
  /// The message of an error's body, in one line of at most 300 bytes or so.
  static func message(of response: HTTPResponse) -> String {
    let document = try? response.body.withUnsafeBytes { try JSONParser().parse($0) }
    return document.map(message) ?? shortened(String(decoding: response.body, as: UTF8.self))
  }

  /// The message where servers put it: `error.message`, `error`, `message` or `detail`.
  static func message(_ value: Value) -> String {
    switch value {
    case .string(let text): return shortened(text)
    case .dictionary(let pairs):
      for key in ["error", "message", "detail"] {
        if let inner = pairs[key], inner != .null { return message(inner) }
      }
      return shortened(JSONText.line(value))
    default: return shortened(JSONText.line(value))
    }
  }

  /// The error's own code, where it has one.
  static func code(of response: HTTPResponse) -> String? {
    guard case .dictionary(let top)? = try? response.body.withUnsafeBytes({ try JSONParser().parse($0) }),
      case .dictionary(let error)? = top["error"], case .string(let code)? = error["code"]
    else { return nil }
    return code
  }

  private static func shortened(_ text: String) -> String {
    let words = text.split { $0.isWhitespace }.joined(separator: " ")
    let scalars = words.unicodeScalars
    let shown = String.UnicodeScalarView(scalars.prefix(300).map { $0.value < 32 ? "\u{FFFD}" : $0 })
    return String(shown) + (scalars.count > 300 ? " …" : "")
  }
}
