/// What chrF needs of one answer or, added up, of many (Popović 2015, 2017).
struct ChrF {
  /// The longest n-grams of words; 0: none.
  let wordOrders: Int
  static let characterOrders = 6
  var width: Int { 3 * (Self.characterOrders + wordOrders) }

  /// For each order the n-grams of the answer, of the target, and those in both; of the target with the
  /// highest figure.
  func counts(_ answer: String, targets: [String]) -> [Double] {
    let answer = scalars(answer)
    var best: [Double] = []
    var highest = -1.0
    for target in targets.map(scalars) {
      let counts = counts(answer, target)
      let figure = figure(counts)
      if figure > highest { (highest, best) = (figure, counts) }
    }
    return best.isEmpty ? Array(repeating: 0, count: width) : best
  }

  private func counts(_ answer: Scalars, _ target: Scalars) -> [Double] {
    var counts: [Double] = []
    func add(_ grams: GramNumbering) {
      let (found, wanted) = (grams.total(0), grams.total(1))
      counts += [
        wanted > 0 ? Double(found) : 0, Double(wanted), Double(common(grams.counts(0), grams.counts(1))),
      ]
    }
    var characters = GramNumbering([answer, target].map { $0.filter { !isBlank($0) } })
    for order in 1...Self.characterOrders {
      if order > 1 { characters.advance() }
      add(characters)
    }
    guard wordOrders > 0 else { return counts }
    var words = GramNumbering([answer, target].map(Self.words))
    for order in 1...wordOrders {
      if order > 1 { words.advance() }
      add(words)
    }
    return counts
  }

  /// Words, a punctuation mark at one end (the last before the first) by itself.
  private static func words(_ text: Scalars) -> [ArraySlice<UInt32>] {
    text.words.flatMap { word -> [ArraySlice<UInt32>] in
      guard word.count > 1, let first = word.first, let last = word.last else { return [word] }
      if isPunctuation(last) { return [word.dropLast(), word.suffix(1)] }
      if isPunctuation(first) { return [word.prefix(1), word.dropFirst()] }
      return [word]
    }
  }

  /// From 0 to 1: precision and recall are means over the orders that both sides have; recall weighs β² = 4
  /// times as much.
  func figure(_ counts: [Double]) -> Double {
    var (precision, recall, orders) = (0.0, 0.0, 0.0)
    for start in stride(from: 0, to: counts.count, by: 3) where counts[start] > 0 && counts[start + 1] > 0 {
      precision += counts[start + 2] / counts[start]
      recall += counts[start + 2] / counts[start + 1]
      orders += 1
    }
    guard orders > 0, precision + recall > 0 else { return 0 }
    precision /= orders
    recall /= orders
    return 5 * precision * recall / (4 * precision + recall)
  }
}
