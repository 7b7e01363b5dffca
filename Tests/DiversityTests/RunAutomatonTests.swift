import Bytes
import Diversity
import Testing

/// Against the definition: of every run of words in a short text, whether the long texts have it.
@Suite struct RunAutomatonTests {
  private struct Case {
    var short: [[UInt64]]
    var long: [[UInt64]]

    /// Few different words, so that runs are long and begin and end everywhere; copies of parts of the short
    /// texts in the long ones.
    init(seed: UInt64) {
      var random = SeededGenerator(SeedKey(seed: seed).part("runs"))
      func below(_ bound: Int) -> Int { Int(random.next() % UInt64(bound)) }
      let words = 2 + below(6)
      func text(_ count: Int) -> [UInt64] { (0..<count).map { _ in mix64(UInt64(1 + below(words))) } }
      short = (0..<1 + below(8)).map { _ in text(below(25)) }
      let pool = short
      long = (0..<1 + below(4)).map { _ in
        var made = text(below(30))
        for _ in 0..<below(4) {
          let source = pool[below(pool.count)]
          guard !source.isEmpty else { continue }
          let start = below(source.count)
          made += source[start..<start + 1 + below(source.count - start)]
          made += below(3) == 0 ? [mix64(999)] : text(below(5))
        }
        return made
      }
    }

    /// For each word of a short text the longest run that ends with it and stands in a long text.
    func naive(_ text: [UInt64]) -> [Int32] {
      text.indices.map { end in
        var best: Int32 = 0
        for start in 0...end {
          let run = text[start...end]
          let found = long.contains { other in
            other.count >= run.count
              && (0...other.count - run.count).contains { other[$0..<$0 + run.count].elementsEqual(run) }
          }
          if found { best = max(best, Int32(run.count)) }
        }
        return best
      }
    }
  }

  @Test(arguments: 0..<300)
  func longestRunsAsByDefinition(seed: Int) {
    let one = Case(seed: UInt64(seed))
    var automaton = RunAutomaton()
    for text in one.short { automaton.add(text) }
    // The long texts in pieces, by two readers.
    var matches = [RunAutomaton.Matches(automaton), RunAutomaton.Matches(automaton)]
    for (place, text) in one.long.enumerated() {
      var position = RunAutomaton.Position()
      let middle = text.count / 3
      automaton.read(Array(text[..<middle]), &position, &matches[place % 2])
      automaton.read(Array(text[middle...]), &position, &matches[place % 2])
    }
    matches[0].add(matches[1])
    let runs = automaton.longestRuns(matches[0])
    for text in one.short { #expect(automaton.runs(of: text, runs) == one.naive(text)) }
  }

  @Test func nothingReadIsNothingFound() {
    var automaton = RunAutomaton()
    automaton.add([1, 2, 3])
    automaton.add([])
    let runs = automaton.longestRuns(RunAutomaton.Matches(automaton))
    #expect(automaton.runs(of: [1, 2, 3], runs) == [0, 0, 0])
  }

  /// States are at most twice as many as words.
  @Test func memoryIsLinear() {
    var automaton = RunAutomaton()
    var random = SeededGenerator(SeedKey(seed: 3))
    for _ in 0..<200 { automaton.add((0..<50).map { _ in random.next() % 7 + 1 }) }
    #expect(automaton.count <= 2 * 200 * 50 + 1)
  }
}
