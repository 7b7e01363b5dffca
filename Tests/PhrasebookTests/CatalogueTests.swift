import Foundation
import Phrasebook
import Testing

/// The catalogue: tasks whose data must be fetched first. Where a copy of the data lies in ../shared it is read by the
/// same fields, and every template renders it.
@Suite struct CatalogueTests {
  /// All tasks but those of the default recipe.
  static let tasks: [String] = {
    let all = (try? FileManager.default.contentsOfDirectory(atPath: Repository.root + "/templates")) ?? []
    return all.filter { !CorporaFolderTests.tasks.contains($0) }.sorted()
  }()

  @Test func thereAreEnough() throws {
    #expect(Self.tasks.count >= 25)
    for task in Self.tasks {
      let text = try Repository.text("corpora/\(task)/corpus.yaml")
      for key in ["licence: ", "citation: ", "://"] { #expect(text.contains(key), "\(task) lacks \(key)") }
    }
  }

  /// Nothing of the data is needed for this: a template may use the fields of its corpus only.
  @Test(arguments: tasks)
  func templatesFitTheFields(task: String) throws {
    let corpus = try Repository.text("corpora/\(task)/corpus.yaml")
    let fields = corpus.split(separator: "\n").drop { $0 != "fields:" }.dropFirst().prefix {
      $0.hasPrefix("  ")
    }
    .compactMap { $0.split(separator: ":").first.map { $0.trimmingCharacters(in: .whitespaces) } }
    let templates = try Template.load(Repository.root + "/templates/\(task)/templates.yaml", fields: fields)
    #expect(templates.count >= 5)
    #expect(Set(templates.map(\.id)).count == templates.count)
  }

  struct Copy: Sendable, CustomTestStringConvertible {
    var task: String
    /// What stands in the corpus.yaml in place of all between `cluster` and `fields`.
    var head: String
    /// Counted by `wc -l`, by Python's json or by those who made the file.
    var records: Int
    var testDescription: String { task }
  }

  static let copies: [Copy] = [
    Copy(task: "sst2", head: "source: SHARED/sent-conv/stsa.binary.test\nPATTERN", records: 1821),
    Copy(
      task: "ag_news",
      head: "source: SHARED/ag_news/test.csv\nformat: csv\ncolumns: [class, title, description]\n",
      records: 7600),
    Copy(task: "trec", head: "source: SHARED/calibrate-before-use/trec/test.txt\nPATTERN", records: 500),
    Copy(task: "boolq", head: "source: SHARED/superglue/BoolQ/val.jsonl\nformat: jsonl\n", records: 3270),
    Copy(task: "rte", head: "source: SHARED/superglue/RTE/val.jsonl\nformat: jsonl\n", records: 277),
    Copy(task: "cb", head: "source: SHARED/superglue/CB/val.jsonl\nformat: jsonl\n", records: 56),
    Copy(task: "copa", head: "source: SHARED/superglue/COPA/val.jsonl\nformat: jsonl\n", records: 100),
    Copy(task: "wic", head: "source: SHARED/superglue/WiC/val.jsonl\nformat: jsonl\n", records: 638),
    Copy(task: "wsc", head: "source: SHARED/superglue/WSC/val.jsonl\nformat: jsonl\n", records: 104),
    Copy(task: "snli", head: "source: SHARED/nli_datasets/snli/dev.csv\nformat: csv\n", records: 9831),
    Copy(task: "sick", head: "source: SHARED/nli_datasets/sick/dev.csv\nformat: csv\n", records: 500),
    Copy(
      task: "mrpc",
      head: "source: SHARED/mrpc/msr_paraphrase_test.txt\nformat: tsv\ncomment: Quality\n"
        + "columns: [label, id1, id2, sentence1, sentence2]\n", records: 1725),
    Copy(
      task: "cola",
      head:
        "source: SHARED/cola/raw/in_domain_dev.tsv\nformat: tsv\ncolumns: [source, label, star, sentence]\n",
      records: 527),
    Copy(
      task: "commonsense_qa",
      head: "source: SHARED/zero-shot-cot/CommonsenseQA/dev_rand_split.jsonl\nformat: jsonl\n",
      records: 1221),
    Copy(
      task: "hellaswag", head: "source: SHARED/hellaswag/hellaswag_val_first1000.jsonl\nformat: jsonl\n",
      records: 1000),
    Copy(task: "gsm8k", head: "source: SHARED/gsm8k/test.jsonl\nformat: jsonl\n", records: 1319),
    Copy(
      task: "multi30k_en_de",
      head: "source: {aligned: {english: SHARED/multi30k/val.en.gz, german: SHARED/multi30k/val.de.gz}}\n"
        + "format: lines\n", records: 1014),
    Copy(
      task: "bbh_navigate", head: "source: SHARED/bbh/bbh/navigate.json\nformat: json\nrecords: /examples\n",
      records: 250),
  ]

  @Test(arguments: copies)
  func localCopies(_ copy: Copy) throws {
    guard let shared = Repository.shared else { return print("skipped: no ../shared") }
    let text = try Repository.text("corpora/\(copy.task)/corpus.yaml")
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    let first = lines.prefix(2).joined(separator: "\n")
    let fields = lines.drop { $0 != "fields:" }.joined(separator: "\n")
    // Lines that stand between the format and the fields, and belong to the mapping.
    let kept =
      lines.filter { $0.hasPrefix("pattern:") || $0.hasPrefix("encoding:") || $0.hasPrefix("format: lines") }
      .joined(separator: "\n") + "\n"
    let conditions = lines.filter { $0.hasPrefix("where:") }.joined(separator: "\n")
    let head = copy.head.replacing("SHARED", with: shared + "/corpora").replacing("PATTERN", with: kept)
    let workshop = try Workshop()
    try workshop.write("corpora/\(copy.task)/corpus.yaml", "\(first)\n\(head)\(conditions)\n\(fields)")
    let counted = try workshop.run("inspect", "corpora/\(copy.task)", "--count", "--json")
    #expect(counted.status == 0, "\(counted)")
    #expect(counted.output.contains("\"records\": \(copy.records),"), "\(counted)")
    let rendered = try workshop.run(
      "render", "--templates", Repository.root + "/templates/\(copy.task)/templates.yaml", "--task",
      copy.task,
      "--limit", "20")
    #expect(rendered.status == 0, "\(rendered)")
    let examples = rendered.output.split(separator: "\n")
    #expect(examples.count >= 100)
    #expect(!examples.contains { $0.contains("\"error\"") || $0.contains("\"targets\":[\"\"]") })
  }
}
