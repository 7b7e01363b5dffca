public import Bytes
internal import CCurl

/// Exchanges with web servers that run side by side on the calling thread, through libcurl's multi interface:
/// connections are kept and used again, proxies and certificates are found as curl finds them.
///
/// Redirections are not followed: a request that carries a key goes where it was sent and nowhere else.
public final class HTTPTransfers {
  /// An answer longer than this is a failure, so that a broken server cannot fill the memory.
  public static let longestBody = 64 << 20
  /// Never changed after the first use; libcurl asks for one call before everything else.
  private static let isReady = pb_curl_begin() == CURLE_OK

  private let multi: UnsafeMutableRawPointer
  /// Running transfers by their handles.
  private var running: [UnsafeMutableRawPointer: Transfer] = [:]

  /// - Throws: when libcurl cannot be started.
  public init() throws(Diagnostic) {
    guard Self.isReady, let made = curl_multi_init() else {
      throw Diagnostic("libcurl cannot be started; is there memory left?", cause: .environment)
    }
    multi = made
  }

  deinit {
    for transfer in running.values { end(transfer) }
    curl_multi_cleanup(multi)
  }

  /// Transfers that were started and have not been given back.
  public var count: Int { running.count }

  /// Starts an exchange.
  ///
  /// - Parameter number: what the result is known by.
  /// - Throws: a `TransferFailure` for a request that cannot be made.
  public func start(_ request: HTTPRequest, number: Int) throws(TransferFailure) {
    let transfer = try Transfer(request, number: number)
    guard curl_multi_add_handle(multi, transfer.easy) == CURLM_OK else {
      throw TransferFailure(.impossible, "libcurl takes no more transfers")
    }
    running[transfer.easy] = transfer
  }

  /// Goes on with all exchanges and waits until something has happened, at most for some time.
  ///
  /// - Parameter seconds: how long to wait at most.
  /// - Returns: what has ended since, in no certain order.
  public func advance(
    waiting seconds: Double
  ) throws(Diagnostic) -> [(number: Int, result: Result<HTTPResponse, TransferFailure>)] {
    var active: Int32 = 0
    guard curl_multi_perform(multi, &active) == CURLM_OK else { throw Self.fault }
    var done = finished()
    if done.isEmpty {
      let milliseconds = Int32(max(0, min(60_000, (seconds * 1000).rounded(.up))))
      guard curl_multi_poll(multi, nil, 0, milliseconds, nil) == CURLM_OK,
        curl_multi_perform(multi, &active) == CURLM_OK
      else { throw Self.fault }
      done = finished()
    }
    return done
  }

  private func finished() -> [(number: Int, result: Result<HTTPResponse, TransferFailure>)] {
    var done: [(number: Int, result: Result<HTTPResponse, TransferFailure>)] = []
    var code = CURLE_OK
    while let easy = pb_curl_next_done(multi, &code) {
      guard let transfer = running.removeValue(forKey: easy) else { continue }
      done.append((transfer.number, transfer.result(code)))
      end(transfer)
    }
    return done
  }

  private func end(_ transfer: Transfer) {
    curl_multi_remove_handle(multi, transfer.easy)
  }

  private static let fault = Diagnostic("libcurl failed; is there memory left?", cause: .environment)
}
