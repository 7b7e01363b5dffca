/// The Jaccard similarities of the word trigrams of every two texts.
package struct SimilarityMatrix: Sendable {
  package let count: Int
  /// For each text those before it.
  private var values: [Double]

  package init(_ texts: [TemplateWords]) {
    var numbers = WordNumbers()
    self.init(texts.map { numbers.number($0.words) })
  }

  /// - Parameter texts: words as numbers.
  package init(_ texts: [[Int]]) {
    count = texts.count
    values = Array(repeating: 0, count: max(0, count * (count - 1) / 2))
    let sets = Self.sets(texts)
    // Texts are compared through the grams they share: most pairs share none and cost nothing.
    var holders: [[Int32]] = Array(repeating: [], count: (sets.lazy.flatMap { $0 }.max() ?? -1) + 1)
    var shared = [Int32](repeating: 0, count: count)
    for (later, grams) in sets.enumerated() {
      let row = later * (later - 1) / 2
      for earlier in 0..<later { shared[earlier] = 0 }
      for gram in grams { for earlier in holders[gram] { shared[Int(earlier)] += 1 } }
      for earlier in 0..<later {
        let union = grams.count + sets[earlier].count - Int(shared[earlier])
        values[row + earlier] = union == 0 ? 1 : Double(shared[earlier]) / Double(union)
      }
      for gram in grams { holders[gram].append(Int32(truncatingIfNeeded: later)) }
    }
  }

  /// Each text's different trigrams as numbers; a text of one or two words has one gram of what it has.
  private static func sets(_ texts: [[Int]]) -> [[Int]] {
    var known: [[Int]: Int] = [:]
    func number(_ gram: [Int]) -> Int {
      if let number = known[gram] { return number }
      known[gram] = known.count
      return known.count - 1
    }
    return texts.map { words in
      guard words.count >= 3 else { return words.isEmpty ? [] : [number(words)] }
      return Array(Set((0..<words.count - 2).map { number(Array(words[$0..<$0 + 3])) }))
    }
  }

  /// From 0 to 1; 1 for a text and itself.
  package subscript(_ a: Int, _ b: Int) -> Double {
    guard a != b else { return 1 }
    let (earlier, later) = (min(a, b), max(a, b))
    return values[later * (later - 1) / 2 + earlier]
  }

  /// The mean over all pairs; nil for fewer than two texts.
  package var mean: Double? { values.isEmpty ? nil : values.reduce(0, +) / Double(values.count) }

  /// The highest similarity of two different texts.
  package var highest: Double? { values.max() }

  /// How many pairs of different texts are at least so alike.
  package func pairs(atLeast similarity: Double) -> Int { values.count { $0 >= similarity } }

  /// The two texts that are most alike, the earliest of equals.
  package var nearest: (first: Int, second: Int)? {
    var best: (first: Int, second: Int, value: Double)?
    for later in 0..<count {
      for earlier in 0..<later where self[earlier, later] > best?.value ?? -1 {
        best = (earlier, later, self[earlier, later])
      }
    }
    return best.map { ($0.first, $0.second) }
  }
}
