import Bytes
import JSON
import Phrasebook
import Records
import Templates

/// Gives a case to the library; the parts that it has decide to which of its doors.
struct CaseCheck {
  private let test: FuzzCase
  private var outcome = Outcome()
  private let parser: JSONParser

  private init(_ test: FuzzCase) throws {
    self.test = test
    parser = try JSONParser()
  }

  /// - Returns: the digest of everything that came out, the same whenever the case is run.
  static func run(_ test: FuzzCase) throws -> UInt64 {
    var check = try CaseCheck(test)
    try check.run()
    return check.outcome.digest.value
  }

  private mutating func run() throws {
    if let bytes = test["recipe.yaml"] {
      try writeFile("recipe.yaml", bytes)
      do {
        outcome.note(try Recipe.load("recipe.yaml").defaultOutput)
      } catch let problems {
        try outcome.note(problems)
      }
    }
    if test["corpus.yaml"] != nil { try CorpusCheck(test).run(&outcome) }
    if test["model.gguf"] != nil || test["config.json"] != nil { try ModelCheck(test).run(&outcome) }
    guard test["template.jinja"] != nil || test["templates.yaml"] != nil else { return }
    let records = try self.records()
    for source in try sources() {
      try TemplateCheck(source, records, limits: limits).run(&outcome)
    }
  }

  /// Small limits, which are reached quickly, or those that users have.
  private var limits: RenderLimits {
    var limits = RenderLimits()
    guard test["limits"] == nil else { return limits }
    limits.outputBytes = 1 << 20
    limits.loopIterations = 50_000
    limits.rangeLength = 50_000
    limits.memoryBytes = 32 << 20
    return limits
  }

  private mutating func sources() throws -> [TemplateSource] {
    if let bytes = test["templates.yaml"] {
      try writeFile("templates.yaml", bytes)
      do {
        return Array(try TemplateFile.load("templates.yaml").prefix(8))
      } catch {
        try outcome.note(error)
        return []
      }
    }
    return [
      TemplateSource(
        id: "id", name: "name", jinja: test.text("template.jinja") ?? "",
        answerChoices: test.text("choices.jinja"), location: SourceLocation(path: "templates.yaml"))
    ]
  }

  private mutating func records() throws -> [ValueDictionary] {
    var records: [ValueDictionary] = []
    for line in (test["records.jsonl"] ?? test["record.json"] ?? []).split(separator: 10).prefix(4) {
      try Array(line).withUnsafeBytes { bytes in
        do {
          let value = try parser.parse(bytes, path: "records.jsonl", line: records.count + 1)
          try ValueCheck(parser).run(value, bytes)
          if case .dictionary(let record) = value { records.append(record) }
        } catch let error as Diagnostic {
          try outcome.note(error)
        }
      }
    }
    return records.isEmpty ? [ValueDictionary([("text", .string("a b")), ("n", .integer(1))])] : records
  }
}
