internal import Bytes
internal import HTTP
internal import Transformer

/// What follows from the outcome of one try.
enum EndpointVerdict {
  /// A whole answer; what it holds is still to be read.
  case answered(HTTPResponse)
  /// The server refuses this request and would refuse it again.
  case refused(RequestFailure)
  /// It may go better next time.
  ///
  /// - Parameter after: seconds that the server asks to wait; nil: none.
  case again(String, after: Double?)
  /// There is no connection; perhaps there will be one.
  case unreachable(String)
  /// No request will be answered.
  case hopeless(Diagnostic)

  /// - Parameter endpoint: masked in whatever the server said.
  init(_ result: Result<HTTPResponse, TransferFailure>, to call: EndpointCall, of endpoint: EndpointSettings)
  {
    switch result {
    case .failure(let failure):
      let words = endpoint.key?.masked(in: failure.message) ?? failure.message
      switch failure.kind {
      case .impossible: self = .hopeless(Diagnostic("cannot ask \(endpoint.address.shown): \(words)"))
      case .unreachable: self = .unreachable(words)
      case .timeout, .broken: self = .again(words, after: nil)
      }
    case .success(let response) where response.status == 200: self = .answered(response)
    case .success(let response):
      let said = ServerWords.message(of: response)
      let words = "\(response.status): \(endpoint.key?.masked(in: said) ?? said)"
      self = Self.verdict(response, words, to: call, of: endpoint)
    }
  }

  private static func verdict(
    _ response: HTTPResponse, _ words: String, to call: EndpointCall, of endpoint: EndpointSettings
  ) -> EndpointVerdict {
    let server = endpoint.address.shown
    switch response.status {
    case 401, 403:
      let advice =
        endpoint.key == nil
        ? "put a key into the environment variable \(endpoint.keyVariable), or name another variable with --key-variable"
        : "look at the key in the environment variable \(endpoint.keyVariable)"
      return .hopeless(Diagnostic("the server at \(server) refuses the key (\(words)); \(advice)"))
    case 402:
      return .hopeless(Diagnostic("the server at \(server) wants to be paid (\(words))", cause: .environment))
    case 300..<400:
      let place = response.header("location").map { " to '\($0)'" } ?? ""
      return .hopeless(
        Diagnostic(
          "the server at \(server) sends requests elsewhere\(place); name that address with --endpoint"))
    case 404, 405, 501:
      if call.isProbe { return .refused(RequestFailure(.endpoint, words)) }
      return .hopeless(
        Diagnostic(
          "the server at \(server) has no '\(call.path)' or no such model (\(words)); look at --endpoint, "
            + "--endpoint-kind and --model"))
    case 429 where ServerWords.code(of: response) == "insufficient_quota":
      return .hopeless(
        Diagnostic(
          "nothing is left to pay with at \(server) (\(words)); answers so far are kept", cause: .environment)
      )
    case 408, 409, 425, 429, 500...599: return .again(words, after: delay(response))
    default:
      let text = words.lowercased()
      let isLength =
        ServerWords.code(of: response) == "context_length_exceeded" || response.status == 413
        || text.contains("context length") || text.contains("context window") || text.contains("context size")
        || text.contains("maximum context")
      return .refused(
        RequestFailure(isLength ? .tooLong : .endpoint, "the server refuses the request (\(words))"))
    }
  }

  /// What `Retry-After` asks for: seconds or a date.
  private static func delay(_ response: HTTPResponse) -> Double? {
    if let text = response.header("retry-after-ms"), let value = Double(text), value >= 0 {
      return value / 1000
    }
    guard let text = response.header("retry-after") else { return nil }
    if let value = Double(text) { return value >= 0 && value.isFinite ? value : nil }
    return secondsUntil(httpDate: text).map { max(0, $0) }
  }
}
