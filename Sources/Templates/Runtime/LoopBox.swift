/// The variable `loop` of a running loop (jinja2.runtime.LoopContext).
final class LoopBox: HeapObject, ReusableBox {
  override var typeName: String { "LoopContext" }

  /// From 0; -1 before the first item.
  @exclusivity(unchecked) private(set) var index0 = -1
  @exclusivity(unchecked) private(set) var depth0 = 0
  /// What `loop(…)` runs in a recursive loop.
  @exclusivity(unchecked) private(set) var recursion: (function: Int, frame: Frame)?
  @exclusivity(unchecked) private var iterable = Datum.none
  @exclusivity(unchecked) private var cursor = Cursor.empty
  @exclusivity(unchecked) private var after = Datum.missing
  @exclusivity(unchecked) private var current = Datum.missing
  @exclusivity(unchecked) private var before = Datum.missing
  @exclusivity(unchecked) private var known: Int?
  @exclusivity(unchecked) private var lastChanged: [Datum]?

  override init() {}

  /// Begins a loop.
  func begin(_ iterable: Datum, _ cursor: Cursor, recursion: (function: Int, frame: Frame)?, depth0: Int) {
    self.iterable = iterable
    self.cursor = cursor
    self.recursion = recursion
    self.depth0 = depth0
  }

  func clear() {
    index0 = -1
    recursion = nil
    after = .missing
    current = .missing
    before = .missing
    known = nil
    lastChanged = nil
  }

  func advance(_ machine: Machine) throws(RenderFailure) -> Datum? {
    var next = after
    after = .missing
    if next.isMissing {
      guard let item = try take(machine) else { return nil }
      next = item
    }
    index0 += 1
    before = current
    current = next
    return next
  }

  func length(_ machine: Machine) throws(RenderFailure) -> Int {
    if let known { return known }
    if let length = try machine.length(iterable) {
      known = length
      return length
    }
    var rest: [Datum] = []
    while let item = try take(machine) {
      rest.append(item)
      try machine.countIteration()
    }
    let list = ListBox(rest)
    cursor = .list(machine.region.keep(list), 0)
    let length = rest.count + index0 + 1 + (after.isMissing ? 0 : 1)
    known = length
    return length
  }

  /// The next item of the iterable. The cursor is out of the loop's hands meanwhile, as it may run code that
  /// asks the loop.
  private func take(_ machine: Machine) throws(RenderFailure) -> Datum? {
    if case .list(let list, let place) = cursor {
      let item: Datum? = list._withUnsafeGuaranteedRef { box in
        place < box.items.count ? box.items[place] : nil
      }
      if case .some = item { cursor = .list(list, place &+ 1) }
      return item
    }
    var cursor = self.cursor
    let item = try cursor.next(machine)
    self.cursor = cursor
    return item
  }

  private func isLast(_ machine: Machine) throws(RenderFailure) -> Bool {
    guard after.isMissing, case .list(let list, let place) = cursor else {
      return try peek(machine).isMissing
    }
    let isLast = place >= list.box.items.count
    // A list's iterator that has come to the end stays there, even if the list grows.
    if isLast { cursor = .empty }
    return isLast
  }

  private func peek(_ machine: Machine) throws(RenderFailure) -> Datum {
    if after.isMissing { after = try take(machine) ?? .missing }
    return after
  }

  override func quickAttribute(
    _ name: Text, _ known: AttributeName, _ machine: Machine
  ) throws(RenderFailure) -> Datum? {
    switch known.loopPart {
    case .index: .integer(index0 + 1)
    case .index0: .integer(index0)
    case .revindex: .integer(try length(machine) - index0)
    case .revindex0: .integer(try length(machine) - index0 - 1)
    case .first: .boolean(index0 == 0)
    case .last: .boolean(try isLast(machine))
    case .length: .integer(try length(machine))
    case nil: nil
    }
  }

  /// An attribute, nil when the loop has none of this name.
  func attribute(_ name: String, _ machine: Machine) throws(RenderFailure) -> Datum? {
    switch name {
    case "depth": return .integer(depth0 + 1)
    case "depth0": return .integer(depth0)
    case "previtem": return index0 == 0 ? try machine.undefined("there is no previous item") : before
    case "nextitem":
      let next = try peek(machine)
      return next.isMissing ? try machine.undefined("there is no next item") : next
    default: return try quickAttribute(.empty, AttributeName(name), machine)
    }
  }

  func cycle(_ items: UnsafeBufferPointer<Datum>, _ machine: Machine) throws(RenderFailure) -> Datum {
    guard !items.isEmpty else { throw machine.typeError("no items for cycling given") }
    return items[max(0, index0) % items.count]
  }

  func changed(_ values: UnsafeBufferPointer<Datum>, _ machine: Machine) throws(RenderFailure) -> Bool {
    if let lastChanged, lastChanged.count == values.count {
      var isSame = true
      for (a, b) in zip(lastChanged, values) where isSame {
        isSame = try machine.matches(a, b)
      }
      if isSame { return false }
    }
    lastChanged = Array(values)
    return true
  }
}

/// The items of a loop's iterable that pass its `if`.
final class FilteredIterator: IteratorBox, ReusableBox {
  @exclusivity(unchecked) private var cursor = Cursor.empty
  @exclusivity(unchecked) private var function = 0
  /// The test's own variables, which the region holds; it runs for one item at a time.
  @exclusivity(unchecked) private var frame: Unmanaged<Frame>?

  override init() {}

  func clear() { cursor = .empty }

  func begin(_ cursor: Cursor, function: Int, frame: Unmanaged<Frame>) {
    self.cursor = cursor
    self.function = function
    self.frame = frame
  }

  override func advance(_ machine: Machine) throws(RenderFailure) -> Datum? {
    guard let frame else { return nil }
    try machine.checkRoom(function)
    while let item = try cursor.next(machine) {
      try machine.countIteration()
      let passed = try frame.lend { (frame) throws(RenderFailure) in
        try machine.filtered(item, function, frame)
      }
      if let passed { return passed }
    }
    return nil
  }
}
