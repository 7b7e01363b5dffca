import Bytes
import Glibc

/// How signatures are cut into bands for locality-sensitive hashing (Indyk and Motwani 1998): two texts are
/// candidates when all rows of at least one band agree, which happens with probability `1 − (1 − s^rows)^bands`
/// at similarity s.
package struct Banding: Sendable, Hashable {
  package let bands: Int
  package let rows: Int

  package init(bands: Int, rows: Int) {
    self.bands = max(1, bands)
    self.rows = max(1, rows)
  }

  /// The banding with the fewest false candidates among those that find a pair of just this similarity with
  /// at least the given probability.
  ///
  /// - Parameters:
  ///   - permutations: of the signatures.
  ///   - similarity, recall: above 0, at most 1.
  package init(permutations: Int, similarity: Double, recall: Double = 0.99) {
    var rows = 1
    while rows < permutations,
      Self.probability(similarity, bands: permutations / (rows + 1), rows: rows + 1) >= recall
    { rows += 1 }
    self.init(bands: permutations / rows, rows: rows)
  }

  /// How probably a pair of a similarity becomes a candidate.
  package func probability(at similarity: Double) -> Double {
    Self.probability(similarity, bands: bands, rows: rows)
  }

  private static func probability(_ similarity: Double, bands: Int, rows: Int) -> Double {
    1 - pow(1 - pow(similarity, Double(rows)), Double(bands))
  }

  /// A hash of one band of a signature.
  @inline(__always)
  func key(_ minima: UnsafeBufferPointer<UInt32>, band: Int) -> UInt64 {
    var key = UInt64(band)
    for place in band * rows..<min(minima.count, (band + 1) * rows) {
      key = mix64(key ^ UInt64(minima[place])) &+ 0x9E37_79B9_7F4A_7C15
    }
    return key
  }
}
