/// Merges the bytes of one piece: always the pair learnt first, of equals the leftmost.
///
/// Short pieces are scanned for the best pair again and again; long ones (which no ordinary text has, but
/// a hostile one may) go through a heap, so that the time stays near linear.
struct PieceMerger {
  private var ids: [Int32] = []
  private static let longestScan = 64

  mutating func append(
    _ piece: UnsafeBufferPointer<UInt8>, _ tokenizer: Tokenizer, to result: inout [Int32]
  ) {
    ids.removeAll(keepingCapacity: true)
    for byte in piece { ids.append(tokenizer.byteTokens[Int(byte)]) }
    if ids.count <= Self.longestScan {
      scan(tokenizer.merges)
      result.append(contentsOf: ids)
    } else {
      result.append(contentsOf: MergeQueue.merge(ids, tokenizer.merges))
    }
  }

  private mutating func scan(_ merges: MergeTable) {
    while ids.count > 1 {
      var best = Int32.max
      var place = 0
      for index in 0..<ids.count - 1 {
        if let merged = merges.result(ids[index], ids[index + 1]), merged < best {
          best = merged
          place = index
        }
      }
      guard best != Int32.max else { return }
      ids[place] = best
      ids.remove(at: place + 1)
    }
  }
}

/// The merging of a long piece: tokens as a linked list, possible merges in a binary heap.
private enum MergeQueue {
  private struct Candidate {
    var result: Int32
    var place: Int32
    var left: Int32
    var right: Int32

    func precedes(_ other: Candidate) -> Bool {
      result != other.result ? result < other.result : place < other.place
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
      guard let result = merges.result(left, right) else { return }
      sink(&heap, Candidate(result: result, place: Int32(place), left: left, right: right))
    }
    for place in ids.indices { push(place) }
    while let best = pop(&heap) {
      let place = Int(best.place)
      guard ids[place] == best.left, next[place] < ids.count, ids[next[place]] == best.right else { continue }
      let gone = next[place]
      ids[place] = best.result
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
