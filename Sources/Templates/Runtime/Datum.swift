internal import BigInt

/// A value while a template runs, with Python's meaning.
///
/// Objects are held by the region of the rendering (or by the program, for constants), never by the values,
/// so that a value is copied without counting and cycles cannot leak; all of them go together when the
/// rendering ends.
enum Datum: BitwiseCopyable {
  /// No value at all: a variable before its first assignment, an argument that was not given.
  case missing
  case undefined(Unmanaged<UndefinedNote>)
  case none
  case boolean(Bool)
  case integer(Int)
  case number(Double)
  /// Beyond 64 bits.
  case big(Unmanaged<BigBox>)
  case text(Text)
  /// Text that is safe in HTML (markupsafe's `Markup`).
  case markup(Text)
  case list(Unmanaged<ListBox>)
  case tuple(Unmanaged<TupleBox>)
  case dictionary(Unmanaged<DictionaryBox>)
  case object(Unmanaged<HeapObject>)
}

extension Unmanaged {
  /// The object itself; the region keeps it alive.
  var box: Instance { takeUnretainedValue() }

  /// Uses the object without counting: whoever holds it, holds it meanwhile.
  @inline(__always)
  func lend<Result, Failure: Error>(
    _ body: (Instance) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    let outcome: Swift.Result<Result, Failure> = _withUnsafeGuaranteedRef { object in
      do throws(Failure) { return .success(try body(object)) } catch { return .failure(error) }
    }
    return try outcome.get()
  }
}

extension Datum {
  /// The bytes of `str` and `Markup`.
  var asText: Text? {
    switch self {
    case .text(let text), .markup(let text): text
    default: nil
    }
  }

  var isMissing: Bool {
    if case .missing = self { return true }
    return false
  }

  var isUndefined: Bool {
    if case .undefined = self { return true }
    return false
  }

  var isNone: Bool {
    if case .none = self { return true }
    return false
  }

  var isMarkup: Bool {
    if case .markup = self { return true }
    return false
  }

  /// Whether it is an object of this class, which has no subclasses.
  @inline(__always)
  func isObject<Box: HeapObject>(_ type: Box.Type) -> Bool {
    guard case .object(let reference) = self else { return false }
    return reference._withUnsafeGuaranteedRef { object in Swift.type(of: object) == type }
  }

  /// An object of one class.
  func object<Box: HeapObject>(as type: Box.Type) -> Box? {
    guard case .object(let reference) = self else { return nil }
    return reference.box as? Box
  }
}

/// Everything that a value can refer to.
class HeapObject {
  /// The name of Python's type, as in error messages.
  var typeName: String { "object" }

  /// An attribute, where it takes no search; nil says nothing.
  func quickAttribute(
    _ name: Text, _ known: AttributeName, _ machine: Machine
  ) throws(RenderFailure) -> Datum? { nil }
}

final class UndefinedNote: HeapObject {
  /// Why there is no value, in full.
  let message: String
  /// The name that was looked for.
  let name: String
  /// Use of it is refused for safety, not for want of a value.
  let isSecurity: Bool
  /// Printing, comparing and testing it are errors too.
  let isStrict: Bool

  init(message: String, name: String, isSecurity: Bool = false, isStrict: Bool) {
    self.message = message
    self.name = name
    self.isSecurity = isSecurity
    self.isStrict = isStrict
  }
}

final class BigBox: HeapObject {
  let value: BigNumber
  init(_ value: BigNumber) { self.value = value }
  override var typeName: String { "int" }
}

final class ListBox: HeapObject, ReusableBox {
  @exclusivity(unchecked) var items: [Datum]
  init(_ items: [Datum]) { self.items = items }
  override convenience init() { self.init([]) }
  func clear() { items.clearForReuse() }
  override var typeName: String { "list" }
}

final class TupleBox: HeapObject {
  let items: [Datum]
  /// Field names of a named tuple (`groupby` gives `grouper` and `list`).
  let names: [String]
  init(_ items: [Datum], names: [String] = []) {
    self.items = items
    self.names = names
  }
  override var typeName: String { "tuple" }
}

final class RangeBox: HeapObject {
  let start: Int
  let step: Int
  let count: Int
  init(start: Int, step: Int, count: Int) {
    self.start = start
    self.step = step
    self.count = count
  }
  var stop: Int { start &+ count &* step }
  /// The end as it was written, which need not be a step's place.
  @exclusivity(unchecked) var writtenStop = 0
  override var typeName: String { "range" }
}

final class SliceBox: HeapObject {
  let start: Datum
  let stop: Datum
  let step: Datum
  init(_ start: Datum, _ stop: Datum, _ step: Datum) {
    self.start = start
    self.stop = stop
    self.step = step
  }
  override var typeName: String { "slice" }
}

/// What `keys()`, `values()` and `items()` give: windows on a dictionary.
final class ViewBox: HeapObject {
  enum Kind: String { case keys, values, items }
  let kind: Kind
  let dictionary: DictionaryBox
  init(_ kind: Kind, _ dictionary: DictionaryBox) {
    self.kind = kind
    self.dictionary = dictionary
  }
  override var typeName: String { "dict_\(kind.rawValue)" }
}

final class BytesBox: HeapObject {
  let bytes: [UInt8]
  init(_ bytes: [UInt8]) { self.bytes = bytes }
  override var typeName: String { "bytes" }
}

/// Jinja's `namespace(…)`.
final class NamespaceBox: HeapObject, ReusableBox {
  let attributes = DictionaryBox()
  override init() {}
  func clear() { attributes.clear() }
  override var typeName: String { "Namespace" }

  override func quickAttribute(
    _ name: Text, _ known: AttributeName, _ machine: Machine
  ) throws(RenderFailure) -> Datum? { known.isPlain ? attributes.value(name) : nil }
}

final class CyclerBox: HeapObject {
  let items: [Datum]
  @exclusivity(unchecked) var place = 0
  init(_ items: [Datum]) { self.items = items }
  override var typeName: String { "Cycler" }
}

final class JoinerBox: HeapObject {
  let separator: Datum
  @exclusivity(unchecked) var isUsed = false
  init(_ separator: Datum) { self.separator = separator }
  override var typeName: String { "Joiner" }
}

/// A method together with the value that it belongs to.
final class MethodBox: HeapObject {
  let receiver: Datum
  let name: String
  init(_ receiver: Datum, _ name: String) {
    self.receiver = receiver
    self.name = name
  }
  override var typeName: String { "builtin_function_or_method" }
}

/// A global function or type by its name.
final class FunctionBox: HeapObject {
  let function: GlobalFunction
  init(_ function: GlobalFunction) { self.function = function }
  override var typeName: String { function.isType ? "type" : "function" }
}

/// A type, as `x.__class__` gives it: only its name is of use.
final class TypeBox: HeapObject {
  let name: String
  init(_ name: String) { self.name = name }
  override var typeName: String { "type" }
}

final class MacroBox: HeapObject {
  /// The program's.
  let macro: UnsafePointer<MacroProgram>
  unowned(unsafe) let frame: Frame
  let isPlain: Bool
  let function: Int
  init(_ macro: UnsafePointer<MacroProgram>, _ frame: Frame) {
    self.macro = macro
    self.frame = frame
    isPlain = macro.pointee.isPlain
    function = macro.pointee.function
  }
  var parameterCount: Int { macro.pointee.parameterSlots.count }
  func slot(ofParameter place: Int) -> Int { macro.pointee.parameterSlots[place] }
  override var typeName: String { "Macro" }
}

/// `self` in a template.
final class TemplateReferenceBox: HeapObject {
  override var typeName: String { "TemplateReference" }
}

/// `self.name`: a block to be rendered again.
final class BlockBox: HeapObject {
  let name: String
  init(_ name: String) { self.name = name }
  override var typeName: String { "BlockReference" }
}

/// The variables of one running function (the template, a macro, a block, a recursive loop).
final class Frame: HeapObject, ReusableBox {
  @exclusivity(unchecked) private(set) var slots: UnsafeMutablePointer<Datum>
  @exclusivity(unchecked) private(set) var slotCount = 0
  @exclusivity(unchecked) private(set) unowned(unsafe) var parent: Frame?
  /// What it points to before it is set.
  nonisolated(unsafe) private static let nothing = UnsafeMutablePointer<Datum>.allocate(capacity: 1)

  override init() { slots = Self.nothing }

  /// - Parameter slots: memory that lasts as long as the frame is in use.
  func set(slots: UnsafeMutablePointer<Datum>, slotCount: Int, parent: Frame?) {
    self.slots = slots
    self.slotCount = slotCount
    self.parent = parent
  }

  func clear() {}
}
