import Corpora
import Foundation
import Records
import Testing

/// The corpora whose sentences were written for this project: enough, without repeats, balanced.
@Suite struct AuthoredCorporaTests {
  struct Corpus: CustomTestStringConvertible, Sendable {
    var testDescription: String
    /// Fields that together must not repeat.
    var text: [String]
    /// The field whose values must be about equally frequent.
    var label: String
  }

  static let corpora = [
    Corpus(testDescription: "review_sentiment", text: ["review"], label: "label"),
    Corpus(testDescription: "headline_topic", text: ["headline"], label: "label"),
    Corpus(testDescription: "question_type", text: ["question"], label: "label"),
    Corpus(testDescription: "entailment", text: ["premise", "hypothesis"], label: "label"),
    Corpus(testDescription: "who_did_what", text: ["passage", "question"], label: "position"),
  ]

  @Test(arguments: corpora)
  func isLargeVariedAndBalanced(_ corpus: Corpus) throws {
    let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().path
    let description = try CorpusDescription.load("\(root)/corpora/\(corpus.testDescription)/corpus.yaml")
    var texts: Set<String> = []
    var words: Set<Substring> = []
    var labels: [String: Int] = [:]
    var count = 0
    try CorpusReader().read(description) { record in
      count += 1
      let fields = Dictionary(uniqueKeysWithValues: zip(description.schema.fields, record.values))
      let text = corpus.text.map { "\(fields[$0] ?? .null)".lowercased() }.joined(separator: " | ")
      #expect(texts.insert(text).inserted, "repeated: \(text)")
      words.formUnion(text.split { !$0.isLetter })
      if let label = Self.label(corpus.label, fields) { labels[label, default: 0] += 1 }
    }
    #expect(count >= 200)
    // Slot-filling scripts make thousands of sentences from a hundred words; people do not.
    #expect(words.count >= 700, "\(words.count) different words")
    let fair = Double(labels.values.reduce(0, +)) / Double(labels.count)
    for (label, number) in labels {
      #expect(abs(Double(number) - fair) <= 0.25 * fair, "\(label): \(number) of \(count)")
    }
  }

  /// The value of a field. For `position`: whether the answer is the first or the last choice, which must be
  /// equally frequent whatever the number of choices; nil for one between them.
  private static func label(_ name: String, _ fields: [String: Value]) -> String? {
    guard name == "position", case .list(let choices)? = fields["choices"], let answer = fields["answer"]
    else {
      return "\(fields[name] ?? .null)"
    }
    return choices.first == answer ? "first" : choices.last == answer ? "last" : nil
  }
}
