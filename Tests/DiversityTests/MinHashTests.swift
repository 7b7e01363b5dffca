import Bytes
import Diversity
import Testing

@Suite struct MinHashTests {
  /// Sets of numbers with a known overlap, mixed into what shingle hashes look like.
  private func set(_ numbers: Range<UInt64>) -> [UInt32] {
    numbers.map { UInt32(truncatingIfNeeded: mix64($0) >> 32) }
  }

  @Test(arguments: [1, 7, 63, 64, 128, 200])
  func loopGivesTheMinimaOfTheDefinition(permutations: Int) {
    let minHash = MinHash(permutations: permutations, seed: 3)
    let shingles = set(0..<50)
    // One shingle's signature is its permutations, so that a set's is their minimum.
    let single = shingles.map { minHash.signature(of: [$0]).minima }
    let expected = (0..<permutations).map { place in single.map { $0[place] }.min() ?? 0 }
    #expect(minHash.signature(of: shingles).minima == expected)
    #expect(Set(expected).count == permutations)
  }

  @Test(arguments: [(900, 100), (500, 500), (100, 900), (0, 1_000)])
  func estimateIsNearTheTruth(shared: UInt64, own: UInt64) {
    let minHash = MinHash(permutations: 1_024, seed: 1)
    let a = set(0..<shared + own)
    let b = set(0..<shared) + set(1_000_000..<1_000_000 + own)
    let truth = Double(shared) / Double(shared + 2 * own)
    let estimate = minHash.signature(of: a).similarity(to: minHash.signature(of: b))
    // Four standard errors.
    #expect(abs(estimate - truth) <= 4 * (truth * (1 - truth) / 1_024).squareRoot())
  }

  @Test func mergedSignatureIsThatOfTheUnion() {
    let minHash = MinHash()
    var merged = minHash.signature(of: set(0..<40))
    merged.merge(minHash.signature(of: set(30..<90)))
    #expect(merged == minHash.signature(of: set(0..<90)))
    #expect(minHash.signature(of: []).minima.allSatisfy { $0 == .max })
  }

  @Test(arguments: [(0.5, 0.9), (0.7, 0.95), (0.8, 0.99), (0.95, 0.99), (1, 0.99)])
  func bandingFindsPairsOfItsSimilarity(similarity: Double, recall: Double) {
    let banding = Banding(permutations: 128, similarity: similarity, recall: recall)
    #expect(banding.bands * banding.rows <= 128)
    #expect(banding.probability(at: similarity) >= recall)
    let coarser = Banding(bands: 128 / (banding.rows + 1), rows: banding.rows + 1)
    #expect(banding.rows == 128 || coarser.probability(at: similarity) < recall)
  }

  @Test func indexFindsWhatComparingAllWouldFind() {
    var random = SeededGenerator(SeedKey(seed: 5))
    let minHash = MinHash(permutations: 64)
    var index = BandedIndex(minHash, Banding(bands: 32, rows: 2))
    var signatures: [MinHash.Signature] = []
    for _ in 0..<700 {
      // Sets of one of forty kinds, a few members changed.
      let kind = UInt64.random(in: 0..<40, using: &random) * 1_000
      let members = (0..<20).map { _ in kind + UInt64.random(in: 0..<24, using: &random) }
      signatures.append(minHash.signature(of: members.map { UInt32(truncatingIfNeeded: mix64($0) >> 32) }))
    }
    for (place, signature) in signatures.enumerated() {
      let expected = (0..<place).filter { sharesBand(signatures[$0].minima, signature.minima) }
      #expect(index.candidates(for: signature) == expected)
      let estimates = expected.map { signatures[$0].similarity(to: signature) }.filter { $0 >= 0.6 }
      #expect(index.nearest(to: signature, atLeast: 0.6)?.similarity == estimates.max())
      index.add(signature)
    }
    #expect(index.count == 700)
  }

  /// Whether both rows of any band of two are equal.
  private func sharesBand(_ a: [UInt32], _ b: [UInt32]) -> Bool {
    for row in stride(from: 0, to: 64, by: 2) where a[row...row + 1] == b[row...row + 1] { return true }
    return false
  }
}
