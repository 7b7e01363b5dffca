import Bytes
import Corpora
import Imports
import JSON
import Records
import Templates
import Testing

/// Examples that T0's authors rendered with PromptSource itself, made again from PromptSource's published
/// templates. Their lines are the input with a line break, and the target with GPT-2's end mark.
@Suite struct P3GoldenTests {
  struct Line: Hashable {
    var prompt: String
    var completion: String

    init(prompt: String, completion: String) {
      self.prompt = prompt
      self.completion = completion
    }

    init(_ example: borrowing RenderedExample) {
      prompt = example.inputText + "\n"
      completion = example.targetText + "<|endoftext|>"
    }
  }

  @Test func rottenTomatoesFromItsRawCorpus() throws {
    guard let (shared, templates) = try places("rotten_tomatoes") else { return }
    // The raw files are Latin-1; the published data set has their lines without the blanks at their ends.
    let folder = try CollectionFolder()
    for name in ["rt-polarity.pos", "rt-polarity.neg"] {
      let latin = try MappedFile(path: "\(shared)/sent-conv/raw/\(name)")
      var text = String.UnicodeScalarView()
      latin.withBytes { bytes in for byte in bytes { text.append(Unicode.Scalar(byte)) } }
      try folder.write(name, String(text))
    }
    let records = try read(
      """
      name: rotten_tomatoes
      cluster: sentiment
      metric: accuracy
      source:
        - {path: \(folder.path)/rt-polarity.pos, set: {label: 1}}
        - {path: \(folder.path)/rt-polarity.neg, set: {label: 0}}
      format: lines
      pattern: '^\\s*(?<text>.*\\S)\\s*$'
      fields: {text: text, label: {from: label, type: integer}}

      """)
    #expect(records.count == 10_662)
    #expect(templates.count == 10)
    for source in templates {
      let made = Set(try render(source, records))
      let golden = try lines(shared, "rotten_tomatoes", source)
      let found = golden.count { made.contains($0) }
      print("p3-golden: Rotten Tomatoes, '\(source.name)': \(found) of \(golden.count) from the raw corpus")
      #expect(found == 200 && golden.count == 200)
    }
  }

  /// The golden lines are of the published training part, the CSV is the test part: what stands in both must
  /// be the same, and how little that is, is told.
  @Test func agNewsFromItsCSV() throws {
    guard let (shared, templates) = try places("ag_news") else { return }
    let rows = try read(
      """
      name: ag_news
      cluster: topic
      metric: accuracy
      source: \(shared)/ag_news/test.csv
      format: csv
      columns: [class, title, description]
      fields:
        title: {from: title, replace: [["#36;", "$"], ["&lt;", "<"], ["&gt;", ">"]]}
        description: {from: description, replace: [["#36;", "$"], ["&lt;", "<"], ["&gt;", ">"]]}
        label: {from: class, map: {"1": 0, "2": 1, "3": 2, "4": 3}}

      """)
    #expect(rows.count == 7_600)
    let records = rows.map { row -> ValueDictionary in
      guard case .string(let title)? = row["title"], case .string(let text)? = row["description"] else {
        return row
      }
      return ValueDictionary([("text", .string(title + " " + text)), ("label", row["label"] ?? .null)])
    }
    for source in templates {
      let made = try render(source, records)
      let known = Set(made.map(\.prompt))
      let golden = try lines(shared, "ag_news", source)
      let overlap = golden.filter { known.contains($0.prompt) }
      let same = Set(made)
      let found = overlap.count { same.contains($0) }
      print(
        "p3-golden: AG News, '\(source.name)': \(found) of the \(overlap.count) whose text is in test.csv, of "
          + "\(golden.count)")
      #expect(found == overlap.count && golden.count == 200)
    }
  }

  /// One golden file of a data set gives the fields; all the others must come out of them, line by line. (One
  /// whose text is followed by words: at the ends blanks are gone.) This needs no raw corpus, and SAMSum has
  /// none among the shared ones.
  @Test(arguments: [
    ("ag_news", "classify"), ("samsum", "Given the above dialogue write a summary"),
    ("rotten_tomatoes", "Text Expressed Sentiment"),
  ])
  func theOtherGoldenFilesFromOne(dataset: String, first: String) throws {
    guard let (shared, templates) = try places(dataset) else { return }
    let source = try #require(templates.first { $0.name == first })
    let golden = try lines(shared, dataset, source)
    let records = try golden.map { line in
      try #require(
        dataset == "samsum" ? try dialogue(line, source) : try labelled(line, source), "\(line.prompt)")
    }
    for source in templates {
      let made = try render(source, records)
      let wanted = try lines(shared, dataset, source)
      let found = zip(made, wanted).count { $0 == $1 }
      print(
        "p3-golden: \(dataset), '\(source.name)': \(found) of \(wanted.count) from the fields of '\(first)'")
      #expect(made.count == wanted.count && found == wanted.count)
    }
  }

  // MARK: Fields out of golden lines

  private static let mark = "\u{F8FF}"

  /// What stands in a text where the mark stands in a pattern.
  private func field(_ text: String, _ pattern: String) -> String? {
    let text = Array(text.utf8)
    let mark = Array(Self.mark.utf8)
    let pattern = Array(pattern.utf8)
    guard let place = pattern.firstRange(of: mark) else { return nil }
    let (before, after) = (pattern[..<place.lowerBound], pattern[place.upperBound...])
    guard text.count >= before.count + after.count, text.starts(with: before),
      text.suffix(after.count).elementsEqual(after)
    else { return nil }
    return String(decoding: text.dropFirst(before.count).dropLast(after.count), as: UTF8.self)
  }

  /// Text and label of a classification.
  private func labelled(_ line: Line, _ source: TemplateSource) throws -> ValueDictionary? {
    for label in 0..<4 {
      let sample = ValueDictionary([("text", .string(Self.mark)), ("label", .integer(Int64(label)))])
      guard let made = try? render(source, [sample]).first, made.completion == line.completion,
        let text = field(line.prompt, made.prompt)
      else { continue }
      return ValueDictionary([("text", .string(text)), ("label", .integer(Int64(label)))])
    }
    return nil
  }

  /// Dialogue and summary, by a template that asks for the summary.
  private func dialogue(_ line: Line, _ source: TemplateSource) throws -> ValueDictionary? {
    let sample = ValueDictionary([("summary", .string(Self.mark)), ("dialogue", .string(Self.mark))])
    guard let made = try render(source, [sample]).first, let dialogue = field(line.prompt, made.prompt),
      let summary = field(line.completion, made.completion)
    else { return nil }
    return ValueDictionary([("summary", .string(summary)), ("dialogue", .string(dialogue))])
  }

  // MARK: Reading and rendering

  /// The shared corpora and the published templates of a data set, nil (and told) where one is not there.
  private func places(_ dataset: String) throws -> (String, [TemplateSource])? {
    guard let shared = sharedCorpora(), let package = promptSourcePackage() else { return nil }
    let folder = try CollectionFolder()
    let found = try TemplateImport.promptsource(package)
    _ = try found.write(to: folder.path, replacing: false)
    // The golden files hold these templates of the data set and no others.
    let templates = try TemplateFile.load("\(folder.path)/\(dataset)/templates.yaml").filter {
      fileExists(path(shared, dataset, $0))
    }
    return (shared, templates)
  }

  private func path(_ shared: String, _ dataset: String, _ source: TemplateSource) -> String {
    let name = String(
      source.name.map { character in
        character.isASCII && (character.isLetter || character.isNumber) ? character : "_"
      })
    return "\(shared)/p3-golden/\(dataset)_\(name).jsonl"
  }

  private func lines(_ shared: String, _ dataset: String, _ source: TemplateSource) throws -> [Line] {
    let file = try MappedFile(path: path(shared, dataset, source))
    let parser = try JSONParser()
    var lines: [Line] = []
    for line in file.withBytes({ $0.split(separator: 10).map { Array($0) } }) {
      let value = try line.withUnsafeBytes { try parser.parse($0, path: "golden", line: lines.count + 1) }
      guard case .dictionary(let fields) = value, case .string(let prompt)? = fields["prompt"],
        case .string(let completion)? = fields["completion"]
      else { continue }
      lines.append(Line(prompt: prompt, completion: completion))
    }
    return lines
  }

  private func read(_ description: String) throws -> [ValueDictionary] {
    let folder = try CollectionFolder()
    try folder.write("corpus.yaml", description)
    let corpus = try CorpusDescription.load(folder.path + "/corpus.yaml")
    let names = corpus.schema.fields
    var records: [ValueDictionary] = []
    _ = try CorpusReader().read(corpus) { record in
      records.append(ValueDictionary(Array(zip(names, record.values))))
    }
    return records
  }

  private func render(_ source: TemplateSource, _ records: [ValueDictionary]) throws -> [Line] {
    let renderer = Renderer(try CompiledTemplate.compile(source))
    var example = RenderedExample()
    var lines: [Line] = []
    for record in records {
      try renderer.render(record, key: SeedKey(seed: 1), into: &example)
      lines.append(Line(example))
    }
    return lines
  }
}
