/// Filters that draw, and PromptSource's `most_frequent`.
extension Machine {
  func applyRandom(_ filter: Filter, to value: Datum) throws(RenderFailure) -> Datum {
    switch filter {
    case .random, .choice:
      let count = try requireLength(value)
      if case .dictionary(let dictionary) = value {
        let key = Datum.integer(count > 0 ? draw(count) : 0)
        guard count > 0 else { return try nothingToDraw(filter) }
        guard let found = dictionary.box.value(key) else {
          throw runtimeError("KeyError", try representation(key).string)
        }
        return found
      }
      guard count > 0 else { return try nothingToDraw(filter) }
      let index = draw(count)
      switch value {
      case .text, .markup, .list, .tuple: return try item(value, .integer(index))
      default:
        guard value.object(as: RangeBox.self) != nil else {
          throw typeError("'\(value.typeName)' object is not subscriptable")
        }
        return try item(value, .integer(index))
      }
    case .shuffle:
      var items = try items(of: value)
      for place in stride(from: items.count - 1, to: 0, by: -1) { items.swapAt(place, draw(place + 1)) }
      return try region.list(items)
    default: return try mostFrequent(value)
    }
  }

  private func nothingToDraw(_ filter: Filter) throws(RenderFailure) -> Datum {
    if filter == .random { return try undefined("No random item, sequence was empty.") }
    throw runtimeError("IndexError", "Cannot choose from an empty sequence")
  }

  /// The items that occur most often, in the order of their first occurrence (`Counter.most_common`).
  private func mostFrequent(_ value: Datum) throws(RenderFailure) -> Datum {
    guard try isTrue(value) else { return .none }
    let counts = region.newDictionary()
    for item in try items(of: value) {
      try requireHashable(item)
      if case .integer(let count)? = counts.value(item) {
        counts.set(item, .integer(count + 1))
      } else {
        counts.set(item, .integer(1))
      }
    }
    var most = 0
    for case .integer(let count) in counts.values { most = max(most, count) }
    var kept: [Datum] = []
    for (place, key) in counts.keys.enumerated() {
      if case .integer(most) = counts.values[place] { kept.append(key) }
    }
    return try region.list(kept)
  }
}
