/// Merges the bytes of one piece: always the pair of lowest rank, of equals the leftmost.
///
/// Short pieces are scanned for the best pair again and again; long ones (which no ordinary text has, but
/// a hostile one may) go through a heap, so that the time stays near linear.
struct PieceMerger {
  private var ids: [Int32] = []
  private static let longestScan = 64

  mutating func append(
    _ piece: UnsafeBufferPointer<UInt8>, _ tokenizer: Tokenizer, to result: inout [Int32]
  ) {
    if tokenizer.prefersWholePieces, let whole = tokenizer.tokens.id(of: piece) {
      result.append(whole)
      return
    }
    ids.removeAll(keepingCapacity: true)
    for byte in piece {
      let id = tokenizer.byteTokens[Int(byte)]
      if id >= 0 { ids.append(id) }
    }
    if ids.count <= Self.longestScan {
      scan(tokenizer.merges)
      result.append(contentsOf: ids)
    } else {
      result.append(contentsOf: MergeQueue.merge(ids, tokenizer.merges))
    }
  }

  private mutating func scan(_ merges: MergeTable) {
    while ids.count > 1 {
      var best = MergeTable.Merge(rank: .max, result: 0)
      var place = 0
      for index in 0..<ids.count - 1 {
        if let merge = merges.merge(ids[index], ids[index + 1]), merge.rank < best.rank {
          best = merge
          place = index
        }
      }
      guard best.rank != .max else { return }
      ids[place] = best.result
      ids.remove(at: place + 1)
    }
  }
}

/// The merging of a long piece: tokens as a linked list, possible merges in a binary heap.
private enum MergeQueue {
  private struct Candidate {
    var merge: MergeTable.Merge
    var place: Int32
    var left: Int32
    var right: Int32

    func precedes(_ other: Candidate) -> Bool {
      merge.rank != other.merge.rank ? merge.rank < other.merge.rank : place < other.place
    }
  }

  static func merge(_ ids: [Int32], _ merges: MergeTable) -> [Int32] {
    var ids = ids
    var next = Array(1...ids.count)
    var previous = Array(-1..<ids.count - 1)
    var heap: [Candidate] = []
    func push(_ place: Int) {
      guard place >= 0, next[place] < ids.count else { return }
      let (left, right) = (ids[place], ids[next[place]])
      guard let merge = merges.merge(left, right) else { return }
      sink(&heap, Candidate(merge: merge, place: Int32(place), left: left, right: right))
    }
    for place in ids.indices { push(place) }
    while let best = pop(&heap) {
      let place = Int(best.place)
      guard ids[place] == best.left, next[place] < ids.count, ids[next[place]] == best.right else { continue }
      let gone = next[place]
      ids[place] = best.merge.result
      ids[gone] = -1
      next[place] = next[gone]
      if next[gone] < ids.count { previous[next[gone]] = place }
      push(previous[place])
      push(place)
    }
    return ids.filter { $0 >= 0 }
  }

  private static func sink(_ heap: inout [Candidate], _ new: Candidate) {
    heap.append(new)
    var child = heap.count - 1
    while child > 0, heap[child].precedes(heap[(child - 1) / 2]) {
      heap.swapAt(child, (child - 1) / 2)
      child = (child - 1) / 2
    }
  }

  private static func pop(_ heap: inout [Candidate]) -> Candidate? {
    guard let last = heap.popLast() else { return nil }
    guard let top = heap.first else { return last }
    heap[0] = last
    var parent = 0
    while true {
      var least = parent
      for child in [2 * parent + 1, 2 * parent + 2]
      where child < heap.count && heap[child].precedes(heap[least]) {
        least = child
      }
      guard least != parent else { return top }
      heap.swapAt(parent, least)
      parent = least
    }
  }
}
