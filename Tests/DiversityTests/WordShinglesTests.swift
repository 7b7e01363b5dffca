import Bytes
import Diversity
import Testing

@Suite struct WordShinglesTests {
  @Test(arguments: [
    "One two, three. FOUR five", "", " .,; ", "word", "snake_case 12 x1", "Ärger über ÖL", "日本語の文",
    "ไทยภาษา mixed text", "naïve café Straße ΑΣ", "e\u{301}t\u{E9} 😀 smile", "a\tb\nc\r\nd e",
    "𝔘𝔫𝔦 𝟙𝟚 x",
  ])
  func wordsAreThoseOfTemplateWords(text: String) {
    var expected = TemplateWords()
    expected.append(text: text)
    var single = WordShingles(length: 1)
    let found = single.hashes(of: text)
    #expect(found.count == expected.words.count)
    // The word alone, in lower case and between punctuation, has the same hash.
    for (hash, word) in zip(found, expected.words) {
      #expect(single.hashes(of: "(\(word))!") == [hash])
    }
    #expect(Set(found).count == Set(expected.words.map { Array($0.utf8) }).count)
  }

  @Test func aShingleIsEveryRunOfWords() {
    var three = WordShingles(length: 3)
    let all = three.hashes(of: "one two three four five two three four")
    #expect(all.count == 6)
    // "two three four" stands twice.
    #expect(all[1] == all[5])
    #expect(Set(all).count == 5)
    for (place, words) in ["one two three", "Two; three - FOUR", "three four five"].enumerated() {
      #expect(three.hashes(of: words) == [all[place]])
    }
    #expect(three.hashes(of: "three two one") != [all[0]])
  }

  @Test func shortTextsAreOneShingle() {
    var five = WordShingles(length: 5)
    #expect(five.hashes(of: "two words").count == 1)
    #expect(five.hashes(of: "two words") != five.hashes(of: "words two"))
    #expect(five.hashes(of: "one two three four five").count == 1)
    #expect(five.hashes(of: "…").isEmpty)
  }

  @Test func invalidBytesSeparateWords() {
    var single = WordShingles(length: 1)
    var hashes: [UInt32] = []
    let bytes: [UInt8] = [97, 0xFF, 98, 0xC3, 99, 0xE2, 0x82]
    bytes.withUnsafeBytes { single.hash($0, into: &hashes) }
    #expect(hashes == single.hashes(of: "a b c"))
  }
}

@Suite struct NearDuplicateSearchTests {
  /// Texts of random words, some of them copies with a few words changed.
  static func texts(_ count: Int) -> [String] {
    var random = SeededGenerator(SeedKey(seed: 11))
    func words(_ count: Int) -> [Int] { (0..<count).map { _ in Int.random(in: 0..<5_000, using: &random) } }
    var all: [[Int]] = []
    for place in 0..<count {
      if place % 4 == 3, let earlier = all.randomElement(using: &random) {
        var copy = earlier
        for _ in 0..<Int.random(in: 0..<6, using: &random) {
          copy[Int.random(in: 0..<copy.count, using: &random)] = Int.random(in: 0..<5_000, using: &random)
        }
        all.append(copy)
      } else {
        all.append(words(Int.random(in: 30..<80, using: &random)))
      }
    }
    return all.map { $0.map { "w\($0)" }.joined(separator: " ") } + ["", "…"]
  }

  @Test func findsThePairsThatComparingAllFinds() {
    let texts = Self.texts(400)
    var joined: [UInt8] = []
    let ranges = texts.map { text in
      let start = joined.count
      joined += Array(text.utf8)
      return start..<joined.count
    }
    let search = NearDuplicateSearch(shingleLength: 3, permutations: 256, similarity: 0.5)
    let found = joined.withUnsafeBytes { search.pairs($0, ranges, threads: 2) }
    let alone = joined.withUnsafeBytes { search.pairs($0, ranges, threads: 1) }
    #expect(found == alone)
    #expect(found == found.sorted { ($0.first, $0.second) < ($1.first, $1.second) })
    var shingles = WordShingles(length: 3)
    let sets = texts.map { Set(shingles.hashes(of: $0)) }
    var similar = 0
    for second in sets.indices {
      for first in 0..<second where !sets[first].isEmpty && !sets[second].isEmpty {
        let truth =
          Double(sets[first].intersection(sets[second]).count)
          / Double(sets[first].union(sets[second]).count)
        let pair = found.first { $0.first == first && $0.second == second }
        if truth >= 0.65 {
          similar += 1
          #expect(pair != nil, "\(first) and \(second) are alike by \(truth)")
        }
        if let pair { #expect(abs(pair.similarity - truth) < 0.13) }
        if truth < 0.35 { #expect(pair == nil) }
      }
    }
    #expect(similar > 50)
  }
}
