import Bytes
import Corpora
import JSON
import Records
import Testing

/// Whole corpora against readers that are not ours: Python's csv, json and re, and lxml. What they found
/// stands in Tests/SharedCorpora/expected.json and was written by count_records.py beside it.
@Suite struct IndependentReadingTests {
  private static let folder = repository + "/Tests/SharedCorpora"

  @Test func repositoryCorpora() throws {
    let expected = try Self.expected()
    let names = try namesInFolder(repository + "/corpora").filter {
      fileExists(repository + "/corpora/\($0)/corpus.yaml")
    }
    var count = 0
    for name in names {
      let description = try CorpusDescription.load(repository + "/corpora/\(name)/corpus.yaml")
      // What must be fetched is the catalogue, which is tried on local copies elsewhere.
      if description.sources.contains(where: { $0.path.contains("://") }) { continue }
      count += 1
      guard let installed = Self.installed(description) else { continue }
      try Self.compare(description, expected["corpora/" + name], name, skippingOthers: installed)
    }
    #expect(count == 16)
  }

  @Test func sharedCorpora() throws {
    guard let shared = CorporaTests.sharedCorpora() else { return }
    let expected = try Self.expected()
    let work = try TemporaryFolder()
    var count = 0
    for file in try namesInFolder(Self.folder) where file.hasSuffix(".yaml") {
      let text = try content(of: Self.folder + "/" + file)
      let parts = text.split(
        separator: "SHARED", omittingEmptySubsequences: false)
      let description = try CorpusDescription.load(
        try work.write("corpus.yaml", parts.joined(separator: shared)))
      let name = String(file.dropLast(5))
      if [.parquet, .duckdb].contains(description.format) {
        guard Self.hasDuckDB else {
          print("skipped: \(name) needs the program duckdb (.cache/duckdb)")
          continue
        }
        // Counted by hand below: DuckDB would check itself.
        if description.format == .duckdb { continue }
      }
      try Self.compare(description, expected[name], name, skippingOthers: false)
      count += 1
    }
    #expect(count >= 55)
  }

  private static let hasDuckDB =
    RunningProgram.isThere("duckdb") || fileExists(".cache/duckdb/bin/duckdb")
    || fileExists(".cache/python/bin/duckdb")

  /// PIQA's questions and labels are two files that DuckDB puts side by side; what is expected is what `paste`
  /// would give.
  @Test func questionsBesideLabels() throws {
    guard let shared = CorporaTests.sharedCorpora(), Self.hasDuckDB else { return }
    let text = try content(of: Self.folder + "/piqa_labels.yaml")
    let work = try TemporaryFolder()
    let reading = try work.read(
      text.split(separator: "SHARED", omittingEmptySubsequences: false).joined(separator: shared))
    let labels = try content(of: shared + "/piqa/valid-labels.lst").split(separator: "\n")
    #expect(reading.error == nil)
    #expect(reading.lines.count == labels.count && labels.count > 1000)
    #expect(zip(reading.lines, labels).allSatisfy { $0.hasSuffix(",\($1)]") })
    var questions: [String] = []
    let parser = try JSONParser()
    try JSONLines.read(shared + "/piqa/valid.jsonl") { bytes, _ in
      guard case .dictionary(let object) = try parser.parse(bytes) else { return }
      questions.append(
        JSONText.line(
          .list([object["goal"] ?? .null, .list([object["sol1"] ?? .null, object["sol2"] ?? .null])])))
    }
    #expect(zip(reading.lines, questions).allSatisfy { $0.hasPrefix(String($1.dropLast(2))) })
  }

  /// A limited corpus gives that many of the records, and always the same, however the file is cut.
  @Test func limits() throws {
    let path = repository + "/corpora/spelling/corpus.yaml"
    let description = try CorpusDescription.load(path)
    guard Self.installed(description) != nil else { return }
    var runs: [[String]] = []
    for chunk in [1 << 18, 1000] {
      var reading = Reading()
      var reader = CorpusReader()
      reader.chunk = chunk
      let summary = try reader.read(description) { reading.take($0) }
      #expect(summary.records == description.limit)
      runs.append(reading.lines)
    }
    #expect(runs[0] == runs[1])
    var all = description
    all.limit = nil
    var everything: [String] = []
    try CorpusReader().read(all) { record in
      everything.append(String(JSONText.line(.list(record.values)).dropLast()))
    }
    // In the order of the file.
    var place = 0
    for line in everything where place < runs[0].count && line == runs[0][place] { place += 1 }
    #expect(place == runs[0].count)
    // From all over the file: within 3 standard deviations of a fair draw.
    let firstHalf = Set(everything.prefix(everything.count / 2))
    let share = Double(runs[0].count { firstHalf.contains($0) }) / Double(runs[0].count)
    #expect(abs(share - 0.5) < 3 * 0.5 / Double(runs[0].count).squareRoot())
  }

  private static func compare(
    _ limited: CorpusDescription, _ expected: Value?, _ name: String, skippingOthers: Bool
  ) throws {
    guard case .dictionary(let expected)? = expected else {
      Issue.record("\(name) is not in expected.json; run Tests/SharedCorpora/count_records.py")
      return
    }
    var description = limited
    description.limit = nil
    for place in description.sources.indices { description.sources[place].limit = nil }
    let digest = SHA256()
    var splits: [String: Int64] = [:]
    let summary = try CorpusReader().read(description) { record in
      let line = JSONText.line(.list(record.values))
      Array(line.utf8).withUnsafeBytes { digest.update($0) }
      if let split = record.split { splits[split.name, default: 0] += 1 }
    }
    let hashes = Value.list(summary.inputs.map { .string($0.sha256) })
    if skippingOthers, hashes != expected["inputs"] {
      print("skipped: \(name) was counted on other versions of its Debian packages")
      return
    }
    #expect(hashes == expected["inputs"], "\(name)")
    #expect(.integer(Int64(summary.records)) == expected["records"], "\(name)")
    #expect(.integer(Int64(summary.skipped)) == expected["skipped"], "\(name)")
    #expect(.integer(Int64(summary.duplicates)) == expected["duplicates"], "\(name)")
    #expect(summary.quarantined == 0 && summary.beyondLimit == 0, "\(name)")
    #expect(.string(digest.finishHexadecimal()) == expected["sha256"], "\(name)")
    guard case .dictionary(let counts)? = expected["splits"] else { return }
    #expect(splits == Dictionary(uniqueKeysWithValues: zip(counts.keys, counts.values.map(Self.integer))))
  }

  private static func integer(_ value: Value) -> Int64 {
    if case .integer(let number) = value { return number }
    return -1
  }

  private static func expected() throws -> ValueDictionary {
    guard case .dictionary(let all) = try JSONParser().parseFile(folder + "/expected.json") else {
      Issue.record("expected.json is no object")
      return ValueDictionary()
    }
    return all
  }

  /// Whether the corpus is of files that Debian packages installed; nil, and told, when they are not there.
  private static func installed(_ description: CorpusDescription) -> Bool? {
    let packaged = description.sources.filter { $0.package != nil }
    if let missing = packaged.first(where: { !fileExists($0.path) }) {
      print("skipped: \(description.name) needs \(missing.path)")
      return nil
    }
    return !packaged.isEmpty
  }
}
