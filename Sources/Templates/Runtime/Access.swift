internal import BigInt
import Bytes

/// Attributes, items and slices.
extension Machine {
  /// `value.name`: the attribute if there is one, else the item.
  func attribute(_ value: Datum, _ name: Text) throws(RenderFailure) -> Datum {
    // Most attributes in templates are keys of dictionaries that are no methods.
    if case .dictionary(let dictionary) = value, !isDictionaryMethod(name) {
      if isSandboxed, name.hasPrefix(Text("__")) { return try unsafeAttribute(value, name) }
      if let found = dictionary._withUnsafeGuaranteedRef({ box in box.value(.text(name)) }) { return found }
      if let found = try nativeAttribute(value, name.string) { return found }
      return try undefined(of: value, name: .text(name))
    }
    if let found = try nativeAttribute(value, name.string) {
      if isSandboxed, let refused = try refusal(value, name.string) { return refused }
      return found
    }
    if let found = try itemIfAny(value, .text(name)) { return found }
    return try undefined(of: value, name: .text(name))
  }

  /// `value[key]`: the item if there is one, else the attribute.
  func item(_ value: Datum, _ key: Datum) throws(RenderFailure) -> Datum {
    if let found = try itemIfAny(value, key) { return found }
    if let name = key.asText?.string, let found = try nativeAttribute(value, name) {
      if isSandboxed, let refused = try refusal(value, name) { return refused }
      return found
    }
    return try undefined(of: value, name: key)
  }

  /// `value[key]` in Python; nil where that raises TypeError or LookupError.
  func itemIfAny(_ value: Datum, _ key: Datum) throws(RenderFailure) -> Datum? {
    switch value {
    case .dictionary(let dictionary):
      switch key {
      case .text, .integer: break
      case .undefined(let note) where note.box.isStrict: throw undefinedFailure(note.box)
      case .list, .dictionary: return nil
      default: do { try requireHashable(key) } catch { return nil }
      }
      return dictionary._withUnsafeGuaranteedRef { box in box.value(key) }
    case .list(let list):
      guard let index = index(key) else { return try slicedIfAny(value, key) }
      return list._withUnsafeGuaranteedRef { box in
        let place = index < 0 ? index + box.items.count : index
        return place >= 0 && place < box.items.count ? box.items[place] : nil
      }
    case .tuple(let tuple):
      guard let index = index(key) else { return try slicedIfAny(value, key) }
      return element(tuple.box.items, index)
    case .text(let text):
      guard let index = index(key) else { return try slicedIfAny(value, key) }
      return character(text, index).map { .text($0) }
    case .markup(let text):
      guard let index = index(key) else { return try slicedIfAny(value, key) }
      return character(text, index).map { .markup($0) }
    case .undefined(let note): throw undefinedFailure(note.box)
    case .object(let object):
      switch object.box {
      case let range as RangeBox:
        guard let index = index(key) else { return try slicedIfAny(value, key) }
        let place = index < 0 ? index + range.count : index
        return place >= 0 && place < range.count ? .integer(range.start &+ place &* range.step) : nil
      case let bytes as BytesBox:
        guard let index = index(key) else { return nil }
        let place = index < 0 ? index + bytes.bytes.count : index
        return bytes.bytes.indices.contains(place) ? .integer(Int(bytes.bytes[place])) : nil
      case is TemplateReferenceBox:
        guard let name = key.asText?.string, program.blocks[name] != nil else { return nil }
        return try region.object(BlockBox(name))
      default: return nil
      }
    default: return nil
    }
  }

  private func slicedIfAny(_ value: Datum, _ key: Datum) throws(RenderFailure) -> Datum? {
    guard let slice = key.object(as: SliceBox.self) else { return nil }
    return try self.slice(value, slice.start, slice.stop, slice.step)
  }

  /// A value as the index of a sequence; nil for what Python's `__index__` does not take.
  func index(_ value: Datum) -> Int? {
    switch value {
    case .integer(let number): number
    case .boolean(let flag): flag ? 1 : 0
    case .big(let big): big.box.value.sign == .minus ? -(1 << 62) : 1 << 62
    default: nil
    }
  }

  private func element(_ items: [Datum], _ index: Int) -> Datum? {
    let place = index < 0 ? index + items.count : index
    return place >= 0 && place < items.count ? items[place] : nil
  }

  private func character(_ text: Text, _ index: Int) -> Text? {
    if index >= 0 {
      let offset = text.offset(ofScalar: index)
      return offset < text.count ? text[offset..<offset + text.size(at: offset)] : nil
    }
    let place = index + text.scalarCount
    return place >= 0 ? character(text, place) : nil
  }

  // MARK: Slices

  /// `value[start:stop:step]`
  func slice(_ value: Datum, _ start: Datum, _ stop: Datum, _ step: Datum) throws(RenderFailure) -> Datum {
    switch value {
    case .list(let list):
      return try list.lend { (list) throws(RenderFailure) in
        let items = list.items
        let extent = try extent(items.count, start, stop, step)
        if extent.step == 1 {
          return try items.withUnsafeBufferPointer { (items) throws(RenderFailure) in
            let part = items[extent.start..<extent.start + extent.count]
            return try region.list(copying: UnsafeBufferPointer(rebasing: part))
          }
        }
        return try region.list(try places(items.count, start, stop, step).map { items[$0] })
      }
    case .tuple(let tuple):
      let items = tuple.box.items
      return try region.tuple(try places(items.count, start, stop, step).map { items[$0] })
    case .text(let text): return .text(try sliced(text, start, stop, step))
    case .markup(let text): return .markup(try sliced(text, start, stop, step))
    case .undefined(let note): throw undefinedFailure(note.box)
    case .object(let object):
      guard let range = object.box as? RangeBox else {
        throw typeError("'\(value.typeName)' object is not subscriptable")
      }
      return try sliced(range, start, stop, step)
    case .dictionary: throw typeError("unhashable type: 'slice'")
    default: throw typeError("'\(value.typeName)' object is not subscriptable")
    }
  }

  private func bound(_ value: Datum) throws(RenderFailure) -> Int? {
    if value.isNone { return nil }
    guard let index = index(value) else {
      throw typeError("slice indices must be integers or None or have an __index__ method")
    }
    return index
  }

  /// Start, number and step of a slice, as Python's `slice.indices` gives them.
  private func extent(
    _ count: Int, _ start: Datum, _ stop: Datum, _ step: Datum
  ) throws(RenderFailure) -> (start: Int, count: Int, step: Int) {
    let step = max(-(1 << 62), min(1 << 62, try bound(step) ?? 1))
    guard step != 0 else { throw valueError("slice step cannot be zero") }
    let lowest = step < 0 ? -1 : 0
    let highest = step < 0 ? count - 1 : count
    func clamped(_ bound: Int?, _ absent: Int) -> Int {
      guard let bound else { return absent }
      return bound < 0 ? max(bound &+ count, lowest) : min(bound, highest)
    }
    let first = clamped(try bound(start), step < 0 ? highest : lowest)
    let end = clamped(try bound(stop), step < 0 ? lowest : highest)
    let distance = step < 0 ? first - end : end - first
    let size = Int(clamping: step.magnitude)
    return (first, distance <= 0 ? 0 : (distance - 1) / size + 1, step)
  }

  private func places(
    _ count: Int, _ start: Datum, _ stop: Datum, _ step: Datum
  ) throws(RenderFailure) -> [Int] {
    let extent = try extent(count, start, stop, step)
    return (0..<extent.count).map { extent.start + $0 * extent.step }
  }

  private func sliced(_ text: Text, _ start: Datum, _ stop: Datum, _ step: Datum) throws(RenderFailure)
    -> Text
  {
    let isASCII = text.isASCII
    let extent = try extent(isASCII ? text.count : text.scalarCount, start, stop, step)
    if extent.count == 0 { return .empty }
    if extent.step == 1 {
      if isASCII { return text[extent.start..<extent.start + extent.count] }
      let low = text.offset(ofScalar: extent.start)
      return text[low..<text.offset(ofScalar: extent.count, from: low)]
    }
    var offsets: [Int] = []
    if !isASCII {
      var offset = 0
      while offset < text.count {
        offsets.append(offset)
        offset += text.size(at: offset)
      }
    }
    return try region.build { buffer in
      for index in 0..<extent.count {
        let place = extent.start + index * extent.step
        let offset = isASCII ? place : offsets[place]
        buffer.append(text[offset..<offset + text.size(at: offset)].raw)
      }
    }
  }

  private func sliced(
    _ range: RangeBox, _ start: Datum, _ stop: Datum, _ step: Datum
  ) throws(RenderFailure) -> Datum {
    let extent = try extent(range.count, start, stop, step)
    let end = try bound(stop).map { min(max($0 < 0 ? $0 + range.count : $0, 0), range.count) }
    let made = RangeBox(
      start: range.start &+ extent.start &* range.step, step: range.step &* extent.step, count: extent.count)
    let last = extent.step < 0 ? end ?? -1 : end ?? range.count
    made.writtenStop = range.start &+ last &* range.step
    return try region.object(made)
  }

  // MARK: Sandbox

  /// What a refused attribute gives in a sandbox; nil when the attribute is allowed.
  private func refusal(_ value: Datum, _ name: String) throws(RenderFailure) -> Datum? {
    var isRefused = name.hasPrefix("_")
    switch value {
    case .list:
      isRefused =
        isRefused
        || ["append", "clear", "pop", "reverse", "insert", "sort", "extend", "remove"].contains(name)
    case .dictionary:
      isRefused = isRefused || ["clear", "pop", "popitem", "setdefault", "update"].contains(name)
    default: break
    }
    guard isRefused else { return nil }
    return try undefined(
      "access to attribute '\(name)' of '\(value.typeName)' object is unsafe.", name: name, isSecurity: true)
  }

  private func unsafeAttribute(_ value: Datum, _ name: Text) throws(RenderFailure) -> Datum {
    if try nativeAttribute(value, name.string) != nil {
      return try refusal(value, name.string) ?? .none
    }
    if let found = try itemIfAny(value, .text(name)) { return found }
    return try undefined(of: value, name: .text(name))
  }
}
