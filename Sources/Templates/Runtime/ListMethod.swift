import Bytes

/// The methods of lists; tuples have `count` and `index`.
enum ListMethod: String, Sendable, CaseIterable {
  case append, clear, copy, count, extend, index, insert, pop, remove, reverse, sort
  case length = "__len__"
  case getItem = "__getitem__"
  case contains = "__contains__"
  case setItem = "__setitem__"

  var isTupleMethod: Bool {
    switch self {
    case .count, .index, .length, .getItem, .contains: true
    default: false
    }
  }

  var changes: Bool {
    switch self {
    case .append, .clear, .extend, .insert, .pop, .remove, .reverse, .sort, .setItem: true
    default: false
    }
  }

  func signature(_ type: String) -> Signature {
    let name = "\(type).\(rawValue)"
    return switch self {
    case .append, .count, .extend, .remove, .getItem, .contains:
      Signature(name, "value", required: 1, takesKeywords: false)
    case .index: Signature(name, "value start stop", required: 1, takesKeywords: false)
    case .insert, .setItem: Signature(name, "index object", required: 2, takesKeywords: false)
    case .pop: Signature(name, "index", takesKeywords: false)
    case .sort: Signature(name, "key reverse")
    default: Signature(name, takesKeywords: false)
    }
  }
}

extension Machine {
  func call(_ method: ListMethod, of list: ListBox, _ call: CallArguments) throws(RenderFailure) -> Datum {
    let a = try bind(call, method.signature("list"))
    switch method {
    case .append:
      try region.charge(MemoryLayout<Datum>.stride)
      list.items.append(a[0])
    case .clear: list.items.removeAll()
    case .copy: return try region.list(list.items)
    case .extend:
      let more = try items(of: a[0])
      try region.charge(more.count * MemoryLayout<Datum>.stride)
      list.items += more
    case .insert:
      try region.charge(MemoryLayout<Datum>.stride)
      let place = try requireInteger(a[0])
      let from = place < 0 ? max(0, place + list.items.count) : min(place, list.items.count)
      list.items.insert(a[1], at: from)
    case .pop:
      guard !list.items.isEmpty else { throw runtimeError("IndexError", "pop from empty list") }
      let place = try integer(a[0], default: -1)
      let from = place < 0 ? place + list.items.count : place
      guard list.items.indices.contains(from) else {
        throw runtimeError("IndexError", "pop index out of range")
      }
      return list.items.remove(at: from)
    case .remove:
      guard let place = try firstIndex(list.items, of: a[0], 0, list.items.count) else {
        throw valueError("list.remove(x): x not in list")
      }
      list.items.remove(at: place)
    case .reverse: list.items.reverse()
    case .sort:
      guard call.positional.isEmpty else { throw typeError("sort() takes no positional arguments") }
      guard a[0].isMissing || a[0].isNone else {
        let keys = try list.items.mapItems { (item) throws(RenderFailure) in try self.call(a[0], [item]) }
        list.items = try sorted(list.items, by: keys, reverse: try flag(a[1]))
        break
      }
      list.items = try sorted(list.items, by: list.items, reverse: try flag(a[1]))
    case .setItem:
      let place = try requireInteger(a[0])
      let at = place < 0 ? place + list.items.count : place
      guard list.items.indices.contains(at) else {
        throw runtimeError("IndexError", "list assignment index out of range")
      }
      list.items[at] = a[1]
    case .getItem: return try item(.list(Unmanaged.passUnretained(list)), a[0])
    default: return try sequence(method, list.items, a, "list")
    }
    return .none
  }

  func call(_ method: ListMethod, of tuple: TupleBox, _ call: CallArguments) throws(RenderFailure) -> Datum {
    let a = try bind(call, method.signature("tuple"))
    if method == .getItem { return try item(.tuple(Unmanaged.passUnretained(tuple)), a[0]) }
    return try sequence(method, tuple.items, a, "tuple")
  }

  private func sequence(
    _ method: ListMethod, _ items: [Datum], _ a: BoundArguments, _ type: String
  ) throws(RenderFailure) -> Datum {
    switch method {
    case .count:
      var count = 0
      try countWork(items.count << 4)
      for item in items where try matches(item, a[0]) { count += 1 }
      return .integer(count)
    case .index:
      func bound(_ value: Datum, _ absent: Int) throws(RenderFailure) -> Int {
        let place = try integer(value, default: absent)
        return place < 0 ? max(0, place + items.count) : min(place, items.count)
      }
      let low = try bound(a[1], 0)
      guard let place = try firstIndex(items, of: a[0], low, try bound(a[2], items.count)) else {
        throw valueError(
          type == "list"
            ? "\(try representation(a[0]).string) is not in list" : "tuple.index(x): x not in tuple")
      }
      return .integer(place)
    case .length: return .integer(items.count)
    default:
      return .boolean(try firstIndex(items, of: a[0], 0, items.count) != nil)
    }
  }

  private func firstIndex(
    _ items: [Datum], of value: Datum, _ low: Int, _ high: Int
  ) throws(RenderFailure) -> Int? {
    guard low < high else { return nil }
    try countWork((high - low) << 4)
    for place in low..<high where try matches(items[place], value) {
      return place
    }
    return nil
  }

  // MARK: Sorting

  /// Items in the order of their keys, stable, comparing with `<` alone (a merge sort, as the comparison may
  /// fail and need not be an order).
  ///
  /// - Parameter keysAreLists: keys are compared as lists of one item, where equal items need no order.
  func sorted(
    _ items: [Datum], by keys: [Datum], reverse: Bool, keysAreLists: Bool = false
  ) throws(RenderFailure) -> [Datum] {
    func isBefore(_ a: Datum, _ b: Datum) throws(RenderFailure) -> Bool {
      if keysAreLists, try matches(a, b) { return false }
      return try precedes(a, b)
    }
    var order = Array(items.indices)
    // Python sorts backwards by reversing before and after, which keeps equal items in their order.
    if reverse { order.reverse() }
    var buffer = order
    var width = 1
    while width < order.count {
      var low = 0
      while low < order.count {
        let middle = min(low + width, order.count)
        let high = min(low + 2 * width, order.count)
        var (left, right, out) = (low, middle, low)
        while left < middle, right < high {
          if try isBefore(keys[order[right]], keys[order[left]]) {
            buffer[out] = order[right]
            right += 1
          } else {
            buffer[out] = order[left]
            left += 1
          }
          out += 1
        }
        while left < middle {
          buffer[out] = order[left]
          left += 1
          out += 1
        }
        while right < high {
          buffer[out] = order[right]
          right += 1
          out += 1
        }
        low = high
      }
      swap(&order, &buffer)
      width *= 2
    }
    if reverse { order.reverse() }
    return order.map { items[$0] }
  }
}

extension Array where Element == Datum {
  /// `map` with a typed error.
  func mapItems(_ transform: (Datum) throws(RenderFailure) -> Datum) throws(RenderFailure) -> [Datum] {
    var result: [Datum] = []
    result.reserveCapacity(count)
    for item in self { result.append(try transform(item)) }
    return result
  }
}
