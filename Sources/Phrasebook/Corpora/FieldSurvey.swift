import Bytes
import Records

/// What the values of one field are like, gathered record by record in bounded memory.
struct FieldSurvey: Sendable {
  /// Least, sum and most of a length.
  struct Lengths: Sendable {
    private(set) var count = 0
    private(set) var least = Int.max
    private(set) var most = 0
    private var sum = 0

    var mean: Double { count == 0 ? 0 : Double(sum) / Double(count) }

    mutating func add(_ length: Int) {
      count += 1
      least = min(least, length)
      most = max(most, length)
      sum += length
    }
  }

  let name: String
  /// How many values are of each kind, in the order in which the kinds were met.
  private(set) var kinds: [(kind: String, count: Int)] = []
  /// Nulls.
  private(set) var missing = 0
  /// Empty texts, lists and dictionaries.
  private(set) var empty = 0
  /// Unicode scalars of the texts.
  private(set) var characters = Lengths()
  /// Items of the lists.
  private(set) var items = Lengths()
  /// How often each value occurs, in the order in which they were met; nil when there are too many.
  private(set) var values: [(value: Value, count: Int)]? = []
  private var places: [[UInt8]: Int] = [:]
  /// Whether all texts so far spell integers, or numbers.
  private(set) var spellsIntegers = true
  private(set) var spellsNumbers = true
  private static let mostValues = 1000
  /// Longer values are no labels.
  private static let longestValue = 200

  init(name: String) { self.name = name }

  mutating func add(_ packed: UnsafeRawBufferPointer) {
    note(packed)
    count(packed)
  }

  private mutating func note(_ packed: UnsafeRawBufferPointer) {
    switch packed.first {
    case PackedValue.Tag.null:
      missing += 1
      add("null")
    case PackedValue.Tag.no, PackedValue.Tag.yes: add("boolean")
    case PackedValue.Tag.integer, PackedValue.Tag.bigInteger: add("integer")
    case PackedValue.Tag.number: add("number")
    case PackedValue.Tag.list:
      let count = Int(PackedValue.halfWord(packed, at: 1))
      if count == 0 { empty += 1 }
      items.add(count)
      add("list")
    case PackedValue.Tag.dictionary:
      if PackedValue.halfWord(packed, at: 1) == 0 { empty += 1 }
      add("dictionary")
    default:
      let text = PackedValue.textBytes(packed)
      if text.isEmpty { empty += 1 }
      characters.add(text.count { $0 & 0xC0 != 0x80 })
      if spellsNumbers { look(text) }
      add("string")
    }
  }

  private mutating func look(_ text: UnsafeRawBufferPointer) {
    let isShort = text.count <= 40
    let word = isShort ? String(decoding: text, as: UTF8.self) : ""
    spellsIntegers = spellsIntegers && Int64(word) != nil
    spellsNumbers = isShort && (spellsIntegers || Double(word)?.isFinite == true)
  }

  private mutating func add(_ kind: String) {
    if let place = kinds.firstIndex(where: { $0.kind == kind }) {
      kinds[place].count += 1
    } else {
      kinds.append((kind, 1))
    }
  }

  private mutating func count(_ packed: UnsafeRawBufferPointer) {
    guard let known = values?.count else { return }
    guard packed.count <= Self.longestValue else { return giveUpValues() }
    let key = Array(packed)
    if let place = places[key] {
      values?[place].count += 1
    } else if known < Self.mostValues {
      places[key] = known
      values?.append((PackedValue.read(packed).value, 1))
    } else {
      giveUpValues()
    }
  }

  private mutating func giveUpValues() {
    values = nil
    places = [:]
  }

  /// The values by how often they occur; ties in the order in which they were met.
  var distribution: [(value: Value, count: Int)]? {
    values.map { values in
      values.enumerated().sorted { ($1.element.count, $0.offset) < ($0.element.count, $1.offset) }.map(
        \.element)
    }
  }

  /// The type in one word or two: `string`, `integer`, `string or null`, `string (integers)`.
  var type: String {
    let names = kinds.map(\.kind).joined(separator: " or ")
    guard kinds.contains(where: { $0.kind == "string" }), characters.count > 0, spellsNumbers else {
      return names
    }
    return names + (spellsIntegers ? " (integers)" : " (numbers)")
  }

  /// Whether the values look like labels: few of them, each often, and short.
  func looksLikeLabel(of records: Int) -> Bool {
    guard let values, values.count >= 2, values.count <= 20, values.count * 5 <= records, missing == 0 else {
      return false
    }
    return kinds.count == 1 && ["string", "integer", "boolean"].contains(kinds[0].kind)
      && characters.most <= 40
  }
}

/// What the records of a corpus are like.
struct CorpusSurvey {
  private(set) var fields: [FieldSurvey]
  /// The first records, as many as were asked for.
  private(set) var first: [ValueDictionary] = []
  /// Records that are equal to an earlier one in all fields.
  private(set) var repeats = 0
  private(set) var splits: [(name: String, count: Int)] = []
  private(set) var count = 0
  private let schema: Schema
  private let shown: Int
  private let identity: PackedIdentity
  private var seen: Set<RecordID> = []

  init(_ schema: Schema, shown: Int) {
    self.schema = schema
    self.shown = shown
    fields = schema.fields.map(FieldSurvey.init(name:))
    identity = PackedIdentity(schema)
  }

  mutating func add(_ values: PackedValues, _ split: Split?) {
    count += 1
    for place in fields.indices { fields[place].add(values.packed(place)) }
    if !seen.insert(identity.id(of: values)).inserted { repeats += 1 }
    if first.count < shown {
      first.append(ValueDictionary(Array(zip(schema.fields, values.values))))
    }
    guard let split else { return }
    if let place = splits.firstIndex(where: { $0.name == split.name }) {
      splits[place].count += 1
    } else {
      splits.append((split.name, 1))
    }
  }
}
