/// The methods of dictionaries.
enum DictionaryMethod: String, Sendable, CaseIterable {
  case clear, copy, get, items, keys, pop, popitem, setdefault, update, values, fromkeys
  case length = "__len__"
  case getItem = "__getitem__"
  case contains = "__contains__"
  case setItem = "__setitem__"

  var signature: Signature {
    let name = rawValue
    return switch self {
    case .get, .pop, .setdefault: Signature(name, "key default", required: 1, takesKeywords: false)
    case .fromkeys: Signature(name, "iterable value", required: 1, takesKeywords: false)
    case .getItem, .contains: Signature(name, "key", required: 1, takesKeywords: false)
    case .setItem: Signature(name, "key value", required: 2, takesKeywords: false)
    default: Signature(name, takesKeywords: false)
    }
  }
}

extension Machine {
  func call(
    _ method: DictionaryMethod, of box: DictionaryBox, _ call: CallArguments
  ) throws(RenderFailure) -> Datum {
    if method == .update {
      guard call.positional.count <= 1 else {
        throw typeError("update expected at most 1 argument, got \(call.positional.count)")
      }
      if let source = call.positional.first { try update(box, from: source) }
      for (index, name) in call.names.enumerated() {
        set(box, .text(try region.text(name)), call.keywords[index])
      }
      return .none
    }
    let a = try bind(call, method.signature)
    switch method {
    case .clear: box.removeAll()
    case .copy: return try region.dictionary(box.copy(to: region.newDictionary()))
    case .get:
      try requireHashable(a[0])
      return box.value(a[0]) ?? a.given(1) ?? .none
    case .items: return try region.object(ViewBox(.items, box))
    case .keys: return try region.object(ViewBox(.keys, box))
    case .values: return try region.object(ViewBox(.values, box))
    case .pop:
      try requireHashable(a[0])
      if let place = box.place(of: a[0]) { return box.remove(at: place) }
      guard let fallback = a.given(1) else {
        throw runtimeError("KeyError", try representation(a[0]).string)
      }
      return fallback
    case .popitem:
      guard box.count > 0 else { throw runtimeError("KeyError", "'popitem(): dictionary is empty'") }
      let key = box.keys[box.count - 1]
      return try region.tuple([key, box.remove(at: box.count - 1)])
    case .setdefault:
      try requireHashable(a[0])
      if let value = box.value(a[0]) { return value }
      set(box, a[0], a.given(1) ?? .none)
      return a.given(1) ?? .none
    case .setItem:
      try requireHashable(a[0])
      set(box, a[0], a[1])
    case .fromkeys: return try dictionary(keys: a[0], value: a.given(1) ?? .none)
    case .getItem:
      try requireHashable(a[0])
      guard let value = box.value(a[0]) else {
        throw runtimeError("KeyError", try representation(a[0]).string)
      }
      return value
    case .contains: return .boolean(try contains(.dictionary(Unmanaged.passUnretained(box)), a[0]))
    case .length: return .integer(box.count)
    case .update: break
    }
    return .none
  }

  /// `dict.fromkeys(iterable, value)`
  func dictionary(keys: Datum, value: Datum) throws(RenderFailure) -> Datum {
    let box = region.newDictionary()
    for key in try items(of: keys) {
      try requireHashable(key)
      box.set(key, value)
    }
    return try region.dictionary(box)
  }

  private func set(_ box: DictionaryBox, _ key: Datum, _ value: Datum) {
    box.set(key, value)
  }

  /// Adds the pairs of a mapping or of a sequence of pairs.
  func update(_ box: DictionaryBox, from source: Datum) throws(RenderFailure) {
    if case .dictionary(let other) = source {
      try region.charge(other.box.count * 2 * MemoryLayout<Datum>.stride)
      for (place, key) in other.box.keys.enumerated() { box.set(key, other.box.values[place]) }
      return
    }
    // Python asks for `keys` first, which an undefined value refuses.
    if case .undefined(let note) = source { throw undefinedFailure(note.box) }
    var pairs = try requireCursor(over: source)
    var place = 0
    while let pair = try pairs.next(self) {
      try countIteration()
      guard var cursor = try cursor(over: pair) else {
        throw typeError("cannot convert dictionary update sequence element #\(place) to a sequence")
      }
      var both: [Datum] = []
      while both.count < 3, let item = try cursor.next(self) { both.append(item) }
      guard both.count == 2 else {
        throw valueError(
          "dictionary update sequence element #\(place) has length \(both.count); 2 is required")
      }
      try requireHashable(both[0])
      box.set(both[0], both[1])
      place += 1
    }
  }

  func isDictionaryMethod(_ name: Text) -> Bool {
    // Every name begins with one of these; most keys of records do not.
    guard name.count > 2, "cgikpsuvf_".utf8.contains(name.start[0]) else { return false }
    return DictionaryMethod(rawValue: name.string) != nil || name.hasPrefix(Text("__"))
  }
}
