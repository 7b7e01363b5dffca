import Bytes
import Corpora
import Glibc
import JSON
import Records
import Testing

/// A folder of one test's own, removed with it.
final class TemporaryFolder {
  let path: String

  init() throws {
    var template = Array("/tmp/phrasebook-corpora-XXXXXX".utf8CString)
    let made = template.withUnsafeMutableBufferPointer { buffer in
      buffer.baseAddress.map { mkdtemp($0) != nil } ?? false
    }
    try #require(made)
    path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  deinit { try? removeTree(path) }

  @discardableResult
  func write(_ name: String, _ bytes: [UInt8]) throws -> String {
    var file = try AtomicFile(path: path + "/" + name)
    try bytes.withUnsafeBytes { try file.write($0) }
    _ = try file.commit()
    return path + "/" + name
  }

  @discardableResult
  func write(_ name: String, _ text: String) throws -> String { try write(name, Array(text.utf8)) }

  /// The text of a file, with this folder's path left out.
  func text(_ name: String) throws -> String {
    without(try content(of: path + "/" + name))
  }

  /// A text with this folder's path left out.
  func without(_ text: String) -> String {
    var parts: [Substring] = []
    var rest = Substring(text)
    while let found = rest.utf8.firstRange(of: (path + "/").utf8) {
      parts.append(rest[..<found.lowerBound])
      rest = rest[found.upperBound...]
    }
    return (parts + [rest]).joined()
  }

  /// What one reading of `corpus.yaml` with this text gives: each record's values as a line of JSON, or the
  /// error's text.
  func read(_ description: String, chunk: Int = 1 << 18, cache: DownloadCache? = nil) throws -> Reading {
    let file = try write("corpus.yaml", description)
    var reading = Reading()
    do {
      var reader = CorpusReader()
      reader.chunk = chunk
      if let cache { reader.cache = cache }
      let corpus = try CorpusDescription.load(file)
      reading.summary = try reader.read(corpus, quarantine: path + "/quarantine.jsonl") { record in
        reading.take(record)
      }
    } catch let problems as Diagnostics {
      reading.error = without(problems.description)
    } catch let problem as Diagnostic {
      reading.error = without(problem.description)
    }
    return reading
  }
}

/// The text of a file.
func content(of path: String) throws -> String {
  try MappedFile(path: path).withBytes { String(decoding: $0, as: UTF8.self) }
}

struct Reading: Equatable {
  var lines: [String] = []
  var splits: [String: Int] = [:]
  var groups: [UInt64?] = []
  var summary: CorpusSummary?
  var error: String?

  mutating func take(_ record: Record) {
    lines.append(String(JSONText.line(.list(record.values)).dropLast()))
    groups.append(record.group)
    if let split = record.split { splits[split.name, default: 0] += 1 }
  }
}

/// The repository's root, from the place of this file.
let repository = #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(3)
  .joined(separator: "/")

/// The folder of real corpora that lies beside the repository, nil (and told) where it is not.
func sharedCorpora() -> String? {
  let folder = getenv("PHRASEBOOK_SHARED").map { String(cString: $0) } ?? repository + "/../shared"
  if fileExists(folder + "/corpora") { return folder + "/corpora" }
  print("skipped: no ../shared")
  return nil
}
