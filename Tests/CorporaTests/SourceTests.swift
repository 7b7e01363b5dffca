import Bytes
import Corpora
import Foundation
import Records
import Testing

/// Sources that are not a file beside the description.
@Suite struct SourceTests {
  private static let head = BadRecordTests.head + "format: lines\nfields: {t: line}\n"

  @Test func patternsOfFiles() throws {
    let work = try TemporaryFolder()
    try makeFolder(work.path + "/d/b.txt")
    for (name, text) in [("d/10.txt", "x\n"), ("d/2.txt", "y\n"), ("d/a.md", "z\n")] {
      try work.write(name, text)
    }
    let reading = try work.read(Self.head + "source: 'd/*.txt'\n")
    #expect(reading.lines == [#"["x"]"#, #"["y"]"#])
    #expect(reading.summary?.inputs.map(\.path) == ["d/10.txt", "d/2.txt"])
    #expect(
      try work.read(Self.head + "source: 'd/*.csv'\n").error?.contains("no file matches 'd/*.csv'") == true)
    // A file whose name is such a pattern is that file.
    try work.write("d/[12].txt", "w\n")
    #expect(try work.read(Self.head + "source: 'd/[12].txt'\n").lines == [#"["w"]"#])
  }

  @Test func checksums() throws {
    let work = try TemporaryFolder()
    try work.write("data", "x\n")
    // sha256sum of "x\n".
    let right = "73cb3858a687a8494ca3323053016282f3dad39d42cf62ca4e79dda2aac7d9ac"
    #expect(try work.read(Self.head + "source: {path: data, sha256: \(right)}\n").lines == [#"["x"]"#])
    let wrong = String(right.reversed())
    let reading = try work.read(Self.head + "source: {path: data, sha256: \(wrong)}\n")
    #expect(reading.error?.contains("'data' has the SHA-256 \(right), expected \(wrong)") == true)
  }

  /// A server of our own that counts what it is asked for.
  private final class Server {
    let port: Int
    private let process = Process()
    private let log: String

    init?(_ folder: String) throws {
      log = folder + "/log"
      process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
      process.arguments = ["python3", "-u", "-c", Self.program, folder, log]
      let pipe = Pipe()
      process.standardOutput = pipe
      process.standardInput = life
      try process.run()
      var line = ""
      while !line.hasSuffix("\n") {
        let data = pipe.fileHandleForReading.availableData
        if data.isEmpty { return nil }
        line += String(decoding: data, as: UTF8.self)
      }
      guard let port = Int(line.dropLast()) else { return nil }
      self.port = port
    }

    deinit { process.terminate() }

    /// Closed with this program, which ends the server.
    private let life = Pipe()

    var requests: [String] {
      (try? content(of: log).split(separator: "\n").map(String.init)) ?? []
    }

    private static let program = """
      import http.server, os, sys, threading
      folder, log = sys.argv[1:]
      class Handler(http.server.BaseHTTPRequestHandler):
          def do_GET(self):
              name = self.path.lstrip("/").replace("/", "_")
              path = os.path.join(folder, name)
              start = int(self.headers.get("Range", "bytes=0-").split("=")[1].split("-")[0])
              with open(log, "a") as file: file.write(f"{self.path} {start}\\n")
              if not os.path.exists(path):
                  return self.send_error(404)
              data = open(path, "rb").read()
              self.send_response(206 if start else 200)
              if start: self.send_header("Content-Range", f"bytes {start}-{len(data)-1}/{len(data)}")
              self.send_header("Content-Length", str(len(data) - start))
              self.end_headers()
              self.wfile.write(data[start:])
          def log_message(self, *rest): pass
      server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
      print(server.server_port)
      threading.Thread(target=lambda: (sys.stdin.read(), os._exit(0)), daemon=True).start()
      server.serve_forever()
      """
  }

  /// A cache of the test's own. Nothing is set in the environment, which other tests read meanwhile.
  private func ownCache(_ work: TemporaryFolder) -> DownloadCache {
    var cache = DownloadCache()
    cache.folder = work.path + "/cache/downloads"
    cache.isOffline = false
    return cache
  }

  private static var hasCurl: Bool {
    if RunningProgram.isThere("curl") { return true }
    print("skipped: no curl")
    return false
  }

  @Test func downloadsAreCheckedCachedAndResumed() throws {
    guard Self.hasCurl else { return }
    let work = try TemporaryFolder()
    let served = try TemporaryFolder()
    try served.write("words.txt", "one\ntwo\nthree\n")
    guard let server = try Server(served.path) else { return print("skipped: no python3") }
    let sha256 = try hashOfFile(at: served.path + "/words.txt")
    let url = "http://127.0.0.1:\(server.port)/words.txt"
    let description = Self.head + "source: {url: '\(url)', sha256: \(sha256)}\n"
    let expected = [#"["one"]"#, #"["two"]"#, #"["three"]"#]
    var cache = ownCache(work)
    #expect(try work.read(description, cache: cache).lines == expected)
    #expect(server.requests == ["/words.txt 0"])
    let again = try work.read(description, cache: cache)
    #expect(again.lines == expected)
    #expect(again.summary?.inputs.map(\.path) == [url])
    #expect(server.requests.count == 1, "asked again for what is in the cache")
    // A download that was cut off goes on where it was.
    let downloads = work.path + "/cache/downloads"
    let file = try #require(try namesInFolder(downloads).first { $0.hasSuffix("-words.txt") })
    try FileManager.default.removeItem(atPath: downloads + "/" + file)
    try Data("one\n".utf8).write(to: URL(fileURLWithPath: downloads + "/" + file + ".partial"))
    #expect(try work.read(description, cache: cache).lines == expected)
    #expect(server.requests.last == "/words.txt 4")
    // Another file than was described is not kept.
    try FileManager.default.removeItem(atPath: downloads + "/" + file)
    try served.write("words.txt", "other\n")
    let other = try work.read(description, cache: cache)
    #expect(other.error?.contains("expected \(sha256); it is another file") == true, "\(other)")
    #expect(!fileExists(downloads + "/" + file) && !fileExists(downloads + "/" + file + ".partial"))
    cache.isOffline = true
    #expect(
      try work.read(description, cache: cache).error?.contains(
        "nothing may be fetched now (PHRASEBOOK_OFFLINE, or a check); put it at")
        == true)
  }

  @Test func theHubByItsAddress() throws {
    guard Self.hasCurl else { return }
    let work = try TemporaryFolder()
    let served = try TemporaryFolder()
    try served.write("datasets_me_set_resolve_main_data_x.txt", "x\n")
    try served.write("datasets_me_set_resolve_v2_data_x.txt", "y\n")
    guard let server = try Server(served.path) else { return print("skipped: no python3") }
    let hub = "http://127.0.0.1:\(server.port)"
    var cache = ownCache(work)
    cache.hub = hub
    #expect(
      try work.read(Self.head + "source: hf://datasets/me/set/data/x.txt\n", cache: cache).lines == [
        #"["x"]"#
      ])
    #expect(
      try work.read(Self.head + "source: {url: 'hf://datasets/me/set@v2/data/x.txt'}\n", cache: cache).lines
        == [
          #"["y"]"#
        ])
    let missing = try work.read(Self.head + "source: hf://datasets/me/set/data/z.txt\n", cache: cache)
    #expect(
      missing.error?.contains(
        "cannot fetch 'http://127.0.0.1:\(server.port)/datasets/me/set/resolve/main/data/z.txt'") == true)
    #expect(missing.error?.contains("404") == true)
  }

  @Test func filesOfDistributions() throws {
    let work = try TemporaryFolder()
    let cache = ownCache(work)
    let description =
      Self.head + "source: {pypi: 'six==1.16.0', path: six.py}\n"
    let reading = try work.read(description, cache: cache)
    if let error = reading.error, error.contains("cannot get the distribution") || error.contains("pip") {
      return print("skipped: six cannot be fetched from PyPI")
    }
    #expect(reading.error == nil)
    #expect(reading.lines.contains { $0.contains("__version__ = \\\"1.16.0\\\"") })
    #expect(reading.summary?.inputs.map(\.path) == ["pypi://six==1.16.0/six.py"])
    let missing = try work.read(Self.head + "source: {pypi: 'six==1.16.0', path: sixx.py}\n", cache: cache)
    #expect(missing.error?.contains("has no file 'sixx.py'") == true, "\(missing)")
    let bad = try work.read(Self.head + "source: {pypi: six, path: six.py}\n", cache: cache)
    #expect(
      bad.error?.contains("'pypi' is a distribution with its version, as in name==1.0, found 'six'") == true)
  }

  private func duckdb(_ description: String, _ work: TemporaryFolder) throws -> Reading? {
    let reading = try work.read(BadRecordTests.head + description)
    guard reading.error?.contains("the program 'duckdb' reads this source and is not found") == true else {
      return reading
    }
    print("skipped: no duckdb (.cache/duckdb)")
    return nil
  }

  @Test func queries() throws {
    let work = try TemporaryFolder()
    try work.write("t.csv", "a,b\n1,x\n2,y\n")
    guard
      let reading = try duckdb(
        """
        source: {duckdb: "SELECT a, b, [a, 10] AS l, {'k': b} AS d, 170141183460469231731687303715884105727 AS big FROM 't.csv'"}
        fields: {a: a, b: b, l: l, d: d, k: /d/k, big: {from: big, type: integer}}
        """, work)
    else { return }
    #expect(reading.error == nil)
    let big = "170141183460469231731687303715884105727"
    #expect(
      reading.lines == [#"[1,"x",[1,10],{"k":"x"},"x",\#(big)]"#, #"[2,"y",[2,10],{"k":"y"},"y",\#(big)]"#])
    let wrong = try duckdb("source: {duckdb: SELECT no FROM 't.csv'}\nfields: {a: a}\n", work)
    #expect(
      wrong?.error?.hasPrefix("corpus.yaml:4:9: error: duckdb: Binder Error") == true,
      "\(String(describing: wrong))")
    let none = try duckdb("source: {duckdb: SELECT 1 AS a}\nfields: {b: b}\n", work)
    #expect(none?.error?.contains("the record has no column 'b'") == true)
  }

  @Test func parquetIsWrittenAndRead() throws {
    let work = try TemporaryFolder()
    let made = try duckdb(
      "source: {duckdb: \"COPY (SELECT range AS n, 'text ' || range AS t, [range, NULL] AS l FROM range(3)) TO 'x.parquet'; "
        + "SELECT 1 AS a\"}\nfields: {a: a}\n", work)
    guard let made else { return }
    #expect(made.error == nil)
    let reading = try duckdb("source: x.parquet\nformat: parquet\nfields: {n: n, t: t, l: l}\n", work)
    #expect(reading?.lines == (0..<3).map { "[\($0),\"text \($0)\",[\($0),null]]" })
    #expect(reading?.summary?.inputs.map(\.sha256) == [try hashOfFile(at: work.path + "/x.parquet")])
  }
}
