/// Truth, equality, order and membership.
extension Machine {
  func isTrue(_ value: Datum) throws(RenderFailure) -> Bool {
    switch value {
    case .boolean(let flag): return flag
    case .missing, .none: return false
    case .undefined(let note):
      if note.box.isStrict { throw undefinedFailure(note.box) }
      return false
    case .integer(let number): return number != 0
    case .number(let number): return number != 0
    case .big: return true
    case .text(let text), .markup(let text): return !text.isEmpty
    case .list(let list): return !list.box.items.isEmpty
    case .tuple(let tuple): return !tuple.box.items.isEmpty
    case .dictionary(let dictionary): return dictionary.box.count > 0
    case .object(let object):
      switch object.box {
      case let range as RangeBox: return range.count > 0
      case let view as ViewBox: return view.dictionary.count > 0
      case let bytes as BytesBox: return !bytes.bytes.isEmpty
      case let loop as LoopBox: return try loop.length(self) > 0
      default: return true
      }
    }
  }

  /// `a == b`
  func equal(_ a: Datum, _ b: Datum) throws(RenderFailure) -> Bool {
    if isStrict {
      if case .undefined(let note) = a, note.box.isStrict { throw undefinedFailure(note.box) }
      if case .undefined(let note) = b, note.box.isStrict { throw undefinedFailure(note.box) }
    }
    var equality = Equality(deepest: limits.recursion, room: stackRoom)
    let isEqual = equality.holds(a, b)
    if equality.isExhausted { throw tooDeep() }
    return isEqual
  }

  /// `a is b or a == b`, which is what containers ask.
  func matches(_ a: Datum, _ b: Datum) throws(RenderFailure) -> Bool {
    if a.isSame(as: b) { return true }
    return try equal(a, b)
  }

  /// `a < b` of two values that have an order; the only comparison that sorting uses.
  func precedes(_ a: Datum, _ b: Datum) throws(RenderFailure) -> Bool {
    try ordered(.less, a, b, depth: 0)
  }

  func compare(_ comparison: ComparisonOperator, _ a: Datum, _ b: Datum) throws(RenderFailure) -> Bool {
    switch comparison {
    case .equal: return try equal(a, b)
    case .notEqual: return try !equal(a, b)
    case .contained: return try contains(b, a)
    case .notContained: return try !contains(b, a)
    case .less, .lessEqual, .greater, .greaterEqual: return try ordered(comparison, a, b, depth: 0)
    }
  }

  private func ordered(
    _ comparison: ComparisonOperator, _ a: Datum, _ b: Datum, depth: Int
  ) throws(RenderFailure) -> Bool {
    guard depth < limits.recursion, stackRoom.isLeft else { throw tooDeep() }
    if let order = numericOrder(a, b) {
      switch (order, comparison) {
      case (.none, _): return false
      case (.below, .less), (.below, .lessEqual), (.above, .greater), (.above, .greaterEqual),
        (.same, .lessEqual), (.same, .greaterEqual):
        return true
      default: return false
      }
    }
    if let x = a.asText, let y = b.asText {
      switch comparison {
      case .less: return x.precedes(y)
      case .lessEqual: return !y.precedes(x)
      case .greater: return y.precedes(x)
      default: return !x.precedes(y)
      }
    }
    switch (a, b) {
    case (.list(let x), .list(let y)):
      return try orderedItems(comparison, x.box.items, y.box.items, depth)
    case (.tuple(let x), .tuple(let y)):
      return try orderedItems(comparison, x.box.items, y.box.items, depth)
    case (.undefined(let note), _): throw undefinedFailure(note.box)
    case (_, .undefined(let note)): throw undefinedFailure(note.box)
    default:
      throw typeError(
        "'\(comparison.rawValue)' not supported between instances of '\(a.typeName)' and '\(b.typeName)'")
    }
  }

  private func orderedItems(
    _ comparison: ComparisonOperator, _ a: [Datum], _ b: [Datum], _ depth: Int
  ) throws(RenderFailure) -> Bool {
    for (x, y) in zip(a, b) where try !equal(x, y) {
      return try ordered(comparison, x, y, depth: depth + 1)
    }
    switch comparison {
    case .less: return a.count < b.count
    case .lessEqual: return a.count <= b.count
    case .greater: return a.count > b.count
    default: return a.count >= b.count
    }
  }

  /// `item in container`
  func contains(_ container: Datum, _ item: Datum) throws(RenderFailure) -> Bool {
    switch container {
    case .text(let text), .markup(let text):
      try countWork(text.count)
      guard let needle = item.asText else {
        throw typeError("'in <string>' requires string as left operand, not \(item.typeName)")
      }
      return text.find(needle) != nil
    case .dictionary(let dictionary):
      try requireHashable(item)
      return dictionary.box.place(of: item) != nil
    case .list(let list): return try containsEqual(list.box.items, item)
    case .tuple(let tuple): return try containsEqual(tuple.box.items, item)
    case .undefined(let note):
      if note.box.isStrict { throw undefinedFailure(note.box) }
      return false
    case .object(let object):
      if let view = object.box as? ViewBox, view.kind == .keys {
        try requireHashable(item)
        return view.dictionary.place(of: item) != nil
      }
      if let bytes = object.box as? BytesBox, case .integer(let byte) = item {
        return bytes.bytes.contains { Int($0) == byte }
      }
      guard var cursor = try cursor(over: container) else {
        throw typeError("argument of type '\(container.typeName)' is not iterable")
      }
      while let next = try cursor.next(self) {
        if try matches(next, item) { return true }
      }
      return false
    default: throw typeError("argument of type '\(container.typeName)' is not iterable")
    }
  }

  private func containsEqual(_ items: [Datum], _ item: Datum) throws(RenderFailure) -> Bool {
    try countWork(items.count << 4)
    for other in items where try matches(other, item) { return true }
    return false
  }

  /// Refuses what cannot be a key of a dictionary.
  func requireHashable(_ value: Datum, depth: Int = 0) throws(RenderFailure) {
    switch value {
    case .list, .dictionary: throw typeError("unhashable type: '\(value.typeName)'")
    case .tuple(let tuple):
      guard depth < Equality.deepestKey else { throw tooDeep() }
      for item in tuple.box.items {
        try countIteration()
        try requireHashable(item, depth: depth + 1)
      }
    case .undefined(let note): if note.box.isStrict { throw undefinedFailure(note.box) }
    case .object(let object):
      if object.box is SliceBox || object.box is ViewBox && object.box.typeName != "dict_values" {
        throw typeError("unhashable type: '\(value.typeName)'")
      }
    default: break
    }
  }
}
