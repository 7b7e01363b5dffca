/// Objects of one class that are used again from rendering to rendering: making and giving up an object takes
/// longer than most of what a template does with it.
struct BoxPool<Box: ReusableBox>: ~Copyable {
  private var boxes: [Box] = []
  /// The same, to be reached and given out without counting.
  private var lent: [Unmanaged<Box>] = []
  private var used = 0
  /// More are given up when a rendering ends.
  private static var most: Int { 256 }

  /// A box as if it were new; it is the caller's until `reset`.
  @inline(__always)
  mutating func next() -> Unmanaged<Box> {
    if used == lent.count { add() }
    let box = lent[used]
    used &+= 1
    return box
  }

  private mutating func add() {
    let box = Box()
    boxes.append(box)
    lent.append(.passUnretained(box))
  }

  mutating func reset() {
    guard used > 0 else { return }
    for place in 0..<used { lent[place]._withUnsafeGuaranteedRef { $0.clear() } }
    used = 0
    if boxes.count > Self.most {
      lent.removeLast(boxes.count - Self.most)
      boxes.removeLast(boxes.count - Self.most)
    }
  }
}

/// An object that can be made as good as new.
protocol ReusableBox: HeapObject {
  init()
  /// Forgets what it holds, and keeps a moderate amount of memory for the next use.
  func clear()
}

extension Array {
  /// Forgets the items and keeps the memory, unless it is a lot. A few items go one by one, which takes a fraction
  /// of what `removeAll` does.
  mutating func clearForReuse() {
    if count <= 8 {
      while !isEmpty { removeLast() }
    } else if capacity > 1024 {
      self = []
    } else {
      removeAll(keepingCapacity: true)
    }
  }
}
