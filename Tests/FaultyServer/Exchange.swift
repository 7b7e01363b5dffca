import Glibc
import JSON
import Records
import Synchronization

/// The requests of one connection, one after the other.
struct Exchange {
  private let server: FaultyServer
  private let connection: Int32

  init(_ server: FaultyServer, _ connection: Int32) {
    (self.server, self.connection) = (server, connection)
  }

  func run() {
    var bytes: [UInt8] = []
    while let request = next(&bytes) {
      let name = request.path + "\n" + request.body
      let before = server.record.withLock { record in
        record.came[name, default: 0] += 1
        return record.came[name, default: 0] - 1
      }
      if case .silence(let seconds)? = server.manners.fault(request.body, before) {
        // Not counted among those under way: whoever asked may have left before this is over.
        usleep(UInt32(seconds * 1e6))
        return
      }
      server.record.withLock { record in
        record.underWay += 1
        record.mostAtATime = max(record.mostAtATime, record.underWay)
      }
      let goesOn = answer(request, name, before)
      server.record.withLock { $0.underWay -= 1 }
      guard goesOn else { return }
    }
  }

  private struct Request {
    var path: String
    var headers: [String]
    var body: String
  }

  private func next(_ bytes: inout [UInt8]) -> Request? {
    let blank = Array("\r\n\r\n".utf8)
    var range = bytes.firstRange(of: blank)
    while range == nil {
      guard read(&bytes) else { return nil }
      range = bytes.firstRange(of: blank)
    }
    guard let end = range?.upperBound else { return nil }
    let head = String(decoding: bytes[..<end], as: UTF8.self).split(separator: "\r\n").map(String.init)
    let length = head.first { $0.lowercased().hasPrefix("content-length:") }
      .flatMap { Int($0.dropFirst(15).filter { $0 != " " }) }
    while bytes.count < end + (length ?? 0) {
      guard read(&bytes) else { return nil }
    }
    let body = String(decoding: bytes[end..<end + (length ?? 0)], as: UTF8.self)
    bytes.removeFirst(end + (length ?? 0))
    let path = head.first?.split(separator: " ").dropFirst().first.map(String.init) ?? ""
    return Request(path: path, headers: Array(head.dropFirst()), body: body)
  }

  private func read(_ bytes: inout [UInt8]) -> Bool {
    var room = [UInt8](repeating: 0, count: 1 << 14)
    let count = recv(connection, &room, room.count, 0)
    guard count > 0 else { return false }
    bytes += room[..<count]
    return true
  }

  /// Whether the connection goes on.
  private func answer(_ request: Request, _ name: String, _ before: Int) -> Bool {
    if let key = server.manners.key,
      !request.headers.contains(where: { $0.utf8.elementsEqual("Authorization: Bearer \(key)".utf8) })
    {
      // Some servers repeat the key, and so does this one.
      let sent = request.headers.first { $0.hasPrefix("Authorization") } ?? "none"
      return send(401, Self.error("wrong key: \(sent)"))
    }
    let fault = server.manners.fault(request.body, before)
    switch fault {
    case .status(let status, let headers, let message): return send(status, Self.error(message), headers)
    case .gone, .silence: return false
    case .nonsense: return send(200, "<html>busy</html>")
    case .together(let count):
      for _ in 0..<5_000 where server.mostAtATime < count { usleep(1_000) }
    case .cut, .lacking, .slow, nil: break
    }
    let protocolAnswer = ProtocolAnswer(server.manners, isLacking: fault == .lacking)
    let (status, text) = protocolAnswer.answer(path: request.path, body: request.body)
    if fault == .cut {
      let half = String(decoding: text.utf8.prefix(text.utf8.count / 2), as: UTF8.self)
      _ = write("HTTP/1.1 200 OK\r\nContent-Length: \(text.utf8.count)\r\n\r\n" + half)
      return false
    }
    // Counted before it is sent: what reaches the client is in the count.
    if status == 200, fault != .lacking { server.record.withLock { $0.answered[name, default: 0] += 1 } }
    return fault == .slow ? sendSlowly(text) : send(status, text)
  }

  private static func error(_ message: String) -> String {
    JSONText.line(["error": ["message": .string(message), "type": "pretended"]])
  }

  private func send(_ status: Int, _ body: String, _ headers: [String] = []) -> Bool {
    let lines = ["HTTP/1.1 \(status) Whatever", "Content-Length: \(body.utf8.count)"] + headers
    return write(lines.joined(separator: "\r\n") + "\r\n\r\n" + body)
  }

  /// In chunks of a hundred bytes.
  private func sendSlowly(_ body: String) -> Bool {
    guard write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n") else { return false }
    var rest = Array(body.utf8)[...]
    while !rest.isEmpty {
      let piece = Array(rest.prefix(100))
      rest = rest.dropFirst(100)
      guard write(Array("\(String(piece.count, radix: 16))\r\n".utf8) + piece + Array("\r\n".utf8)) else {
        return false
      }
      usleep(2_000)
    }
    return write("0\r\n\r\n")
  }

  private func write(_ text: String) -> Bool { write(Array(text.utf8)) }

  private func write(_ bytes: [UInt8]) -> Bool {
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes {
        Glibc.send(connection, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
      }
      guard count > 0 else { return false }
      rest = rest.dropFirst(count)
    }
    return true
  }
}
