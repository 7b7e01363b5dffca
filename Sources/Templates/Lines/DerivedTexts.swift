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
  private struct Field: BitwiseCopyable {
    /// The place in the layout; -1 where the record has no such field.
    var column = -1
    var record: UInt64 = 0
    /// The text and what it holds, where the value is one.
    var text = Text.empty
    var kinds: JSONText.TextKinds = []
    var isText = false
    /// An integer from 0 on, below `rememberedValues`; else -1.
    var small = -1
  }

  private let templates: LineTemplates
  private let derivations: UnsafeMutablePointer<LineTemplates.LinkedDerivation>
  private let entries: UnsafeMutablePointer<Entry>
  private let fieldViews: UnsafeMutablePointer<Field>
  private let machine: Machine
  private let region: Region
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
  private static let rememberedValues = 32

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

  private func startMachine() {
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

  // MARK: Kernels

  /// A field of the current record.
  private func field(_ place: Int) -> UnsafeMutablePointer<Field> {
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
      if value < UInt64(Self.rememberedValues) { field.pointee.small = Int(value) }
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

  /// Computes a text without the machine; false where the value is not of the kind that the kernel knows.
  private func runKernel(
    _ kernel: DerivationKernel, _ entry: UnsafeMutablePointer<Entry>
  ) throws(RenderFailure) -> Bool {
    guard let place = kernel.field else { return false }
    let field = field(place)
    guard field.pointee.isText else { return false }
    let text = field.pointee.text
    let kinds = field.pointee.kinds
    // What could divide the output is for the machine, which knows how PromptSource keeps it from that.
    if kinds.contains(.byte) {
      entry.pointee.isValid = false
      return true
    }
    switch kernel {
    case .field: try setText(text, kinds, entry)
    case .trim: try setText(text.trimmed { $0.isPythonSpace }, kinds, entry)
    case .lower, .upper, .capitalize:
      guard !kinds.contains(.wide) else { return false }
      let isUpper = if case .upper = kernel { true } else { false }
      let mapped = try mapped(text, first: isUpper ? 97 : 65)
      if case .capitalize = kernel, mapped.count > 0, mapped[0] &- 97 < 26 { mapped[0] ^= 32 }
      try setText(Text(UnsafeRawBufferPointer(mapped)), kinds, entry)
    case .replace(_, let old, let new):
      let made = try replaced(text, old, new)
      try setText(made, kinds.union(JSONText.kinds(new.raw, and: 0)), entry)
    case .splitCount(_, let separator):
      try setText(try region.text("\(1 + count(separator, in: text))"), [], entry)
    case .machine: return false
    }
    return true
  }

  /// The text itself where it stands in JSON as it is, else a copy with escapes.
  private func setText(
    _ text: Text, _ kinds: JSONText.TextKinds, _ entry: UnsafeMutablePointer<Entry>
  ) throws(RenderFailure) {
    guard kinds.contains(.escapes) else {
      entry.pointee.text = text.raw
      return
    }
    entry.pointee.text = try region.build { buffer in JSONText.appendEscaped(text.raw, to: &buffer) }.raw
  }

  /// ASCII with the case of the letters from `first` on turned over; a copy.
  private func mapped(
    _ text: Text, first: UInt8
  ) throws(RenderFailure) -> UnsafeMutableBufferPointer<UInt8> {
    let room = try region.allocate(text.count).assumingMemoryBound(to: UInt8.self)
    let source = text.start
    for place in 0..<text.count {
      let byte = source[place]
      room[place] = byte ^ (byte &- first < 26 ? 32 : 0)
    }
    return UnsafeMutableBufferPointer(start: room, count: text.count)
  }

  private func count(_ separator: Text, in text: Text) -> Int {
    if separator.count == 1 {
      var count = 0
      let byte = separator.start[0]
      for place in 0..<text.count where text.start[place] == byte { count &+= 1 }
      return count
    }
    var count = 0
    var place = 0
    while let found = text.find(separator, from: place) {
      count += 1
      place = found + separator.count
    }
    return count
  }

  private func replaced(_ text: Text, _ old: Text, _ new: Text) throws(RenderFailure) -> Text {
    guard var found = text.find(old) else { return text }
    // A longer text is the machine's: its limits are looked after there.
    guard new.count <= old.count else {
      startMachine()
      return try machine.replaced(text, old, new, limit: -1)
    }
    let room = try region.allocate(text.count).assumingMemoryBound(to: UInt8.self)
    var size = 0
    var start = 0
    while true {
      memcpy(room + size, text.start + start, found - start)
      size += found - start
      memcpy(room + size, new.start, new.count)
      size += new.count
      start = found + old.count
      guard let next = text.find(old, from: start) else { break }
      found = next
    }
    memcpy(room + size, text.start + start, text.count - start)
    return Text(start: room, count: size + text.count - start)
  }
}
