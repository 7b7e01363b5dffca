import Bytes
import CMinHash

/// Min-wise hashing (Broder 1997): a signature of a set of shingles from which the Jaccard similarity of two
/// sets can be estimated, and by which near-duplicates are found among many.
///
/// Permutation p of a shingle s is `factors[p] · s + addends[p]` modulo 2³² with an odd factor. The estimate's
/// standard error is `√(J(1−J)/permutations)`: 0.044 at most with 128.
package struct MinHash: Sendable {
  package let permutations: Int
  private let factors: [UInt32]
  private let addends: [UInt32]

  /// - Parameter seed: signatures can be compared and merged only if permutations and seed are the same.
  package init(permutations: Int = 128, seed: UInt64 = 0) {
    self.permutations = max(1, permutations)
    let key = SeedKey(seed: seed).part("minhash")
    let draws = (0..<UInt64(self.permutations)).map { key.part($0).value }
    factors = draws.map { UInt32(truncatingIfNeeded: $0) | 1 }
    addends = draws.map { UInt32(truncatingIfNeeded: $0 >> 32) }
  }

  /// The smallest value of each permutation over a set's shingles; all ones for the empty set.
  package struct Signature: Sendable, Hashable {
    package var minima: [UInt32]

    package init(minima: [UInt32]) { self.minima = minima }

    /// Makes this the signature of the union of both sets.
    package mutating func merge(_ other: Signature) {
      for place in minima.indices.prefix(other.minima.count) {
        minima[place] = min(minima[place], other.minima[place])
      }
    }

    /// The estimated Jaccard similarity, from 0 to 1.
    package func similarity(to other: Signature) -> Double {
      minima.withUnsafeBufferPointer { a in
        other.minima.withUnsafeBufferPointer { b in MinHash.similarity(a, b) }
      }
    }
  }

  /// The signature of a set of shingles (`WordShingles`); repeated ones change nothing.
  package func signature(of shingles: [UInt32]) -> Signature {
    var signature = Signature(minima: [UInt32](repeating: .max, count: permutations))
    signature.minima.withUnsafeMutableBufferPointer { lower($0, by: shingles) }
    return signature
  }

  /// Adds shingles to the set that a signature stands for.
  package func lower(_ minima: UnsafeMutableBufferPointer<UInt32>, by shingles: [UInt32]) {
    guard let start = minima.baseAddress, minima.count >= permutations else { return }
    factors.withUnsafeBufferPointer { factors in
      addends.withUnsafeBufferPointer { addends in
        shingles.withUnsafeBufferPointer { shingles in
          guard let first = shingles.baseAddress else { return }
          pb_minhash(start, factors.baseAddress, addends.baseAddress, permutations, first, shingles.count)
        }
      }
    }
  }

  /// The share of equal minima.
  static func similarity(_ a: UnsafeBufferPointer<UInt32>, _ b: UnsafeBufferPointer<UInt32>) -> Double {
    let count = min(a.count, b.count)
    guard count > 0 else { return 0 }
    var equal = 0
    for place in 0..<count where a[place] == b[place] { equal &+= 1 }
    return Double(equal) / Double(count)
  }
}
