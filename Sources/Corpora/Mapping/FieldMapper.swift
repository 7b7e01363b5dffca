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
  /// For each field the path whose value it is as it stands, -1 where there is more to do.
  private let plain: UnsafeMutableBufferPointer<(path: Int, takesAny: Bool)>

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
    plain = .allocate(capacity: rules.count)
    _ = plain.initialize(from: rules.map { ($0.plainPath ?? -1, $0.takesAnyValue) })
  }

  deinit {
    places.deallocate()
    plain.deallocate()
  }

  /// Gives the packed values of the record's fields to `body`; false when a condition does not hold.
  func map(_ raw: RawRecord, _ body: (PackedValues) throws -> Void) throws -> Bool {
    for (column, matcher) in conditions where try !holds(raw, column, matcher) { return false }
    packed.removeAll()
    for index in 0..<places.count {
      places[index] = packed.count
      if !appendPlain(raw, plain[index]) { PackedValue.append(try rules[index].value(raw), to: &packed) }
    }
    try packed.withBytes { bytes in
      try body(PackedValues(bytes: bytes, places: UnsafeBufferPointer(places)))
    }
    return true
  }

  /// Most fields are one value as it stands; false where this one is not.
  @inline(__always)
  private func appendPlain(_ raw: RawRecord, _ rule: (path: Int, takesAny: Bool)) -> Bool {
    guard rule.path >= 0 else { return false }
    let slot = raw.slots[rule.path]
    switch slot.kind {
    case .text: PackedValue.append(text: slot.bytes, to: &packed)
    case .packed where rule.takesAny || slot.bytes.first == PackedValue.Tag.string: packed.append(slot.bytes)
    default: return false
    }
    return true
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
