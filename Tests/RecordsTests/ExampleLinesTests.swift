import Bytes
import Glibc
import JSON
import Records
import Testing

@Suite final class ExampleLinesTests {
  private let folder: String

  init() throws {
    var template = Array("/tmp/phrasebook-examples-XXXXXX".utf8CString)
    let made = template.withUnsafeMutableBufferPointer { buffer in
      buffer.baseAddress.map { mkdtemp($0) != nil } ?? false
    }
    try #require(made)
    folder = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  deinit { try? removeTree(folder) }

  private func write(_ text: String) throws -> String {
    var file = try AtomicFile(path: folder + "/a.jsonl")
    try file.write(text)
    _ = try file.commit()
    return folder + "/a.jsonl"
  }

  private static let examples = [
    Example(input: "a\n\"é\"", target: "b", task: "t", template: "u", record: "00ff", index: 0),
    Example(
      input: "", target: "x", alternatives: ["y", ""], choices: ["x", "z"], task: "t", template: "u",
      record: "01", index: 12),
  ]

  /// The keys and their order are the design's contract.
  @Test func lines() throws {
    var buffer = ByteBuffer()
    for example in Self.examples { ExampleLines.append(example, to: &buffer) }
    let text =
      #"{"input":"a\n\"é\"","target":"b","task":"t","template":"u","record":"00ff","index":0}"# + "\n"
      + #"{"input":"","target":"x","task":"t","template":"u","record":"01","index":12,"choices":["x","z"],"#
      + #""targets":["x","y",""]}"# + "\n"
    #expect(buffer.text == text)
    var back: [Example] = []
    try ExampleLines.read(try write(text)) { back.append($0) }
    #expect(back == Self.examples)
  }

  @Test(arguments: [
    ("[]", "expected an object"), ("{\"input\":1}", "expected a"),
    (#"{"input":"","index":0}"#, "expected a text at 'target'"),
    (#"{"input":"","target":"","task":"","template":"","record":"","index":"0"}"#, "'index'"),
    (#"{"input":"","target":"","task":"","template":"","record":"","index":0,"choices":"a"}"#, "'choices'"),
    ("{", "malformed JSON"),
  ])
  func damaged(line: String, reason: String) throws {
    let path = try write("\n" + line + "\n")
    do {
      try ExampleLines.read(path) { _ in }
      Issue.record("read")
    } catch let problem as Diagnostic {
      #expect(problem.description.contains(reason))
      #expect(problem.location?.path == path && problem.location?.line == 2)
    }
  }

  /// Lines longer than the pieces in which a file is read, blank ones, the last without a line feed.
  @Test func longLines() throws {
    let long = String(repeating: "x", count: 600_000)
    let path = try write("a\n\(long)\n\n \r\n\(long)b")
    var lines: [(Int, Int)] = []
    try JSONLines.read(path) { bytes, line in lines.append((line, bytes.count)) }
    #expect(lines.map(\.0) == [1, 2, 5])
    #expect(lines.map(\.1) == [1, 600_000, 600_001])
  }
}
