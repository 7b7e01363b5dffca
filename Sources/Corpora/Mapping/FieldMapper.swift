import Bytes
import Patterns
import Records

/// Makes the values of a record from what a reader found, for one source of a corpus, in packed form.
final class FieldMapper {
  /// A value that is not what its field needs; the place is a reader's path, nil for a value that the
  /// source sets.
  struct Fault: Error {
    var reason: String
    var path: Int?
    var span = 1
  }

  enum Owner {
    case field(CorpusDescription.Field)
    case condition(CorpusDescription.Condition)
  }

  /// The paths that the reader has to find, without repeats.
  let paths: [String]
  /// For each path a field or condition that names it, for errors about the description.
  let owners: [Owner]
  private let rules: [FieldRule]
  private let conditions: [(path: FieldRule.Column, matcher: Matcher)]
  @exclusivity(unchecked) private var packed = ByteBuffer(capacity: 1 << 12)
  private let places: UnsafeMutableBufferPointer<Int>

  init(_ description: CorpusDescription, _ source: CorpusDescription.Source) throws(Diagnostic) {
    var paths: [String] = []
    var owners: [Owner] = []
    func column(_ path: String, _ owner: Owner) -> FieldRule.Column {
      if let constant = source.constants.first(where: { $0.name.utf8.elementsEqual(path.utf8) }) {
        return .init(name: path, path: nil, constant: constant.value)
      }
      let known = paths.firstIndex { $0.utf8.elementsEqual(path.utf8) }
      if known == nil {
        paths.append(path)
        owners.append(owner)
      }
      return .init(name: path, path: known ?? paths.count - 1, constant: nil)
    }
    var rules: [FieldRule] = []
    for field in description.fields {
      rules.append(try FieldRule(field, description.format) { column($0, .field(field)) })
    }
    var conditions: [(path: FieldRule.Column, matcher: Matcher)] = []
    for condition in description.conditions {
      conditions.append((column(condition.path, .condition(condition)), try Matcher(condition.pattern)))
    }
    self.rules = rules
    self.conditions = conditions
    self.paths = paths
    self.owners = owners
    places = .allocate(capacity: rules.count)
    places.initialize(repeating: 0)
  }

  deinit { places.deallocate() }

  /// Gives the packed values of the record's fields to `body`; false when a condition does not hold.
  func map(_ raw: RawRecord, _ body: (PackedValues) throws -> Void) throws -> Bool {
    for (column, matcher) in conditions where try !holds(raw, column, matcher) { return false }
    packed.removeAll()
    for index in rules.indices {
      places[index] = packed.count
      try append(raw, rules[index])
    }
    try packed.withBytes { bytes in
      try body(PackedValues(bytes: bytes, places: UnsafeBufferPointer(places)))
    }
    return true
  }

  private func append(_ raw: RawRecord, _ rule: FieldRule) throws(Fault) {
    // Most fields are one value as it stands.
    if let path = rule.plainPath {
      let slot = raw.slots[path]
      switch slot.kind {
      case .text:
        PackedValue.append(text: slot.bytes, to: &packed)
        return
      case .packed where rule.takesAnyValue || slot.bytes.first == PackedValue.Tag.string:
        packed.append(slot.bytes)
        return
      default: break
      }
    }
    PackedValue.append(try rule.value(raw), to: &packed)
  }

  private func holds(
    _ raw: RawRecord, _ column: FieldRule.Column, _ matcher: Matcher
  ) throws -> Bool {
    guard var text = (column.constant ?? column.path.flatMap(raw.value)).flatMap(ValueConversion.text) else {
      return false
    }
    return try text.withUTF8 { bytes in
      do throws(Diagnostic) {
        return try matcher.match(in: UnsafeRawBufferPointer(bytes))
      } catch {
        throw Fault(reason: error.message, path: nil)
      }
    }
  }
}
