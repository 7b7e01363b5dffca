import Bytes
import Records

/// Where a program's free names get their values: a packed record, or variables by name.
struct RecordFields {
  enum Kind {
    case none
    /// A record of the schema that the template was compiled for.
    case record
    /// A record by the places of its values.
    case fields
    case variables
  }

  var kind = Kind.none
  private var bytes = UnsafeRawBufferPointer(start: nil, count: 0)
  private var fieldCount = 0
  /// Where the values begin.
  private var places: UnsafeMutablePointer<Int>?
  /// For each free name its column, -1 where there is none, `choicesColumn` for the answer choices.
  private var columns: UnsafePointer<Int>?
  /// Held by the renderer while it renders.
  private unowned(unsafe) var variables: NamedVariables?
  /// The record's values as other templates have them too; only for programs that change no value.
  var shared: Unmanaged<SharedValues>?
  /// Whether `|||` divides what is put out, so that it must not do so in fields.
  private var divides = false
  /// The answer choices.
  var choices = Datum.none

  static let choicesColumn = -2

  init() {}

  init(_ record: PackedRecord, columns: UnsafePointer<Int>, divides: Bool) {
    kind = .record
    bytes = record.bytes
    fieldCount = record.fieldCount
    self.columns = columns
    self.divides = divides
  }

  init(_ fields: PackedFields, columns: UnsafePointer<Int>, divides: Bool) {
    kind = .fields
    (bytes, places) = fields.valuePlaces
    self.columns = columns
    self.divides = divides
  }

  /// - Parameter variables: kept alive by the caller.
  init(_ variables: NamedVariables, columns: UnsafePointer<Int>, divides: Bool) {
    kind = .variables
    self.variables = variables
    self.columns = columns
    self.divides = divides
  }

  /// The packed value of a name; nil where the source has none or is not packed.
  private func packed(_ name: Int) -> UnsafeRawBufferPointer? {
    guard let columns, columns[name] >= 0 else { return nil }
    if kind == .record { return PackedRecord(bytes: bytes, fieldCount: fieldCount).fieldBytes(columns[name]) }
    guard let places else { return nil }
    return UnsafeRawBufferPointer(rebasing: bytes[places[columns[name]]...])
  }

  /// A name's value, `.missing` when the source has none.
  func value(_ name: Int, _ machine: Machine) throws(RenderFailure) -> Datum {
    if kind == .none { return .missing }
    if let columns, columns[name] == Self.choicesColumn { return choices }
    if kind == .variables { return try variable(name, machine) }
    guard let bytes = packed(name) else { return .missing }
    if let shared, let columns {
      return try shared.lend { (shared) throws(RenderFailure) in
        try shared.value(columns[name], bytes, divides: divides)
      }
    }
    if divides, bytes.first == PackedValue.Tag.string {
      return .text(try machine.region.protected(Text(PackedValue.textBytes(bytes))))
    }
    return try machine.region.datum(packed: bytes).value
  }

  private func variable(_ name: Int, _ machine: Machine) throws(RenderFailure) -> Datum {
    guard let variables, let value = variables.values[variables.names[name]] else { return .missing }
    if divides, case .string(let text) = value {
      return .text(try machine.region.protected(try machine.region.text(text)))
    }
    return try machine.datum(value)
  }
}

/// Variables with the names that a program looks for.
final class NamedVariables {
  let values: ValueDictionary
  let names: [String]

  init(_ values: ValueDictionary, _ names: [String]) {
    self.values = values
    self.names = names
  }
}

/// What stands for `|||` inside a field while a template runs (PromptSource's own mark).
let protectedDivider: StaticString = "3ed2dface8203c4c9dfb1a5dc58e41e0"
let divider: StaticString = "|||"
