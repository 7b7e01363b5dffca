import Bytes
import Glibc
import JSON
import Records

/// What templates derive from the current record: each text or truth value is computed when it is first asked
/// for, escaped for JSON, and kept for the other templates.
final class DerivedTexts {
  struct Entry: BitwiseCopyable {
    var text = UnsafeRawBufferPointer(start: nil, count: 0)
    /// The text without blanks at its ends.
    var stripped = UnsafeRawBufferPointer(start: nil, count: 0)
    /// The record that it belongs to.
    var record: UInt64 = 0
    var truth = false
    /// Whether it could be derived; where not, the machine renders the template and says why.
    var isValid = false
  }

  /// A field that derivations read.
  struct Field: BitwiseCopyable {
    /// The place in the layout; -1 where the record has no such field.
    var column = -1
    var record: UInt64 = 0
    /// The text and what it holds, where the value is one.
    var text = Text.empty
    var kinds: JSONText.TextKinds = []
    var isText = false
    /// A number below `rememberedValues` for one of few values; -1 for all others.
    var small = -1
  }

  private let templates: LineTemplates
  private let derivations: UnsafeMutablePointer<LineTemplates.LinkedDerivation>
  private let entries: UnsafeMutablePointer<Entry>
  private let fieldViews: UnsafeMutablePointer<Field>
  let machine: Machine
  let region: Region
  private let divides: Bool
  private let columns: UnsafeMutablePointer<Int>
  @exclusivity(unchecked) private var layout: FieldLayout?
  private let source: PackedFields
  @exclusivity(unchecked) private var record: UInt64 = 0
  @exclusivity(unchecked) private var usesMachine = false
  /// Values of derivations that depend on one field only, by the field's value: labels are few.
  private let remembered: UnsafeMutablePointer<Entry>
  private let rememberedTexts = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 16, alignment: 16)
  @exclusivity(unchecked) private var rememberedBytes = 0
  static let rememberedValues = 32
  /// Integers that are remembered; `none` and the truth values stand behind them.
  private static let rememberedIntegers = 29

  /// - Parameter source: where the records' values are; read again for each.
  init(_ templates: LineTemplates, _ source: PackedFields) {
    self.templates = templates
    self.source = source
    let count = templates.derivations.count
    derivations = .allocate(capacity: count)
    derivations.initialize(from: templates.derivations, count: count)
    entries = .allocate(capacity: count)
    entries.initialize(repeating: Entry(), count: count)
    remembered = .allocate(capacity: count * Self.rememberedValues)
    remembered.initialize(repeating: Entry(), count: count * Self.rememberedValues)
    fieldViews = .allocate(capacity: templates.fields.count)
    fieldViews.initialize(repeating: Field(), count: templates.fields.count)
    machine = Machine(templates.program, environment: templates.environment, limits: templates.limits)
    region = Region(limit: templates.limits.memoryBytes)
    divides = templates.environment.dividesOutput
    columns = .allocate(capacity: templates.program.names.count)
  }

  deinit {
    derivations.deallocate()
    entries.deallocate()
    remembered.deallocate()
    fieldViews.deallocate()
    columns.deallocate()
    rememberedTexts.deallocate()
  }

  /// Goes on to the record that the source has now.
  func begin() {
    record += 1
    if layout !== source.layout { learn(source.layout) }
    region.reset()
    usesMachine = false
  }

  private func learn(_ layout: FieldLayout) {
    self.layout = layout
    for (place, name) in templates.program.names.enumerated() {
      columns[place] = layout.index(of: name) ?? -1
    }
    for (place, name) in templates.fields.enumerated() {
      fieldViews[place] = Field()
      fieldViews[place].column = layout.index(of: name) ?? -1
    }
  }

  /// The entry of a derivation, valid until the next record.
  @inline(__always)
  func entry(_ derivation: Int) -> UnsafeMutablePointer<Entry> {
    let entry = entries + derivation
    if entry.pointee.record != record { derive(derivation, entry) }
    return entry
  }

  private func derive(_ place: Int, _ entry: UnsafeMutablePointer<Entry>) {
    let derivation = derivations[place]
    var slot = -1
    if derivation.field >= 0 {
      let small = field(derivation.field).pointee.small
      if small >= 0 {
        slot = place * Self.rememberedValues + small
        if remembered[slot].record > 0 {
          entry.pointee = remembered[slot]
          entry.pointee.record = record
          return
        }
      }
    }
    entry.pointee.record = record
    do throws(RenderFailure) {
      entry.pointee.isValid = true
      var isDone = false
      if derivation.use == .text { isDone = try runKernel(derivation.kernel, entry) }
      if !isDone { try runMachine(derivation, entry) }
      entry.pointee.stripped = EscapedBlanks.stripped(entry.pointee.text)
    } catch {
      entry.pointee.isValid = false
    }
    if slot >= 0 { remember(entry.pointee, slot) }
  }

  func startMachine() {
    guard !usesMachine else { return }
    usesMachine = true
    machine.reset()
    machine.fields = RecordFields(source, columns: columns, divides: divides)
  }

  private func runMachine(
    _ derivation: LineTemplates.LinkedDerivation, _ entry: UnsafeMutablePointer<Entry>
  ) throws(RenderFailure) {
    startMachine()
    let value = try machine.evaluate(derivation.function)
    if derivation.use == .truth {
      entry.pointee.truth = try machine.isTrue(value)
    } else {
      let text = try machine.string(value)
      let kinds = kinds(text)
      entry.pointee.isValid = !kinds.contains(.byte)
      try setText(text, kinds, entry)
    }
  }

  private func remember(_ entry: Entry, _ slot: Int) {
    var kept = entry
    guard entry.text.count <= rememberedTexts.count - rememberedBytes else { return }
    let room = UnsafeMutableRawBufferPointer(
      rebasing: rememberedTexts[rememberedBytes..<rememberedBytes + entry.text.count])
    room.copyMemory(from: entry.text)
    rememberedBytes += entry.text.count
    kept.text = UnsafeRawBufferPointer(room)
    kept.stripped = EscapedBlanks.stripped(kept.text)
    remembered[slot] = kept
  }

  /// The only field that a derivation depends on; -1 where there are more.
  func field(of derivation: Int) -> Int { derivations[derivation].field }

  /// What stands for the field's value in the current record; -1 where it is not one of few.
  @inline(__always)
  func small(_ field: Int) -> Int { self.field(field).pointee.small }

  // MARK: Fields

  /// A field of the current record.
  @inline(__always)
  func field(_ place: Int) -> UnsafeMutablePointer<Field> {
    let field = fieldViews + place
    if field.pointee.record != record { look(field) }
    return field
  }

  private func look(_ field: UnsafeMutablePointer<Field>) {
    field.pointee.record = record
    field.pointee.isText = false
    field.pointee.small = -1
    guard field.pointee.column >= 0 else { return }
    let bytes = source.value(field.pointee.column)
    switch bytes.first {
    case PackedValue.Tag.string:
      let text = Text(PackedValue.textBytes(bytes))
      field.pointee.isText = true
      field.pointee.text = text
      field.pointee.kinds = kinds(text)
    case PackedValue.Tag.integer:
      let value = PackedValue.word(bytes, at: 1)
      if value < UInt64(Self.rememberedIntegers) { field.pointee.small = Int(value) }
    case PackedValue.Tag.null: field.pointee.small = Self.rememberedIntegers
    case PackedValue.Tag.no: field.pointee.small = Self.rememberedIntegers + 1
    case PackedValue.Tag.yes: field.pointee.small = Self.rememberedIntegers + 2
    default: break
    }
  }

  /// What a text holds; `.byte` says that it might divide what is put out.
  private func kinds(_ text: Text) -> JSONText.TextKinds {
    var kinds = JSONText.kinds(text.raw, and: UInt8(ascii: "|"))
    if !divides {
      kinds.remove(.byte)
    } else if text.find(Text(protectedDivider)) != nil {
      kinds.insert(.byte)
    }
    return kinds
  }
}
