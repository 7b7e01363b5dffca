/// Numbers for things in the order in which they come.
struct Numbering<Element: Hashable> {
  private var numbers: [Element: Int32] = [:]
  var count: Int { numbers.count }

  mutating func number(of element: Element) -> Int32 {
    if let known = numbers[element] { return known }
    let new = Int32(truncatingIfNeeded: numbers.count)
    numbers[element] = new
    return new
  }
}

/// The n-grams of a few sequences, equal ones with equal numbers; first n = 1, then one more a step.
///
/// An n-gram is the pair of its first n − 1 tokens' number and its last token, so that every order costs one
/// look-up a place and no n-gram is ever written out.
struct GramNumbering {
  private let tokens: [[Int32]]
  /// For each sequence, the number of the n-gram that starts at each place.
  private var grams: [[Int32]]
  /// Different n-grams of the present order.
  private(set) var count: Int

  init<Token: Hashable>(_ sequences: [[Token]]) {
    var numbering = Numbering<Token>()
    tokens = sequences.map { $0.map { numbering.number(of: $0) } }
    grams = tokens
    count = numbering.count
  }

  mutating func advance() {
    var numbering = Numbering<UInt64>()
    for sequence in grams.indices {
      let last = tokens[sequence].dropFirst(tokens[sequence].count - grams[sequence].count + 1)
      grams[sequence] = zip(grams[sequence], last).map { gram, token in
        numbering.number(of: UInt64(UInt32(bitPattern: gram)) << 32 | UInt64(UInt32(bitPattern: token)))
      }
    }
    count = numbering.count
  }

  /// n-grams of a sequence, repetitions counted.
  func total(_ sequence: Int) -> Int { grams[sequence].count }

  /// How often each n-gram occurs in a sequence.
  func counts(_ sequence: Int) -> [Int] {
    var counts = [Int](repeating: 0, count: count)
    for gram in grams[sequence] { counts[Int(gram)] += 1 }
    return counts
  }
}

/// The sum over places of the lower of both counts.
func common(_ one: [Int], _ other: [Int]) -> Int { zip(one, other).reduce(0) { $0 + min($1.0, $1.1) } }
