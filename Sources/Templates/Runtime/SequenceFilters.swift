import Bytes

/// Filters of sequences; those that are generators in Jinja are lazy here too.
extension Machine {
  func applySequence(_ filter: Filter, to value: Datum, _ a: BoundArguments) throws(RenderFailure) -> Datum {
    switch filter {
    case .list: return try region.list(try items(of: value))
    case .first:
      var cursor = try requireCursor(over: value)
      if let first = try cursor.next(self) { return first }
      return try undefined("No first item, sequence was empty.")
    case .last: return try last(value)
    case .join: return try joinFilter(value, a)
    case .reverse: return try reversed(value)
    case .sort: return try sortFilter(value, a)
    case .dictsort: return try sortedPairs(value, a)
    case .unique: return try unique(value, a)
    case .groupby: return try grouped(value, a)
    case .batch: return try batched(value, a)
    case .slice: return try slicedEvenly(value, a)
    case .items:
      if value.isUndefined { return try generator { (_) throws(RenderFailure) in nil } }
      guard case .dictionary(let dictionary) = value else {
        return try generator { (machine) throws(RenderFailure) in
          throw machine.typeError("Can only get item pairs from a mapping.")
        }
      }
      let cursor = Cursor.view(.items, dictionary, 0, count: dictionary.box.count)
      return try region.object(CursorIterator(cursor, typeName: "generator"))
    default: throw runtimeError("TemplateRuntimeError", "No filter named '\(filter.rawValue)'.")
    }
  }

  private func last(_ value: Datum) throws(RenderFailure) -> Datum {
    switch value {
    case .list, .tuple, .text, .markup, .dictionary:
      if let text = value.asText, !text.isEmpty { return try item(.text(text), .integer(-1)) }
      if let last = try items(of: value).last { return last }
      return try undefined("No last item, sequence was empty.")
    case .undefined(let note):
      if note.box.isStrict { throw undefinedFailure(note.box) }
      return try undefined("No last item, sequence was empty.")
    case .object(let object) where object.box is RangeBox || object.box is ViewBox:
      if let last = try items(of: value).last { return last }
      return try undefined("No last item, sequence was empty.")
    default: throw typeError("'\(value.typeName)' object is not reversible")
    }
  }

  private func reversed(_ value: Datum) throws(RenderFailure) -> Datum {
    switch value {
    case .text(let text): return .text(try reversedText(text))
    case .markup(let text): return .markup(try reversedText(text))
    case .list, .tuple, .dictionary:
      let list = region.newList()
      let items = try items(of: value)
      list._withUnsafeGuaranteedRef { list in
        for item in items.reversed() { list.items.append(item) }
      }
      let name: StaticString =
        switch value {
        case .list: "list_reverseiterator"
        case .tuple: "tuple_reverseiterator"
        default: "dict_reverseiterator"
        }
      return try region.object(CursorIterator(.list(list, 0), typeName: name))
    default:
      guard let cursor = try cursor(over: value) else {
        throw runtimeError("FilterArgumentError", "argument must be iterable")
      }
      _ = cursor
      let items = try items(of: value)
      if value.object(as: RangeBox.self) != nil || value.object(as: ViewBox.self) != nil {
        let list = ListBox(items.reversed())
        return try region.object(CursorIterator(.list(region.keep(list), 0)))
      }
      return try region.list(items.reversed())
    }
  }

  private func reversedText(_ text: Text) throws(RenderFailure) -> Text {
    guard case .text(let reversed) = try slice(.text(text), .none, .none, .integer(-1)) else { return text }
    return reversed
  }

  private func joinFilter(_ value: Datum, _ a: BoundArguments) throws(RenderFailure) -> Datum {
    let separator = a.given(0) ?? .text(.empty)
    let path = try attributePath(a[1])
    var cursor = try requireCursor(over: value)
    if autoescape { return try joinEscaping(&cursor, separator, path) }
    let between = try string(separator)
    return .text(
      try region.build { (buffer) throws(RenderFailure) in
        var isFirst = true
        while var item = try cursor.next(self) {
          item = try follow(path, item)
          if !isFirst { buffer.append(between.raw) }
          isFirst = false
          try appendString(item, to: &buffer)
          try checkSize(buffer.count)
        }
      })
  }

  private func joinEscaping(
    _ cursor: inout Cursor, _ separator: Datum, _ path: AttributePath
  ) throws(RenderFailure) -> Datum {
    var items: [Datum] = []
    while let item = try cursor.next(self) {
      items.append(try follow(path, item))
    }
    let becomesMarkup = separator.isMarkup || items.contains(where: \.isMarkup)
    let between = becomesMarkup ? try escape(separator) : separator
    let text = try region.build { (buffer) throws(RenderFailure) in
      for (place, item) in items.enumerated() {
        if place > 0 { try appendString(between, to: &buffer) }
        if becomesMarkup { try appendEscaped(item, to: &buffer) } else { try appendString(item, to: &buffer) }
      }
    }
    return becomesMarkup ? .markup(text) : .text(text)
  }

  private func sortedPairs(_ value: Datum, _ a: BoundArguments) throws(RenderFailure) -> Datum {
    let by = try string(a.given(1) ?? .text(Text("key"))).string
    guard by == "key" || by == "value" else {
      throw runtimeError("FilterArgumentError", "You can only sort by either \"key\" or \"value\"")
    }
    if case .undefined(let note) = value { throw undefinedFailure(note.box) }
    guard case .dictionary(let dictionary) = value else {
      throw runtimeError("AttributeError", "'\(value.typeName)' object has no attribute 'items'")
    }
    let isSensitive = try flag(a[0])
    var pairs: [Datum] = []
    var keys: [Datum] = []
    for (place, key) in dictionary.box.keys.enumerated() {
      pairs.append(try region.tuple([key, dictionary.box.values[place]]))
      let sortKey = by == "key" ? key : dictionary.box.values[place]
      keys.append(isSensitive ? sortKey : try ignoringCase(sortKey))
    }
    return try region.list(try sorted(pairs, by: keys, reverse: try flag(a[2])))
  }

  private func unique(_ value: Datum, _ a: BoundArguments) throws(RenderFailure) -> Datum {
    let isSensitive = try flag(a[0])
    let path = try attributePath(a[1])
    let iterator = region.newUnique()
    let seen = region.lendDictionary()
    iterator._withUnsafeGuaranteedRef { $0.begin(value, by: path, isSensitive: isSensitive, seen: seen) }
    return try region.pooled(iterator)
  }

  private func grouped(_ value: Datum, _ a: BoundArguments) throws(RenderFailure) -> Datum {
    let isSensitive = try flag(a[2])
    let path = try attributePath(a[0])
    let fallback = a[1].isNone ? nil : a.given(1)
    let items = try items(of: value)
    let keys = try items.mapItems { (item) throws(RenderFailure) in
      let key = try follow(path, item, default: fallback)
      return isSensitive ? key : try ignoringCase(key)
    }
    let order = try sorted(items.indices.map { .integer($0) }, by: keys, reverse: false)
    var groups: [(key: Datum, items: [Datum])] = []
    for place in order {
      guard case .integer(let index) = place else { continue }
      if let last = groups.indices.last, try equal(groups[last].key, keys[index]) {
        groups[last].items.append(items[index])
      } else {
        groups.append((keys[index], [items[index]]))
      }
    }
    var tuples: [Datum] = []
    for group in groups {
      let key = isSensitive ? group.key : try follow(path, group.items[0], default: fallback)
      tuples.append(try region.tuple([key, try region.list(group.items)], names: ["grouper", "list"]))
    }
    return try region.list(tuples)
  }

  private func batched(_ value: Datum, _ a: BoundArguments) throws(RenderFailure) -> Datum {
    let size = a[0]
    let fill = a.given(1) ?? .none
    var source: Cursor?
    var batch: [Datum] = []
    return try generator { (machine) throws(RenderFailure) in
      if source == nil { source = try machine.requireCursor(over: value) }
      while let item = try source?.next(machine) {
        try machine.countIteration()
        if try machine.equal(.integer(batch.count), size) {
          let full = batch
          batch = [item]
          return try machine.region.list(full)
        }
        batch.append(item)
      }
      source = .empty
      if batch.isEmpty { return nil }
      var last = batch
      batch = []
      if !fill.isNone, try machine.precedes(.integer(last.count), size) {
        let count = try machine.requireInteger(size)
        try machine.checkProduct(count, MemoryLayout<Datum>.stride)
        while last.count < count { last.append(fill) }
      }
      return try machine.region.list(last)
    }
  }

  private func slicedEvenly(_ value: Datum, _ a: BoundArguments) throws(RenderFailure) -> Datum {
    let slices = a[0]
    let fill = a.given(1) ?? .none
    var state: (items: [Datum], count: Int)?
    var number = 0
    var offset = 0
    return try generator { (machine) throws(RenderFailure) in
      if state == nil {
        let items = try machine.items(of: value)
        let count = try machine.requireInteger(slices)
        guard count != 0 else {
          throw machine.runtimeError("ZeroDivisionError", "integer division or modulo by zero")
        }
        state = (items, count)
      }
      guard let (items, count) = state, number < count else { return nil }
      try machine.countIteration()
      let size = items.count / count
      let extra = items.count % count
      let start = offset + number * size
      if number < extra { offset += 1 }
      var part = Array(items[start..<offset + (number + 1) * size])
      if !fill.isNone, number >= extra { part.append(fill) }
      number += 1
      return try machine.region.list(part)
    }
  }
}
