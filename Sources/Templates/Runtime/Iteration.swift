/// A place in something that is gone through item by item.
enum Cursor: BitwiseCopyable {
  case list(Unmanaged<ListBox>, Int)
  case tuple(Unmanaged<TupleBox>, Int)
  case text(Text, Int)
  /// A dictionary's keys, values or items, with the number of keys at the start.
  case view(ViewBox.Kind, Unmanaged<DictionaryBox>, Int, count: Int)
  case range(Unmanaged<RangeBox>, Int)
  case iterator(Unmanaged<IteratorBox>)
  case loop(Unmanaged<LoopBox>)
  case empty

  mutating func next(_ machine: Machine) throws(RenderFailure) -> Datum? {
    switch self {
    case .list(let list, let place):
      return list.lend { box in
        guard place < box.items.count else { return nil }
        self = .list(list, place + 1)
        return box.items[place]
      }
    case .tuple(let tuple, let place):
      return tuple.lend { box in
        guard place < box.items.count else { return nil }
        self = .tuple(tuple, place + 1)
        return box.items[place]
      }
    case .text(let text, let offset):
      guard offset < text.count else { return nil }
      let end = offset + text.size(at: offset)
      self = .text(text, end)
      return .text(text[offset..<end])
    case .view(let kind, let dictionary, let place, let count):
      guard dictionary.box.count == count else {
        throw machine.runtimeError("RuntimeError", "dictionary changed size during iteration")
      }
      guard place < count else { return nil }
      self = .view(kind, dictionary, place + 1, count: count)
      switch kind {
      case .keys: return dictionary.box.keys[place]
      case .values: return dictionary.box.values[place]
      case .items:
        return try machine.region.tuple([dictionary.box.keys[place], dictionary.box.values[place]])
      }
    case .range(let range, let place):
      guard place < range.box.count else { return nil }
      self = .range(range, place + 1)
      return .integer(range.box.start &+ place &* range.box.step)
    case .iterator(let iterator):
      return try iterator.lend { (box) throws(RenderFailure) in try box.next(machine) }
    case .loop(let loop):
      return try loop.lend { (box) throws(RenderFailure) in try box.advance(machine) }
    case .empty: return nil
    }
  }
}

/// Gives items one by one, once; what Python's generators and iterators are.
class IteratorBox: HeapObject {
  override var typeName: String { "generator" }
  @exclusivity(unchecked) private var isRunning = false

  final func next(_ machine: Machine) throws(RenderFailure) -> Datum? {
    guard !isRunning else { throw machine.valueError("generator already executing") }
    // An iterator may ask another for its items, and that another.
    guard machine.depth < machine.limits.recursion else { throw machine.tooDeep() }
    isRunning = true
    machine.depth += 1
    defer {
      isRunning = false
      machine.depth -= 1
    }
    return try advance(machine)
  }

  /// Gives the next item; never called while it runs.
  func advance(_ machine: Machine) throws(RenderFailure) -> Datum? { nil }
}

/// An iterator over a container.
final class CursorIterator: IteratorBox {
  @exclusivity(unchecked) var cursor: Cursor
  private let name: StaticString
  init(_ cursor: Cursor, typeName: StaticString = "iterator") {
    self.cursor = cursor
    name = typeName
  }
  override var typeName: String { name.description }
  override func advance(_ machine: Machine) throws(RenderFailure) -> Datum? { try cursor.next(machine) }
}

/// An iterator that asks a closure for each item; what lazy filters are made of.
final class GeneratorBox: IteratorBox {
  typealias Step = (Machine) throws(RenderFailure) -> Datum?
  @exclusivity(unchecked) private var step: Step?
  init(_ step: @escaping Step) { self.step = step }
  override func advance(_ machine: Machine) throws(RenderFailure) -> Datum? {
    guard let step else { return nil }
    guard machine.stackRoom.isLeft else { throw machine.tooDeep() }
    do {
      if let item = try step(machine) { return item }
      self.step = nil
      return nil
    } catch {
      // A generator that failed is finished.
      self.step = nil
      throw error
    }
  }
}

extension Machine {
  /// A cursor over a value, nil when the value cannot be gone through.
  func cursor(over value: Datum) throws(RenderFailure) -> Cursor? {
    switch value {
    case .list(let list): return .list(list, 0)
    case .tuple(let tuple): return .tuple(tuple, 0)
    case .text(let text), .markup(let text): return .text(text, 0)
    case .dictionary(let dictionary):
      return .view(.keys, dictionary, 0, count: dictionary.box.count)
    case .undefined(let note):
      if note.box.isStrict { throw undefinedFailure(note.box) }
      return .empty
    case .object(let object):
      if value.isObject(MappingIterator.self) || value.isObject(FilteredIterator.self)
        || value.isObject(UniqueIterator.self)
      {
        return .iterator(Unmanaged<IteratorBox>.fromOpaque(object.toOpaque()))
      }
      switch object.box {
      case let range as RangeBox: return .range(Unmanaged.passUnretained(range), 0)
      case let view as ViewBox:
        return .view(view.kind, Unmanaged.passUnretained(view.dictionary), 0, count: view.dictionary.count)
      case let iterator as IteratorBox: return .iterator(Unmanaged.passUnretained(iterator))
      case let loop as LoopBox:
        let pairs = GeneratorBox { (machine) throws(RenderFailure) in
          guard let item = try loop.advance(machine) else { return nil }
          return try machine.region.tuple([item, .object(Unmanaged.passUnretained(loop))])
        }
        return .iterator(region.keep(pairs as IteratorBox))
      case let bytes as BytesBox:
        var items: [Datum] = []
        for byte in bytes.bytes { items.append(.integer(Int(byte))) }
        return try cursor(over: region.list(items))
      default: return nil
      }
    default: return nil
    }
  }

  func requireCursor(over value: Datum) throws(RenderFailure) -> Cursor {
    guard let cursor = try cursor(over: value) else {
      throw typeError("'\(value.typeName)' object is not iterable")
    }
    return cursor
  }

  /// Every item of a value, in order.
  func items(of value: Datum) throws(RenderFailure) -> [Datum] {
    switch value {
    case .list(let list): return list.box.items
    case .tuple(let tuple): return tuple.box.items
    default: break
    }
    var cursor = try requireCursor(over: value)
    var items: [Datum] = []
    while let item = try cursor.next(self) {
      items.append(item)
      try countIteration()
    }
    try region.charge(items.count * MemoryLayout<Datum>.stride)
    return items
  }

  func listOfItems(_ view: ViewBox) throws(RenderFailure) -> [Datum] {
    try items(of: .object(Unmanaged.passUnretained(view)))
  }

  /// A lazy sequence.
  func generator(_ step: @escaping GeneratorBox.Step) throws(RenderFailure) -> Datum {
    try region.object(GeneratorBox(step))
  }

  /// `len(value)`, nil when the value has none.
  func length(_ value: Datum) throws(RenderFailure) -> Int? {
    switch value {
    case .text(let text), .markup(let text): return text.scalarCount
    case .list(let list): return list.box.items.count
    case .tuple(let tuple): return tuple.box.items.count
    case .dictionary(let dictionary): return dictionary.box.count
    case .undefined(let note):
      if note.box.isStrict { throw undefinedFailure(note.box) }
      return 0
    case .object(let object):
      switch object.box {
      case let range as RangeBox: return range.count
      case let view as ViewBox: return view.dictionary.count
      case let bytes as BytesBox: return bytes.bytes.count
      case let loop as LoopBox: return try loop.length(self)
      default: return nil
      }
    default: return nil
    }
  }

  /// Counts the work of one operation on something large, as if it were steps of a loop.
  func countWork(_ size: Int) throws(RenderFailure) {
    guard size >= 1 << 10 else { return }
    iterations += size >> 10
    try countIteration()
  }

  /// Counts a step of a loop against the limit.
  func countIteration() throws(RenderFailure) {
    iterations += 1
    guard iterations <= limits.loopIterations else {
      throw .tooManySteps(limits)
    }
  }
}
