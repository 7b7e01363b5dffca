internal import CCurl

/// One exchange: a handle of libcurl and what has come so far.
final class Transfer {
  let easy: UnsafeMutableRawPointer
  let number: Int
  private var list: UnsafeMutablePointer<curl_slist>?
  /// libcurl writes its words about a failure here.
  private let words: UnsafeMutablePointer<CChar>
  private var headers: [(name: String, value: String)] = []
  private var body: [UInt8] = []
  private var isTooLong = false

  init(_ request: HTTPRequest, number: Int) throws(TransferFailure) {
    // libcurl reads files and mailboxes, too.
    guard request.address.hasPrefix("http://") || request.address.hasPrefix("https://") else {
      throw TransferFailure(.impossible, "the address is not one of the web")
    }
    guard let made = curl_easy_init() else { throw TransferFailure(.impossible, "out of memory") }
    easy = made
    self.number = number
    words = .allocate(capacity: Int(CURL_ERROR_SIZE))
    words.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
    for header in request.headers {
      let longer = curl_slist_append(list, "\(header.name): \(header.value)")
      guard let longer else { throw TransferFailure(.impossible, "out of memory") }
      list = longer
    }
    if request.body != nil {
      // Without this, libcurl asks first whether a long body is welcome, and waits a second for the answer.
      guard let longer = curl_slist_append(list, "Expect:") else {
        throw TransferFailure(.impossible, "out of memory")
      }
      list = longer
    }
    guard configure(request) else {
      throw TransferFailure(.impossible, "libcurl refuses the address or an option")
    }
  }

  deinit {
    curl_easy_cleanup(easy)
    curl_slist_free_all(list)
    words.deallocate()
  }

  private func configure(_ request: HTTPRequest) -> Bool {
    // Safe: libcurl calls back only between start and end of the transfer, while its owner holds this object.
    let me = Unmanaged.passUnretained(self).toOpaque()
    let milliseconds = Int(max(1, min(86_400_000, request.timeout * 1000)))
    var codes = [
      pb_curl_set_text(easy, CURLOPT_URL, request.address),
      // Whatever curl itself can unpack.
      pb_curl_set_text(easy, CURLOPT_ACCEPT_ENCODING, ""),
      // No signals: they would reach the whole program.
      pb_curl_set_number(easy, CURLOPT_NOSIGNAL, 1),
      pb_curl_set_number(easy, CURLOPT_TCP_KEEPALIVE, 1),
      pb_curl_set_number(easy, CURLOPT_TIMEOUT_MS, milliseconds),
      pb_curl_set_number(easy, CURLOPT_CONNECTTIMEOUT_MS, min(30_000, milliseconds)),
      pb_curl_set_pointer(easy, CURLOPT_ERRORBUFFER, words),
      pb_curl_set_pointer(easy, CURLOPT_HTTPHEADER, list),
      pb_curl_set_pointer(easy, CURLOPT_WRITEDATA, me),
      pb_curl_set_pointer(easy, CURLOPT_HEADERDATA, me),
      pb_curl_set_sink(easy, CURLOPT_WRITEFUNCTION) { bytes, size, count, context in
        guard let bytes, let context else { return 0 }
        let transfer = Unmanaged<Transfer>.fromOpaque(context).takeUnretainedValue()
        return transfer.take(UnsafeRawBufferPointer(start: bytes, count: size * count))
      },
      pb_curl_set_sink(easy, CURLOPT_HEADERFUNCTION) { bytes, size, count, context in
        guard let bytes, let context else { return 0 }
        let transfer = Unmanaged<Transfer>.fromOpaque(context).takeUnretainedValue()
        transfer.takeHeader(UnsafeRawBufferPointer(start: bytes, count: size * count))
        return size * count
      },
    ]
    if let body = request.body {
      codes.append(
        body.withUnsafeBytes { pb_curl_copy_body(easy, $0.baseAddress ?? UnsafeRawPointer(words), $0.count) })
    }
    return codes.allSatisfy { $0 == CURLE_OK }
  }

  /// How many bytes were taken; fewer than all ends the transfer.
  private func take(_ bytes: UnsafeRawBufferPointer) -> Int {
    guard body.count + bytes.count <= HTTPTransfers.longestBody else {
      isTooLong = true
      return 0
    }
    body.append(contentsOf: bytes)
    return bytes.count
  }

  private func takeHeader(_ bytes: UnsafeRawBufferPointer) {
    let line = String(decoding: bytes, as: UTF8.self)
    // A further answer begins (after "100 Continue", say): what came before is not its own.
    if line.hasPrefix("HTTP/") { headers.removeAll() }
    guard let colon = line.utf8.firstIndex(of: UInt8(ascii: ":")) else { return }
    let value = line[line.index(after: colon)...].drop { $0.isWhitespace }
    var end = value.endIndex
    while end > value.startIndex, value[value.index(before: end)].isWhitespace {
      end = value.index(before: end)
    }
    headers.append((line[..<colon].lowercased(), String(value[..<end])))
  }

  func result(_ code: CURLcode) -> Result<HTTPResponse, TransferFailure> {
    guard code == CURLE_OK else { return .failure(failure(code)) }
    var status = 0
    pb_curl_get_number(easy, CURLINFO_RESPONSE_CODE, &status)
    return .success(HTTPResponse(status: status, headers: headers, body: body))
  }

  private func failure(_ code: CURLcode) -> TransferFailure {
    if isTooLong {
      return TransferFailure(.broken, "the answer is longer than \(HTTPTransfers.longestBody >> 20) MiB")
    }
    let own = String(cString: words)
    let message = own.isEmpty ? String(cString: curl_easy_strerror(code)) : own
    return TransferFailure(Self.kind(code), message)
  }

  private static func kind(_ code: CURLcode) -> TransferFailure.Kind {
    switch code {
    case CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_RESOLVE_PROXY, CURLE_COULDNT_CONNECT, CURLE_PROXY,
      CURLE_SSL_CONNECT_ERROR, CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CERTPROBLEM,
      CURLE_SSL_CACERT_BADFILE, CURLE_SSL_ISSUER_ERROR:
      .unreachable
    case CURLE_OPERATION_TIMEDOUT: .timeout
    case CURLE_URL_MALFORMAT, CURLE_UNSUPPORTED_PROTOCOL, CURLE_OUT_OF_MEMORY, CURLE_FAILED_INIT: .impossible
    default: .broken
    }
  }
}
