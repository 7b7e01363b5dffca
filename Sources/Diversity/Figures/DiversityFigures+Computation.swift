import Bytes
import Compression
package import Templates

extension DiversityFigures {
  /// Above this many templates the Vendi score is that of so many of them, evenly chosen: its work grows with
  /// the cube.
  package static let mostForVendi = 400

  /// - Parameters:
  ///   - families: for each template the first member of its family.
  ///   - coverage: for each template the share of its different words that templates trained with have too;
  ///     nil for those that are trained with themselves.
  package init(
    _ sources: [TemplateSource], words: [TemplateWords], similarities: SimilarityMatrix, families: [Int],
    coverage: [Double?]
  ) {
    self.init()
    let count = sources.count
    self[.templates] = Double(count)
    self[.families] = Double(families.indices.count { families[$0] == $0 })
    guard count > 0 else { return }
    var numbers = WordNumbers()
    let texts = words.map { numbers.number($0.words) }
    let grams = GramNumbers(texts, orders: SelfBLEU.order)
    self[.distinct1] = grams.distinctShare(order: 1)
    self[.distinct2] = grams.distinctShare(order: 2)
    self[.distinct3] = grams.distinctShare(order: 3)
    self[.selfBLEU] = SelfBLEU.mean(grams)
    self[.compression] = Self.compressionRatio(words)
    self[.meanSimilarity] = similarities.mean
    self[.highestSimilarity] = similarities.highest
    if let (score, number) = Self.vendi(texts, grams) { self[.vendi] = score / Double(number) }
    shapes(sources.map(InstructionShape.init))
    let covered = coverage.compactMap(\.self)
    if !covered.isEmpty { self[.coverage] = covered.reduce(0, +) / Double(covered.count) }
  }

  private static func vendi(_ texts: [[Int]], _ grams: GramNumbers) -> (Double, Int)? {
    guard texts.count > mostForVendi else { return VendiScore.score(grams).map { ($0, texts.count) } }
    let chosen = (0..<mostForVendi).map { texts[$0 * texts.count / mostForVendi] }
    return VendiScore.score(GramNumbers(chosen, orders: VendiScore.orders)).map { ($0, mostForVendi) }
  }

  /// Bytes of all words over their bytes by gzip; how much they repeat each other.
  static func compressionRatio(_ words: [TemplateWords]) -> Double? {
    let text = words.map { $0.words.joined(separator: " ") }.joined(separator: "\n")
    var packed = ByteBuffer()
    let bytes = Array(text.utf8)
    guard !bytes.isEmpty, var gzip = try? Compressor(.gzip) else { return nil }
    guard (try? bytes.withUnsafeBytes { try gzip.append($0, to: &packed) }) != nil,
      (try? gzip.finish(to: &packed)) != nil
    else { return nil }
    return Double(bytes.count) / Double(max(1, packed.count))
  }

  private mutating func shapes(_ shapes: [InstructionShape]) {
    let count = Double(shapes.count)
    func share(_ holds: (InstructionShape) -> Bool) -> Double { Double(shapes.count(where: holds)) / count }
    self[.verbs] = Double(Set(shapes.compactMap(\.verb)).count) / count
    self[.verbObjects] =
      Double(Set(shapes.compactMap { shape in shape.verb.map { "\($0) \(shape.object ?? "")" } }).count)
      / count
    self[.questions] = share(\.isQuestion)
    self[.commands] = share(\.isCommand)
    self[.clozes] = share(\.isCloze)
    self[.dialogues] = share(\.isDialogue)
    let lengths = shapes.map { Double($0.length) }.sorted()
    self[.lengthMedian] = Quartiles.of(lengths)?.median
    if let quartiles = Quartiles.of(lengths), quartiles.low > 0 {
      self[.lengthSpread] = quartiles.high / quartiles.low
    }
    let positions = shapes.compactMap(\.fieldPosition)
    guard !positions.isEmpty else { return }
    self[.fieldsFirst] = Double(positions.count { $0 <= 1.0 / 3 }) / Double(positions.count)
    self[.fieldsLast] = Double(positions.count { $0 >= 2.0 / 3 }) / Double(positions.count)
  }
}

/// The middle half of sorted numbers, between neighbours by proportion (as NumPy's default).
package struct Quartiles: Sendable, Hashable {
  package var low: Double
  package var median: Double
  package var high: Double

  package init(low: Double, median: Double, high: Double) {
    self.low = low
    self.median = median
    self.high = high
  }

  /// nil without numbers.
  package static func of(_ sorted: [Double]) -> Quartiles? {
    guard !sorted.isEmpty else { return nil }
    func at(_ share: Double) -> Double {
      let place = share * Double(sorted.count - 1)
      let index = Int(place)
      guard index + 1 < sorted.count else { return sorted[sorted.count - 1] }
      return sorted[index] + (place - Double(index)) * (sorted[index + 1] - sorted[index])
    }
    return Quartiles(low: at(0.25), median: at(0.5), high: at(0.75))
  }
}
