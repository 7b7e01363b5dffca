internal import Bytes
internal import Glibc
internal import JSON
internal import Records

/// Answers of one server and model, kept on disk in a file that only grows: a line an answer, with the name of
/// the request and a SHA-256 of what is kept. What was cut off or damaged is not there and is asked for again.
///
/// The file is locked while it is open, so that two programs never pay for the same answer.
final class AnswerCache {
  let path: String
  private let descriptor: Int32
  private var places: [String: Range<Int>] = [:]
  private var end = 0
  private let parser: JSONParser
  /// Lines that were damaged.
  private(set) var damaged = 0

  /// Opens the file and reads what is in it.
  ///
  /// - Parameter waiting: called once where another program has the file, before waiting for its end.
  init(path: String, waiting: () -> Void = {}) throws(Diagnostic) {
    self.path = path
    parser = try JSONParser()
    descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw .system("write", path, errno: errno) }
    if flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
      waiting()
      while flock(descriptor, LOCK_EX) != 0 {
        guard errno == EINTR else { throw .system("lock", path, errno: errno) }
      }
    }
    try readLines()
  }

  deinit { close(descriptor) }

  var count: Int { places.count }

  /// What is kept under a name.
  func answer(_ name: String) -> Value? {
    guard let place = places[name], let line = try? bytes(place) else { return nil }
    return entry(line)?.answer
  }

  /// Keeps answers; they are on disk when this returns.
  func keep(_ answers: [(name: String, answer: Value)]) throws(Diagnostic) {
    var text: [UInt8] = []
    var added: [(String, Range<Int>)] = []
    for (name, answer) in answers {
      let start = end + text.count
      let line = JSONText.line(
        .dictionary([
          "request": .string(name), "sha256": .string(Self.digest(answer)), "answer": answer,
        ]))
      text += line.utf8
      added.append((name, start..<end + text.count - 1))
    }
    guard !text.isEmpty else { return }
    let code = text.withUnsafeBytes { write($0) }
    guard code == 0 else {
      // What stands behind the last whole line is not there for anybody.
      _ = ftruncate(descriptor, off_t(end))
      throw .system("write", path, errno: code)
    }
    end += text.count
    for (name, place) in added { places[name] = place }
  }

  private func write(_ bytes: UnsafeRawBufferPointer) -> Int32 {
    guard lseek(descriptor, off_t(end), SEEK_SET) >= 0 else { return errno }
    let code = writeAll(descriptor, bytes)
    if code != 0 { return code }
    return fdatasync(descriptor) == 0 ? 0 : errno
  }

  private static func digest(_ answer: Value) -> String {
    hexadecimal(SHA256.digest(JSONText.line(answer)))
  }

  /// The name and the answer of a line; nil for one that is damaged.
  private func entry(_ line: [UInt8]) -> (name: String, answer: Value)? {
    let value = try? line.withUnsafeBytes { try parser.parse($0) }
    guard case .dictionary(let pairs)? = value, case .string(let name)? = pairs["request"],
      case .string(let digest)? = pairs["sha256"], let answer = pairs["answer"], digest == Self.digest(answer)
    else { return nil }
    return (name, answer)
  }

  private func bytes(_ place: Range<Int>) throws(Diagnostic) -> [UInt8] {
    var room = [UInt8](repeating: 0, count: place.count)
    var done = 0
    while done < room.count {
      let count = room.withUnsafeMutableBytes {
        pread(descriptor, $0.baseAddress?.advanced(by: done), $0.count - done, off_t(place.lowerBound + done))
      }
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { throw .system("read", path, errno: errno) }
      if count == 0 { return Array(room[..<done]) }
      done += count
    }
    return room
  }

  /// Notes where each whole line is; a last line without an end is cut off.
  private func readLines() throws(Diagnostic) {
    var line: [UInt8] = []
    var position = 0
    while true {
      let chunk = try bytes(position..<position + 1 << 18)
      if chunk.isEmpty { break }
      var rest = chunk[...]
      while let stop = rest.firstIndex(of: 10) {
        line += rest[..<stop]
        let next = position + stop + 1
        if let name = entry(line)?.name { places[name] = end..<next - 1 } else { damaged += 1 }
        end = next
        line.removeAll(keepingCapacity: true)
        rest = rest[(stop + 1)...]
      }
      line += rest
      position += chunk.count
    }
    if !line.isEmpty {
      damaged += 1
      guard ftruncate(descriptor, off_t(end)) == 0 else { throw .system("write", path, errno: errno) }
    }
  }
}
