internal import BigInt
import Bytes

/// Python's `==`, for keys of dictionaries, which `requireHashable` has passed.
func equalValues(_ a: Datum, _ b: Datum) -> Bool {
  var equality = Equality(deepest: Equality.deepestKey)
  return equality.holds(a, b)
}

/// Python's `==`, for values neither of which is undefined in a strict environment (see `Machine.equal`).
struct Equality {
  /// Tuples inside each other that may be a key.
  static let deepestKey = 100
  private let deepest: Int
  private var steps = 0
  /// Whether the values were too deep or too many to tell.
  private(set) var isExhausted = false

  private let room: StackRoom?

  init(deepest: Int, room: StackRoom? = nil) {
    self.deepest = min(200, deepest)
    self.room = room
  }

  mutating func holds(_ a: Datum, _ b: Datum, depth: Int = 0) -> Bool {
    switch (a, b) {
    case (.integer(let x), .integer(let y)): return x == y
    case (.text(let x), .text(let y)), (.text(let x), .markup(let y)), (.markup(let x), .text(let y)),
      (.markup(let x), .markup(let y)):
      return x.equals(y)
    case (.none, .none): return true
    case (.undefined, .undefined): return true
    case (.list(let x), .list(let y)): return equalItems(x.box.items, y.box.items, depth)
    case (.tuple(let x), .tuple(let y)): return equalItems(x.box.items, y.box.items, depth)
    case (.dictionary(let x), .dictionary(let y)): return equalDictionaries(x.box, y.box, depth)
    case (.object(let x), .object(let y)): return equalObjects(x.box, y.box)
    default: return numericOrder(a, b) == .some(.some(.same))
    }
  }

  private mutating func mayGoOn(_ count: Int, _ depth: Int) -> Bool {
    steps += count
    if depth >= deepest || steps > 1 << 24 || !(room?.isLeft ?? true) { isExhausted = true }
    return !isExhausted
  }

  private mutating func equalItems(_ a: [Datum], _ b: [Datum], _ depth: Int) -> Bool {
    guard a.count == b.count, mayGoOn(a.count, depth) else { return false }
    for place in a.indices where !a[place].isSame(as: b[place]) {
      guard holds(a[place], b[place], depth: depth + 1) else { return false }
    }
    return true
  }

  private mutating func equalDictionaries(_ a: DictionaryBox, _ b: DictionaryBox, _ depth: Int) -> Bool {
    guard a.count == b.count, mayGoOn(a.count, depth) else { return false }
    for (place, key) in a.keys.enumerated() {
      guard let other = b.value(key) else { return false }
      if a.values[place].isSame(as: other) { continue }
      guard holds(a.values[place], other, depth: depth + 1) else { return false }
    }
    return true
  }
}

private func equalObjects(_ a: HeapObject, _ b: HeapObject) -> Bool {
  if a === b { return true }
  if let x = a as? RangeBox, let y = b as? RangeBox {
    return x.count == y.count && (x.count == 0 || x.start == y.start && (x.count == 1 || x.step == y.step))
  }
  if let x = a as? FunctionBox, let y = b as? FunctionBox { return x.function == y.function }
  if let x = a as? BytesBox, let y = b as? BytesBox { return x.bytes == y.bytes }
  if let x = a as? TypeBox, let y = b as? TypeBox { return x.name == y.name }
  if let x = a as? ViewBox, let y = b as? ViewBox, x.kind == y.kind, x.kind == .keys {
    return x.dictionary.count == y.dictionary.count
      && x.dictionary.keys.allSatisfy { y.dictionary.place(of: $0) != nil }
  }
  return false
}

enum NumericOrder { case below, same, above }

/// How two numbers compare; `.some(nil)` with NaN, nil when one of them is no number.
func numericOrder(_ a: Datum, _ b: Datum) -> NumericOrder?? {
  func order<Number: Comparable>(_ x: Number, _ y: Number) -> NumericOrder {
    x < y ? .below : x == y ? .same : .above
  }
  switch (a, b) {
  case (.integer(let x), .integer(let y)): return order(x, y)
  case (.number(let x), .number(let y)):
    return .some(x.isNaN || y.isNaN ? nil : order(x, y))
  case (.boolean(let x), _): return numericOrder(.integer(x ? 1 : 0), b)
  case (_, .boolean(let y)): return numericOrder(a, .integer(y ? 1 : 0))
  case (.big(let x), .big(let y)): return order(x.box.value, y.box.value)
  case (.big(let x), .integer): return x.box.value.signum() < 0 ? .below : .above
  case (.integer, .big(let y)): return y.box.value.signum() < 0 ? .above : .below
  case (.integer(let x), .number(let y)): return exactOrder(BigNumber(x), y)
  case (.big(let x), .number(let y)): return exactOrder(x.box.value, y)
  case (.number(let x), .integer(let y)): return reversed(exactOrder(BigNumber(y), x))
  case (.number(let x), .big(let y)): return reversed(exactOrder(y.box.value, x))
  default: return nil
  }
}

/// An integer against a double, exactly.
private func exactOrder(_ x: BigNumber, _ y: Double) -> NumericOrder?? {
  if y.isNaN { return .some(nil) }
  if y.isInfinite { return y > 0 ? .below : .above }
  let whole = BigNumber(exactly: y.rounded(.towardZero)) ?? 0
  if x != whole { return x < whole ? .below : .above }
  let rest = y - y.rounded(.towardZero)
  return rest > 0 ? .below : rest < 0 ? .above : .same
}

private func reversed(_ order: NumericOrder??) -> NumericOrder?? {
  switch order {
  case .some(.some(.below)): .above
  case .some(.some(.above)): .below
  default: order
  }
}

/// A hash that equal values share; of tuples in tuples only the first items count, which bounds its time.
func hash(_ value: Datum, depth: Int = 0) -> UInt64 {
  switch value {
  case .text(let text), .markup(let text):
    var state: UInt64 = 0xCBF2_9CE4_8422_2325
    for byte in text.bytes { state = (state ^ UInt64(byte)) &* 0x100_0000_01B3 }
    return mix64(state)
  case .boolean(let flag): return mix64(flag ? 1 : 0)
  case .integer(let number): return mix64(UInt64(bitPattern: Int64(number)))
  case .number(let number):
    if let whole = Int(exactly: number) { return mix64(UInt64(bitPattern: Int64(whole))) }
    return number.magnitude < 0x1p63 ? mix64(number.bitPattern) : 1
  case .big: return 1
  case .tuple(let tuple):
    guard depth < 3 else { return 5 }
    let items = tuple.box.items.prefix(depth == 0 ? .max : 16)
    return items.reduce(7) { mix64($0 ^ hash($1, depth: depth + 1)) }
  case .none: return 2
  case .object(let object):
    return object.box is RangeBox || object.box is FunctionBox ? 3 : identity(object.box)
  default: return 4
  }
}

private func identity(_ object: HeapObject) -> UInt64 {
  mix64(UInt64(UInt(bitPattern: ObjectIdentifier(object).hashValue)))
}

extension Datum {
  /// The name of Python's type.
  var typeName: String {
    switch self {
    case .missing, .undefined: "Undefined"
    case .none: "NoneType"
    case .boolean: "bool"
    case .integer, .big: "int"
    case .number: "float"
    case .text: "str"
    case .markup: "Markup"
    case .list: "list"
    case .tuple: "tuple"
    case .dictionary: "dict"
    case .object(let object): object.box.typeName
    }
  }

  /// `is` in Python, as far as templates can tell.
  func isSame(as other: Datum) -> Bool {
    switch (self, other) {
    case (.none, .none): true
    case (.boolean(let x), .boolean(let y)): x == y
    // CPython keeps one object for each small integer.
    case (.integer(let x), .integer(let y)): x == y && x >= -5 && x <= 256
    case (.undefined(let x), .undefined(let y)): x.box === y.box
    case (.list(let x), .list(let y)): x.box === y.box
    case (.tuple(let x), .tuple(let y)): x.box === y.box
    case (.dictionary(let x), .dictionary(let y)): x.box === y.box
    case (.big(let x), .big(let y)): x.box === y.box
    case (.text(let x), .text(let y)), (.markup(let x), .markup(let y)):
      x.start == y.start && x.count == y.count
    case (.object(let x), .object(let y)):
      x.box === y.box || equalValues(self, other) && x.box is FunctionBox
    default: false
    }
  }
}
