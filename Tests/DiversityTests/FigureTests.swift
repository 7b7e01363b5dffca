import Bytes
import Diversity
import Foundation
import Templates
import Testing

/// Ours against the packages that the figures are named after (`Tests/check_diversity.py` made the numbers).
@Suite struct FigureTests {
  private struct Figures: Decodable {
    var selfBLEUByNLTK: [Double]
    var selfBLEUByFastBLEU: [Double]
    var vendi: Double
    var vendiLong: Double
    var distinct: [Double]
    var jaccard: [[Double]]

    enum CodingKeys: String, CodingKey {
      case selfBLEUByNLTK = "self_bleu_nltk"
      case selfBLEUByFastBLEU = "self_bleu_fast_bleu"
      case vendi
      case vendiLong = "vendi_long"
      case distinct, jaccard
    }
  }

  private static func fixture(_ name: String) throws -> Data {
    let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    return try Data(contentsOf: folder.appendingPathComponent("Fixtures/" + name))
  }

  private static func load() throws -> (texts: [[Int]], figures: Figures) {
    let lines = String(decoding: try fixture("texts.txt"), as: UTF8.self).split(separator: "\n")
    var numbers = WordNumbers()
    let texts = lines.map { numbers.number($0.split(separator: " ").map(String.init)) }
    return (texts, try JSONDecoder().decode(Figures.self, from: fixture("figures.json")))
  }

  @Test func selfBLEUIsThatOfNLTKAndFastBLEU() throws {
    let (texts, figures) = try Self.load()
    let grams = GramNumbers(texts, orders: 4)
    let scores = SelfBLEU.scores(grams)
    for expected in [figures.selfBLEUByNLTK, figures.selfBLEUByFastBLEU] {
      try #require(expected.count == scores.count)
      for (place, (ours, theirs)) in zip(scores, expected).enumerated() {
        #expect(abs(ours - theirs) < 1e-9, "text \(place)")
      }
    }
    let mean = try #require(SelfBLEU.mean(grams))
    #expect(abs(mean - figures.selfBLEUByNLTK.reduce(0, +) / Double(texts.count)) < 1e-9)
    #expect(SelfBLEU.mean(GramNumbers([texts[0]], orders: 4)) == nil)
    #expect(
      SelfBLEU.scores(GramNumbers([[1, 2, 3, 4], [1, 2, 3, 4]], orders: 4)).allSatisfy { abs($0 - 1) < 1e-12 }
    )
  }

  @Test func vendiScoreIsThatOfItsPackage() throws {
    let (texts, figures) = try Self.load()
    let ours = try #require(VendiScore.score(GramNumbers(texts, orders: 4)))
    #expect(abs(ours - figures.vendi) < 1e-6)
    let long = try #require(VendiScore.score(GramNumbers(texts.filter { $0.count >= 4 }, orders: 4)))
    #expect(abs(long - figures.vendiLong) < 1e-6)
    // Four texts unlike each other count four, four equal ones one.
    let apart = (0..<4).map { text in (0..<5).map { text * 10 + $0 } }
    #expect(abs((VendiScore.score(GramNumbers(apart, orders: 4)) ?? 0) - 4) < 1e-9)
    let equal = Array(repeating: [1, 2, 3, 4, 5], count: 4)
    #expect(abs((VendiScore.score(GramNumbers(equal, orders: 4)) ?? 0) - 1) < 1e-9)
    #expect(VendiScore.score(GramNumbers([], orders: 4)) == nil)
  }

  @Test func distinctAndJaccardAreTheDirectOnes() throws {
    let (texts, figures) = try Self.load()
    let grams = GramNumbers(texts, orders: 3)
    for order in 1...3 {
      #expect(abs((grams.distinctShare(order: order) ?? 0) - figures.distinct[order - 1]) < 1e-12)
    }
    let matrix = SimilarityMatrix(texts)
    for (later, row) in figures.jaccard.enumerated() {
      for (earlier, expected) in row.enumerated() {
        #expect(abs(matrix[earlier, later] - expected) < 1e-12)
        #expect(matrix[earlier, later] == Trigrams(texts[earlier]).similarity(to: Trigrams(texts[later])))
      }
    }
    let all = figures.jaccard.flatMap { $0 }
    #expect(abs((matrix.mean ?? 0) - all.reduce(0, +) / Double(all.count)) < 1e-12)
    #expect(matrix.highest == all.max())
  }

  @Test(arguments: [1, 2, 5, 20, 60]) func eigenvaluesKeepTraceAndSquares(size: Int) {
    var random = SeededGenerator(SeedKey(seed: UInt64(size)))
    var matrix = [Double](repeating: 0, count: size * size)
    for row in 0..<size {
      for column in 0...row {
        let value = Double.random(in: -1...1, using: &random)
        matrix[row * size + column] = value
        matrix[column * size + row] = value
      }
    }
    let values = symmetricEigenvalues(matrix, size: size)
    let trace = (0..<size).reduce(0.0) { $0 + matrix[$1 * size + $1] }
    #expect(abs(values.reduce(0, +) - trace) < 1e-9)
    // The sum of squares is that of all elements, and that of cubes the trace of the cube.
    #expect(abs(values.reduce(0) { $0 + $1 * $1 } - matrix.reduce(0) { $0 + $1 * $1 }) < 1e-9)
    var cube = 0.0
    for i in 0..<size {
      for j in 0..<size {
        for k in 0..<size { cube += matrix[i * size + j] * matrix[j * size + k] * matrix[k * size + i] }
      }
    }
    #expect(abs(values.reduce(0) { $0 + $1 * $1 * $1 } - cube) < 1e-7)
  }

  @Test(arguments: [
    ("Is {{ x }} good? ||| {{ y }}", "question"), ("{{ x }}\nName the colour. ||| {{ y }}", "command"),
    ("Please list all of {{ x }}. ||| {{ y }}", "command"),
    ("{{ x }} The colour of it is ||| {{ y }}", "cloze"),
    ("{{ x }} is ___ good. ||| {{ y }}", "cloze"), ("Teacher: {{ x }}\nStudent: ||| {{ y }}", "dialogue"),
    ("{{ x }} ||| Name it?", ""), ("The naming of {{ x }}. ||| {{ y }}", ""),
  ])
  func kindsOfInstructions(jinja: String, kind: String) {
    let source = TemplateSource(id: "a", name: "a", jinja: jinja, location: SourceLocation(path: "a"))
    let shape = InstructionShape(source)
    #expect(shape.isQuestion == (kind == "question"))
    #expect(shape.isCommand == (kind == "command"))
    #expect(shape.isCloze == (kind == "cloze"))
    #expect(shape.isDialogue == (kind == "dialogue"))
  }

  @Test func verbObjectAndPosition() {
    func shape(_ jinja: String) -> InstructionShape {
      InstructionShape(TemplateSource(id: "a", name: "a", jinja: jinja, location: SourceLocation(path: "a")))
    }
    let summary = shape("{{ text }}\nWrite a short summary of it. ||| {{ s }}")
    #expect(summary.verb == "write" && summary.object == "summary")
    #expect(summary.fieldPosition == 0 && summary.length == 7)
    #expect(shape("Write it: {{ text }} ||| x").fieldPosition == 1)
    #expect(shape("one two {{ text }} three four ||| x").fieldPosition == 0.5)
    #expect(shape("no field ||| {{ x }}").fieldPosition == nil)
  }

  @Test func coverageIsTheShareOfKnownWords() {
    func words(_ text: String) -> TemplateWords {
      var words = TemplateWords()
      words.append(text: text)
      words.appendExpression()
      return words
    }
    var known = VocabularyCoverage()
    known.add([words("is it good"), words("say it")])
    #expect(known.share(of: words("is it bad"), isIn: false) == 2.0 / 3)
    #expect(known.share(of: words("is it good"), isIn: true) == 0)
    known.add([words("good it")])
    #expect(known.share(of: words("is it good"), isIn: true) == 2.0 / 3)
    #expect(known.share(of: TemplateWords(), isIn: false) == nil)
  }

  /// Good (1953): five templates, families of 2, 1, 1, 1. Chao (1984): 3 · 2 / (2 · 2).
  @Test func outlookFollowsTheFamiliesSizes() throws {
    let outlook = try #require(FamilyOutlook(families: [0, 0, 2, 3, 4]))
    #expect(outlook.newShare == 0.6)
    #expect(outlook.unwritten == 1.5)
    #expect(FamilyOutlook(families: []) == nil)
  }

  /// numpy.percentile([1, 2, 4, 8], [25, 50, 75]) = 1.75, 3, 5.
  @Test func quartilesAreNumPys() {
    #expect(Quartiles.of([1, 2, 4, 8]) == Quartiles(low: 1.75, median: 3, high: 5))
    #expect(Quartiles.of([3]) == Quartiles(low: 3, median: 3, high: 3))
    #expect(Quartiles.of([]) == nil)
  }
}
