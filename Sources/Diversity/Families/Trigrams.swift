/// The set of word trigrams of a text; texts of one or two words count as one gram of what they have.
package struct Trigrams: Sendable, Hashable {
  package let grams: Set<[Int]>

  /// - Parameter numbers: the words, each as a number (`WordNumbers`).
  package init(_ numbers: [Int]) {
    guard numbers.count >= 3 else {
      grams = numbers.isEmpty ? [] : [numbers]
      return
    }
    grams = Set((0..<numbers.count - 2).map { Array(numbers[$0..<$0 + 3]) })
  }

  /// |A ∩ B| / |A ∪ B|, from 0 to 1 (Jaccard 1912); 1 for two empty sets.
  package func similarity(to other: Trigrams) -> Double {
    let shared = grams.count { other.grams.contains($0) }
    let union = grams.count + other.grams.count - shared
    return union == 0 ? 1 : Double(shared) / Double(union)
  }
}

/// Gives each different word (by its UTF-8 bytes) a number.
package struct WordNumbers {
  private var numbers: [[UInt8]: Int] = [:]

  package init() {}

  package mutating func number(_ words: [String]) -> [Int] {
    words.map { word in
      let bytes = Array(word.utf8)
      if let known = numbers[bytes] { return known }
      numbers[bytes] = numbers.count
      return numbers.count - 1
    }
  }
}
