/// The filter `sort`.
extension Machine {
  func sortFilter(_ value: Datum, _ a: BoundArguments) throws(RenderFailure) -> Datum {
    let list = region.newList()
    try fill(list, from: value)
    let isSensitive = try flag(a[1])
    let isReverse = try flag(a[0])
    if a[2].isMissing || a[2].isNone, try sortTexts(list, isSensitive: isSensitive, isReverse: isReverse) {
      return try region.list(list)
    }
    let items = list.box.items
    let key = try multipleKeyFunction(a[2], caseSensitive: isSensitive)
    let keys = try items.mapItems(key)
    return try region.list(try sorted(items, by: keys, reverse: isReverse, keysAreLists: true))
  }

  private func fill(_ list: Unmanaged<ListBox>, from value: Datum) throws(RenderFailure) {
    switch value {
    case .list, .tuple:
      let items = try items(of: value)
      list._withUnsafeGuaranteedRef { $0.items.append(contentsOf: items) }
    default:
      var cursor = try requireCursor(over: value)
      while let item = try cursor.next(self) {
        list._withUnsafeGuaranteedRef { $0.items.append(item) }
        try countIteration()
      }
    }
  }

  /// Sorts a few texts where they lie, by insertion; false, and nothing done, for many or for other values.
  private func sortTexts(
    _ list: Unmanaged<ListBox>, isSensitive: Bool, isReverse: Bool
  ) throws(RenderFailure) -> Bool {
    let count = list._withUnsafeGuaranteedRef { list in
      list.items.count <= 24 && list.items.allSatisfy { if case .text = $0 { true } else { false } }
        ? list.items.count : -1
    }
    guard count >= 0 else { return false }
    let keys = try region.allocate((count + 1) * MemoryLayout<Text>.stride)
      .bindMemory(to: Text.self, capacity: count + 1)
    for place in 0..<count {
      guard case .text(let text) = list._withUnsafeGuaranteedRef({ $0.items[place] }) else { return false }
      keys[place] = isSensitive ? text : try lowercased(text)
    }
    list._withUnsafeGuaranteedRef { list in
      for place in 0..<count {
        let (item, key) = (list.items[place], keys[place])
        var free = place
        // Equal ones stay in their order, backwards too.
        while free > 0, isReverse ? keys[free - 1].precedes(key) : key.precedes(keys[free - 1]) {
          list.items[free] = list.items[free - 1]
          keys[free] = keys[free - 1]
          free -= 1
        }
        list.items[free] = item
        keys[free] = key
      }
    }
    return true
  }
}
