import Bytes
import Records

/// Where a program's free names get their values: a packed record, or variables by name.
protocol FieldSource {
  /// A name's value, `.missing` when the source has none.
  func value(_ name: Int, _ machine: Machine) throws(RenderFailure) -> Datum

  /// Appends a name's value as it is printed, where that takes no value in between; false: nothing was done.
  func append(_ name: Int, to buffer: inout ByteBuffer, _ machine: Machine) throws(RenderFailure) -> Bool
}

struct NoFields: FieldSource {
  func value(_ name: Int, _ machine: Machine) throws(RenderFailure) -> Datum { .missing }

  func append(_ name: Int, to buffer: inout ByteBuffer, _ machine: Machine) throws(RenderFailure) -> Bool {
    false
  }
}

/// What stands for `|||` inside a field while a template runs (PromptSource's own mark).
let protectedDivider: StaticString = "3ed2dface8203c4c9dfb1a5dc58e41e0"
let divider: StaticString = "|||"

/// The fields of a packed record by column.
struct PackedFields: FieldSource {
  let record: PackedRecord
  /// For each free name its column, -1 where the record has none, -2 for the answer choices.
  let columns: [Int]
  let divides: Bool
  let choices: Datum

  func value(_ name: Int, _ machine: Machine) throws(RenderFailure) -> Datum {
    let column = columns[name]
    if column == -2 { return choices }
    guard column >= 0 else { return .missing }
    let bytes = record.fieldBytes(column)
    if divides, bytes.first == PackedValue.Tag.string {
      return .text(try machine.protected(Text(PackedValue.textBytes(bytes))))
    }
    return try machine.datum(packed: bytes).value
  }

  func append(_ name: Int, to buffer: inout ByteBuffer, _ machine: Machine) throws(RenderFailure) -> Bool {
    let column = columns[name]
    guard column >= 0 else { return false }
    let bytes = record.fieldBytes(column)
    guard bytes.first == PackedValue.Tag.string else { return false }
    let text = Text(PackedValue.textBytes(bytes))
    if divides, text.find(Text(divider)) != nil { return false }
    buffer.append(text.raw)
    return true
  }
}

/// Variables by name.
struct VariableFields: FieldSource {
  let variables: ValueDictionary
  let names: [String]
  let divides: Bool
  /// The answer choices; nil where the environment has none.
  let choices: Datum?

  func value(_ name: Int, _ machine: Machine) throws(RenderFailure) -> Datum {
    if let choices, names[name] == "answer_choices" { return choices }
    guard let value = variables[names[name]] else { return .missing }
    if divides, case .string(let text) = value {
      return .text(try machine.protected(try machine.region.text(text)))
    }
    return try machine.datum(value)
  }

  func append(_ name: Int, to buffer: inout ByteBuffer, _ machine: Machine) throws(RenderFailure) -> Bool {
    false
  }
}

extension Machine {
  /// A text whose dividers are replaced, so that they divide nothing.
  func protected(_ text: Text) throws(RenderFailure) -> Text {
    guard text.find(Text(divider)) != nil else { return text }
    return try replaced(text, Text(divider), Text(protectedDivider), limit: -1)
  }

  func datum(_ value: Value) throws(RenderFailure) -> Datum {
    switch value {
    case .null: return .none
    case .boolean(let flag): return .boolean(flag)
    case .integer(let number): return .integer(Int(number))
    case .bigInteger(let digits): return try region.integer(digits: digits)
    case .number(let number): return .number(number)
    case .string(let text): return .text(try region.text(text))
    case .list(let items):
      var made: [Datum] = []
      made.reserveCapacity(items.count)
      for item in items { made.append(try datum(item)) }
      return try region.list(made)
    case .dictionary(let pairs):
      let box = DictionaryBox()
      for (place, key) in pairs.keys.enumerated() {
        box.set(.text(try region.text(key)), try datum(pairs.values[place]))
      }
      return try region.dictionary(box)
    }
  }

  /// The value at the start of packed bytes and its size; texts stay where they are.
  func datum(packed bytes: UnsafeRawBufferPointer) throws(RenderFailure) -> (value: Datum, size: Int) {
    switch bytes.first {
    case PackedValue.Tag.no: return (.boolean(false), 1)
    case PackedValue.Tag.yes: return (.boolean(true), 1)
    case PackedValue.Tag.integer:
      return (.integer(Int(truncatingIfNeeded: PackedValue.word(bytes, at: 1))), 9)
    case PackedValue.Tag.number: return (.number(Double(bitPattern: PackedValue.word(bytes, at: 1))), 9)
    case PackedValue.Tag.string:
      let text = PackedValue.textBytes(bytes)
      return (.text(Text(text)), 5 + text.count)
    case PackedValue.Tag.bigInteger:
      let text = PackedValue.textBytes(bytes)
      return (try region.integer(digits: Text(text).string), 5 + text.count)
    case PackedValue.Tag.list:
      var items: [Datum] = []
      let size = try readItems(bytes) { items.append($0) }
      return (try region.list(items), size)
    case PackedValue.Tag.dictionary:
      let box = DictionaryBox()
      var key: Datum?
      let size = try readItems(bytes, perItem: 2) { item in
        if let known = key {
          box.set(known, item)
          key = nil
        } else {
          key = item
        }
      }
      return (try region.dictionary(box), size)
    default: return (.none, 1)
    }
  }

  private func readItems(
    _ bytes: UnsafeRawBufferPointer, perItem: Int = 1, _ take: (Datum) -> Void
  ) throws(RenderFailure) -> Int {
    let count = Int(PackedValue.halfWord(bytes, at: 1)) * perItem
    let size = min(bytes.count, 9 + Int(PackedValue.halfWord(bytes, at: 5)))
    var place = 9
    for _ in 0..<count where place < size {
      let (value, length) = try datum(packed: UnsafeRawBufferPointer(rebasing: bytes[place..<size]))
      guard length > 0 else { break }
      take(value)
      place += length
    }
    return size
  }
}
