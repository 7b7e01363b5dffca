import Bytes
import Glibc

/// Tells labels from the template's own words in the input: a naive Bayes classifier over which words are
/// there, learnt on one half of the records and asked about the other, and the other way round.
struct InstructionProbe {
  let accuracy: Double
  /// The share of the most common label.
  let majority: Double
  private let count: Int

  /// The template's own words in an input: what is left without the record's values.
  static func instruction(_ input: String, without values: [String], _ vocabulary: Set<String>) -> Set<String>
  {
    var rest = input
    for value in values.sorted(by: { $0.utf8.count > $1.utf8.count }) where !value.isEmpty {
      for place in rest.places(ofWords: value).reversed() { rest.replaceSubrange(place, with: " ") }
    }
    return vocabulary.intersection(rest.wordsOfText)
  }

  /// nil where there is nothing to tell: one label, or the same words everywhere.
  init?(_ instructions: [Set<String>], _ labels: [String]) {
    guard Set(instructions).count > 1, Set(labels).count > 1, instructions.count == labels.count else {
      return nil
    }
    count = labels.count
    var counts: [String: Int] = [:]
    for label in labels { counts[label, default: 0] += 1 }
    majority = Double(counts.values.max() ?? 0) / Double(count)
    var right = 0
    // Halves by a hash, so that records which alternate fall into both.
    let halves = labels.indices.map { Int(mix64(UInt64($0)) & 1) }
    for half in 0..<2 {
      let learnt = labels.indices.filter { halves[$0] != half }
      let model = WordBayes(learnt.map { instructions[$0] }, learnt.map { labels[$0] })
      for place in labels.indices
      where halves[place] == half && model.label(of: instructions[place]) == labels[place] {
        right += 1
      }
    }
    accuracy = Double(right) / Double(count)
  }

  /// Fifteen points and three standard errors above the most common label.
  var isTelling: Bool {
    let error = (majority * (1 - majority) / Double(count)).squareRoot()
    return accuracy >= majority + max(0.15, 3 * error)
  }
}

/// Naive Bayes over the presence of words, with one added to every count (Laplace).
private struct WordBayes {
  private let labels: [String]
  private let words: [String]
  private var prior: [Double] = []
  private var present: [[Double]] = []
  private var absent: [[Double]] = []

  init(_ texts: [Set<String>], _ given: [String]) {
    labels = Set(given).sorted()
    words = texts.reduce(into: Set<String>()) { $0.formUnion($1) }.sorted()
    for label in labels {
      let own = texts.indices.filter { given[$0] == label }
      let total = Double(own.count)
      prior.append(log(total / Double(max(1, texts.count))))
      let shares = words.map { word in (Double(own.count { texts[$0].contains(word) }) + 1) / (total + 2) }
      present.append(shares.map { log($0) })
      absent.append(shares.map { log(1 - $0) })
    }
  }

  /// The likeliest label, the first of equals.
  func label(of text: Set<String>) -> String? {
    var best: (label: String, score: Double)?
    for (place, label) in labels.enumerated() {
      var score = prior[place]
      for (number, word) in words.enumerated() {
        score += text.contains(word) ? present[place][number] : absent[place][number]
      }
      if score > best?.score ?? -.infinity { best = (label, score) }
    }
    return best?.label
  }
}
