import Bytes
import FaultyServer
import HTTP
import Testing

@Suite struct HTTPTests {
  private func one(_ request: HTTPRequest) throws -> Result<HTTPResponse, TransferFailure> {
    let transfers = try HTTPTransfers()
    try transfers.start(request, number: 7)
    while true {
      let done = try transfers.advance(waiting: 1)
      if let first = done.first {
        #expect(done.count == 1 && first.number == 7 && transfers.count == 0)
        return first.result
      }
    }
  }

  private func kind(_ result: Result<HTTPResponse, TransferFailure>) -> TransferFailure.Kind? {
    if case .failure(let failure) = result { failure.kind } else { nil }
  }

  @Test(arguments: [
    ("http://localhost:8000", "http://localhost:8000", "http://localhost:8000/x"),
    ("https://api.example.org/v1/", "https://api.example.org/v1", "https://api.example.org/v1/x"),
    (
      "https://h.example/openai?api-version=2&k=v", "https://h.example/openai",
      "https://h.example/openai/x?api-version=2&k=v"
    ),
    ("http://[::1]:80/a/b", "http://[::1]:80/a/b", "http://[::1]:80/a/b/x"),
  ])
  func addressesHaveParts(_ text: String, _ shown: String, _ below: String) throws {
    let address = try #require(HTTPAddress(text))
    #expect(address.shown == shown)
    #expect(address.below("/x") == below)
    #expect(!address.hasCredentials)
  }

  @Test func whatIsNoAddressIsNone() {
    for text in ["", "localhost", "ftp://host/x", "http://", "file:///etc/passwd", "http://a b/"] {
      #expect(HTTPAddress(text) == nil, "\(text)")
    }
    #expect(HTTPAddress("https://me:secret@host/v1")?.hasCredentials == true)
    #expect(HTTPAddress("https://me:secret@host/v1")?.shown == "https://host/v1")
  }

  @Test func anAnswerComesWholeAlsoInPieces() throws {
    for fault in [nil, FaultyServer.Fault.slow] {
      let server = try FaultyServer(FaultyServer.Manners { _, _ in fault })
      defer { server.stop() }
      let response = try one(HTTPRequest(address: server.url + "/models")).get()
      #expect(response.status == 200)
      #expect(String(decoding: response.body, as: UTF8.self) == "{\"data\":[{\"id\":\"pretend\"}]}\n")
    }
  }

  @Test func statusAndHeadersAreGiven() throws {
    let server = try FaultyServer(
      FaultyServer.Manners { _, _ in .status(429, headers: ["Retry-After:  17 ", "X-Other: a:b"]) })
    defer { server.stop() }
    let response = try one(HTTPRequest(address: server.url + "/models", body: Array("{}".utf8))).get()
    #expect(response.status == 429)
    #expect(response.header("retry-after") == "17")
    #expect(response.header("x-other") == "a:b")
  }

  @Test func failuresHaveTheirKinds() throws {
    for (fault, expected) in [
      (FaultyServer.Fault.cut, TransferFailure.Kind.broken), (.gone, .broken), (.silence(2), .timeout),
    ] {
      let server = try FaultyServer(FaultyServer.Manners { _, _ in fault })
      defer { server.stop() }
      let result = try one(HTTPRequest(address: server.url + "/models", timeout: 0.3))
      #expect(kind(result) == expected, "\(fault)")
    }
    let closed = try FaultyServer()
    closed.stop()
    #expect(kind(try one(HTTPRequest(address: closed.url))) == .unreachable)
    #expect(kind(try one(HTTPRequest(address: "http://no-such-host.invalid/"))) == .unreachable)
    #expect(throws: TransferFailure.self) {
      try HTTPTransfers().start(HTTPRequest(address: "file:///etc/passwd"), number: 0)
    }
  }

  @Test func manyRunSideBySide() throws {
    let server = try FaultyServer(FaultyServer.Manners { _, _ in .together(12) })
    defer { server.stop() }
    let transfers = try HTTPTransfers()
    for number in 0..<12 {
      try transfers.start(HTTPRequest(address: server.url + "/models"), number: number)
    }
    var numbers: Set<Int> = []
    while transfers.count > 0 {
      for (number, result) in try transfers.advance(waiting: 1) {
        #expect(try result.get().status == 200)
        numbers.insert(number)
      }
    }
    #expect(numbers == Set(0..<12))
    #expect(server.mostAtATime == 12)
  }

  @Test func datesAreReadInHTTPsForms() throws {
    let long = try #require(secondsUntil(httpDate: "Sun, 06 Nov 1994 08:49:37 GMT"))
    let old = try #require(secondsUntil(httpDate: "Sunday, 06-Nov-94 08:49:37 GMT"))
    let c = try #require(secondsUntil(httpDate: "Sun Nov  6 08:49:37 1994"))
    #expect(long < -9e8 && abs(long - old) < 5 && abs(long - c) < 5)
    #expect(secondsUntil(httpDate: "soon") == nil)
  }
}
