import Dispatch

/// Near-duplicates among many texts at once, on several threads.
package struct NearDuplicateSearch: Sendable {
  /// Two texts and the estimated similarity of their shingles.
  package struct Pair: Sendable, Hashable {
    package var first: Int
    package var second: Int
    package var similarity: Double
  }

  package var shingleLength: Int
  package var minHash: MinHash
  package var banding: Banding
  /// Pairs below this estimate are left out.
  package var similarity: Double

  package init(shingleLength: Int = 5, permutations: Int = 128, seed: UInt64 = 0, similarity: Double = 0.8) {
    self.shingleLength = shingleLength
    minHash = MinHash(permutations: permutations, seed: seed)
    banding = Banding(permutations: permutations, similarity: similarity)
    self.similarity = similarity
  }

  /// Every pair that shares a band and is similar enough, by first and second text. Texts without words are
  /// alike to none.
  ///
  /// The work grows with the texts and with the pairs; where one text stands a thousand times, half a million
  /// pairs are found (`BandedIndex` does without them).
  ///
  /// - Parameters:
  ///   - texts: all of them one after the other.
  ///   - ranges: of the texts, in bytes.
  package func pairs(_ texts: UnsafeRawBufferPointer, _ ranges: [Range<Int>], threads: Int) -> [Pair] {
    let table = signatures(texts, ranges, threads: threads)
    let found = candidates(table, threads: threads)
    let width = minHash.permutations
    return table.withUnsafeBufferPointer { table in
      found.compactMap { code -> Pair? in
        let (first, second) = (Int(code >> 32), Int(code & 0xFFFF_FFFF))
        let estimate = MinHash.similarity(
          UnsafeBufferPointer(rebasing: table[first * width..<(first + 1) * width]),
          UnsafeBufferPointer(rebasing: table[second * width..<(second + 1) * width]))
        return estimate >= similarity ? Pair(first: first, second: second, similarity: estimate) : nil
      }
    }
  }

  /// The signatures of all texts one after the other.
  private func signatures(
    _ texts: UnsafeRawBufferPointer, _ ranges: [Range<Int>], threads: Int
  ) -> [UInt32] {
    let width = minHash.permutations
    var table = [UInt32](repeating: .max, count: ranges.count * width)
    table.withUnsafeMutableBufferPointer { table in
      // Safe: every share writes its own rows.
      nonisolated(unsafe) let table = table
      nonisolated(unsafe) let texts = texts
      let shares = max(1, threads) * 4
      DispatchQueue.concurrentPerform(iterations: shares) { share in
        var shingles = WordShingles(length: shingleLength)
        var hashes: [UInt32] = []
        for place in share * ranges.count / shares..<(share + 1) * ranges.count / shares {
          shingles.hash(UnsafeRawBufferPointer(rebasing: texts[ranges[place]]), into: &hashes)
          minHash.lower(
            UnsafeMutableBufferPointer(rebasing: table[place * width..<(place + 1) * width]), by: hashes)
        }
      }
    }
    return table
  }

  /// Pairs that share a band, each as `first << 32 | second`, sorted, each once.
  private func candidates(_ table: [UInt32], threads: Int) -> [UInt64] {
    let bands = banding.bands
    var found = Array(repeating: [UInt64](), count: bands)
    found.withUnsafeMutableBufferPointer { found in
      // Safe: every band writes its own list.
      nonisolated(unsafe) let found = found
      table.withUnsafeBufferPointer { table in
        nonisolated(unsafe) let table = table
        DispatchQueue.concurrentPerform(iterations: bands) { found[$0] = pairs(of: $0, table) }
      }
    }
    var all = found.flatMap { $0 }
    all.sort()
    var kept = 0
    for code in all where kept == 0 || all[kept - 1] != code {
      all[kept] = code
      kept += 1
    }
    all.removeLast(all.count - kept)
    return all
  }

  private func pairs(of band: Int, _ table: UnsafeBufferPointer<UInt32>) -> [UInt64] {
    let width = minHash.permutations
    let count = table.count / width
    var bits = 8
    while 1 << bits < count { bits += 1 }
    var heads = [UInt32](repeating: 0, count: 1 << bits)
    var next = [UInt32](repeating: 0, count: count)
    var keys = [UInt64](repeating: 0, count: count)
    var pairs: [UInt64] = []
    for text in 0..<count {
      let minima = UnsafeBufferPointer(rebasing: table[text * width..<(text + 1) * width])
      // All ones stand for no shingle at all.
      if minima[0] == .max, minima.allSatisfy({ $0 == .max }) { continue }
      let key = banding.key(minima, band: band)
      keys[text] = key
      let slot = Int(truncatingIfNeeded: key) & (heads.count - 1)
      var entry = heads[slot]
      while entry != 0 {
        if keys[Int(entry) - 1] == key { pairs.append(UInt64(entry - 1) << 32 | UInt64(text)) }
        entry = next[Int(entry) - 1]
      }
      next[text] = heads[slot]
      heads[slot] = UInt32(text + 1)
    }
    return pairs
  }
}
