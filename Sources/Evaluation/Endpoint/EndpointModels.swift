internal import Bytes
internal import HTTP
internal import JSON
internal import Records
internal import Transformer

/// The names of the models that a server has.
enum EndpointModels {
  /// The one model of a server.
  ///
  /// - Throws: a `Diagnostic` where it has several or does not tell, and where it cannot be asked.
  static func only(of settings: EndpointSettings) throws(Diagnostic) -> String {
    let names = try names(settings)
    guard names.count == 1 else {
      let list = names.prefix(8).map { "'\($0)'" }.joined(separator: ", ")
      throw Diagnostic(
        "the server at \(settings.address.shown) has \(names.count) models\(names.isEmpty ? "" : ": \(list)"); "
          + "name one with --model")
    }
    return names[0]
  }

  private static func names(_ settings: EndpointSettings) throws(Diagnostic) -> [String] {
    let transfers = try HTTPTransfers()
    // A call by name only: what is refused here is no fault of a request.
    var call = EndpointCall(path: "/models", body: [:], expectation: .text(stops: []))
    call.isProbe = true
    var words = ""
    for number in 0..<max(1, settings.tries) {
      let result = try once(transfers, settings, number)
      switch EndpointVerdict(result, to: call, of: settings) {
      case .answered(let response):
        do throws(Diagnostic) { return try Self.names(in: response) } catch { words = error.message }
      case .refused(let failure): throw unknown(settings, failure.message)
      case .hopeless(let diagnostic): throw diagnostic
      case .again(let said, _), .unreachable(let said): words = said
      }
      if number + 1 < settings.tries {
        _ = try transfers.advance(waiting: min(30, settings.firstDelay * Double(1 << min(number, 16))))
      }
    }
    throw Diagnostic(
      "cannot ask the server at \(settings.address.shown) for its models (\(words)); is it running, and is the "
        + "address right?", cause: .environment)
  }

  private static func once(
    _ transfers: HTTPTransfers, _ settings: EndpointSettings, _ number: Int
  ) throws(Diagnostic) -> Result<HTTPResponse, TransferFailure> {
    let request = HTTPRequest(
      address: settings.address.below("/models"), headers: settings.headers, timeout: settings.timeout)
    do throws(TransferFailure) { try transfers.start(request, number: number) } catch {
      return .failure(error)
    }
    while true {
      if let done = try transfers.advance(waiting: 1).first { return done.result }
    }
  }

  private static func names(in response: HTTPResponse) throws(Diagnostic) -> [String] {
    let text = String(decoding: response.body, as: UTF8.self)
    let advice = "name the model with --model"
    let top = JSONNode(try JSONParser().parse(text, path: "answer"), file: "answer", advice: advice)
    var names: [String] = []
    for item in try top.required("data").items() { names.append(try item.required("id").text()) }
    return names
  }

  private static func unknown(_ settings: EndpointSettings, _ words: String) -> Diagnostic {
    Diagnostic(
      "the server at \(settings.address.shown) does not tell its models (\(words)); name one with --model")
  }
}
