import Bytes

/// The settled lines of one renderer: one for each template and each value that the field has that it branches on,
/// made when the value is first met.
final class SettledLines {
  private struct Slot: BitwiseCopyable {
    var line: SettledLine?
    var isTried = false
  }

  private let lines: [LinkedLine?]
  private let derived: DerivedTexts
  private let keys: LineKeys
  private let drawn: [UnsafeRawBufferPointer]
  private let arena = LineArena()
  /// By template and value.
  private let slots: UnsafeMutablePointer<Slot>
  /// By template: the field that is settled.
  private let fields: UnsafeMutablePointer<Int>
  @exclusivity(unchecked) private var bytes = 0

  private static let noField = -1
  private static let unknownField = -2
  /// More bytes of literals than this are not held; further lines are rendered step by step.
  private static let mostBytes = 1 << 23

  init(_ templates: LineTemplates, _ derived: DerivedTexts) {
    lines = templates.lines
    drawn = templates.drawn
    keys = templates.keys
    self.derived = derived
    slots = .allocate(capacity: lines.count * DerivedTexts.rememberedValues)
    slots.initialize(repeating: Slot(), count: lines.count * DerivedTexts.rememberedValues)
    fields = .allocate(capacity: lines.count)
    fields.initialize(repeating: Self.unknownField, count: lines.count)
  }

  deinit {
    slots.deallocate()
    fields.deallocate()
  }

  /// The line of a template for the current record; nil where it has none.
  @inline(__always)
  func line(_ template: Int) -> SettledLine? {
    let field = fields[template]
    var value = 0
    if field >= 0 {
      value = derived.small(field)
    } else if field == Self.unknownField {
      value = choose(template)
    }
    guard value >= 0 else { return nil }
    let slot = slots + (template &* DerivedTexts.rememberedValues &+ value)
    if !slot.pointee.isTried { settle(template, slot) }
    return slot.pointee.line
  }

  /// Chooses the field that is settled: the first of those that a branch or a choice depends on which is one of few
  /// values in the current record.
  private func choose(_ template: Int) -> Int {
    fields[template] = Self.noField
    guard let line = lines[template] else { return 0 }
    for step in line.steps {
      let derivation: Int
      switch step {
      case .piece(_, let place), .wholePart(_, let place), .skipUnless(let place, _): derivation = place
      default: continue
      }
      let field = derived.field(of: derivation)
      guard field >= 0 else { continue }
      let value = derived.small(field)
      if value >= 0 {
        fields[template] = field
        return value
      }
    }
    return 0
  }

  private func settle(_ template: Int, _ slot: UnsafeMutablePointer<Slot>) {
    slot.pointee.isTried = true
    guard let line = lines[template], bytes < Self.mostBytes else { return }
    let settled = LineSettler.settle(line, keys, field: fields[template], derived, drawn, arena)
    guard let settled else { return }
    bytes += settled.pieces.reduce(settled.last.count) { $0 + $1.literal.count + LineArena.slack }
    slot.pointee.line = settled
  }
}
