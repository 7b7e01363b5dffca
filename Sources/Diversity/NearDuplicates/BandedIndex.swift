/// Signatures that can be asked for their near-duplicates, filled one by one.
///
/// To drop near-duplicates from a stream, ask for each text's nearest and add it only if there is none: the
/// index then holds the kept ones, which are unlike each other, and stays fast however often one text occurs.
package struct BandedIndex: Sendable {
  package let minHash: MinHash
  package let banding: Banding
  /// Signatures one after the other.
  private var minima: [UInt32] = []
  package private(set) var count = 0
  /// For each band a table of chains: the number, plus 1, of the last entry of a slot; a power of two of slots.
  private var heads: [[UInt32]]
  /// For each entry and band the entry before it in its chain, and the upper half of its key.
  private var links: [(next: UInt32, tag: UInt32)] = []

  package init(_ minHash: MinHash, _ banding: Banding) {
    self.minHash = minHash
    self.banding = banding
    heads = Array(repeating: [UInt32](repeating: 0, count: 1 << 8), count: banding.bands)
  }

  /// Adds a signature, which becomes the entry `count - 1`.
  package mutating func add(_ signature: MinHash.Signature) {
    if count >= heads[0].count { grow() }
    minima += signature.minima
    count += 1
    signature.minima.withUnsafeBufferPointer { link(count - 1, $0, isNew: true) }
  }

  /// The entries that share a band with the signature, in order.
  package func candidates(for signature: MinHash.Signature) -> [Int] {
    var found: [Int] = []
    signature.minima.withUnsafeBufferPointer { minima in
      for band in 0..<banding.bands {
        let key = banding.key(minima, band: band)
        var entry = heads[band][slot(key)]
        while entry != 0 {
          let link = links[(Int(entry) - 1) * banding.bands + band]
          if link.tag == UInt32(truncatingIfNeeded: key >> 32) { found.append(Int(entry) - 1) }
          entry = link.next
        }
      }
    }
    guard found.count > 1 else { return found }
    found.sort()
    var last = -1
    return found.filter { entry in
      defer { last = entry }
      return entry != last
    }
  }

  /// The candidate with the highest estimated similarity, if that reaches `similarity`; the earliest of equals.
  package func nearest(to signature: MinHash.Signature, atLeast similarity: Double) -> (
    entry: Int, similarity: Double
  )? {
    var best: (entry: Int, similarity: Double)?
    for entry in candidates(for: signature) {
      let estimate = self.similarity(of: entry, to: signature)
      if estimate >= similarity, estimate > best?.similarity ?? -1 { best = (entry, estimate) }
    }
    return best
  }

  /// The estimated similarity of an entry and a signature.
  package func similarity(of entry: Int, to signature: MinHash.Signature) -> Double {
    minima.withUnsafeBufferPointer { all in
      signature.minima.withUnsafeBufferPointer { MinHash.similarity(row(entry, all), $0) }
    }
  }

  private func row(_ entry: Int, _ all: UnsafeBufferPointer<UInt32>) -> UnsafeBufferPointer<UInt32> {
    let width = minHash.permutations
    return UnsafeBufferPointer(rebasing: all[entry * width..<(entry + 1) * width])
  }

  private func slot(_ key: UInt64) -> Int { Int(truncatingIfNeeded: key) & (heads[0].count - 1) }

  private mutating func link(_ entry: Int, _ minima: UnsafeBufferPointer<UInt32>, isNew: Bool) {
    for band in 0..<banding.bands {
      let key = banding.key(minima, band: band)
      let link = (next: heads[band][slot(key)], tag: UInt32(truncatingIfNeeded: key >> 32))
      if isNew { links.append(link) } else { links[entry * banding.bands + band] = link }
      heads[band][slot(key)] = UInt32(entry + 1)
    }
  }

  private mutating func grow() {
    let slots = heads[0].count * 4
    heads = Array(repeating: [UInt32](repeating: 0, count: slots), count: banding.bands)
    let all = minima
    all.withUnsafeBufferPointer { all in
      for entry in 0..<count { link(entry, row(entry, all), isNew: false) }
    }
  }
}
