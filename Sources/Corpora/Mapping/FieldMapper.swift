import Bytes
import Patterns
import Records

/// Makes the values of a record from what a reader found, for one source of a corpus.
final class FieldMapper {
  private enum Origin {
    case constant(Value)
    case path(Int)
  }

  /// A value that is not what its field needs; the place is a reader's path, nil for a value that the
  /// source sets.
  struct Fault: Error {
    var reason: String
    var path: Int?
    var span: Int
  }

  /// The paths that the reader has to find, without repeats.
  let paths: [String]
  /// For each path a field or condition that names it, for errors about the description.
  let owners: [Owner]
  private let format: CorpusDescription.Format
  private let fields: [Rule]
  private let conditions: [(path: Origin, matcher: Matcher)]

  /// A field and where its value comes from; an object, because it is looked at for every record.
  private final class Rule {
    let name: String
    let origin: Origin
    let replacements: [(from: String, to: String)]
    let separator: String?
    let mapping: ValueMapping?
    let type: ValueType?
    /// Whether a text stays as it is.
    let isPlain: Bool

    init(_ field: CorpusDescription.Field, _ origin: Origin) {
      name = field.name
      self.origin = origin
      replacements = field.replacements
      separator = field.separator
      mapping = field.mapping
      type = field.type
      isPlain =
        field.replacements.isEmpty && field.separator == nil && field.mapping == nil
        && (field.type == nil || field.type == .string)
    }
  }

  enum Owner {
    case field(CorpusDescription.Field)
    case condition(CorpusDescription.Condition)
  }

  init(_ description: CorpusDescription, _ source: CorpusDescription.Source) throws(Diagnostic) {
    var paths: [String] = []
    var owners: [Owner] = []
    func origin(_ path: String, _ owner: Owner) -> Origin {
      if let constant = source.constants.first(where: { $0.name.utf8.elementsEqual(path.utf8) }) {
        return .constant(constant.value)
      }
      if let place = paths.firstIndex(where: { $0.utf8.elementsEqual(path.utf8) }) { return .path(place) }
      paths.append(path)
      owners.append(owner)
      return .path(paths.count - 1)
    }
    format = description.format
    fields = description.fields.map { field in
      switch field.origin {
      case .constant(let value): Rule(field, .constant(value))
      case .path(let path): Rule(field, origin(path, .field(field)))
      }
    }
    var conditions: [(path: Origin, matcher: Matcher)] = []
    for condition in description.conditions {
      conditions.append((origin(condition.path, .condition(condition)), try Matcher(condition.pattern)))
    }
    self.conditions = conditions
    self.paths = paths
    self.owners = owners
  }

  /// The values of the record's fields; nil when a condition does not hold.
  func values(_ raw: RawRecord) throws -> [Value]? {
    for (path, matcher) in conditions where try !holds(raw, path, matcher) { return nil }
    var values: [Value] = []
    values.reserveCapacity(fields.count)
    for rule in fields { values.append(try value(raw, rule)) }
    return values
  }

  private func holds(_ raw: RawRecord, _ origin: Origin, _ matcher: Matcher) throws -> Bool {
    let value =
      switch origin {
      case .constant(let value): Optional(value)
      case .path(let path): raw.values[path]
      }
    guard var text = value.flatMap(ValueConversion.text) else { return false }
    return try text.withUTF8 { bytes in
      do throws(Diagnostic) {
        return try matcher.match(in: UnsafeRawBufferPointer(bytes))
      } catch {
        throw Fault(reason: error.message, path: nil, span: 1)
      }
    }
  }

  private func value(_ raw: RawRecord, _ rule: Rule) throws(Fault) -> Value {
    switch rule.origin {
    case .constant(let value): return try shaped(value, rule, nil)
    case .path(let path):
      guard let found = raw.values[path] else {
        if format == .xml, rule.type == .list { return .list([]) }
        throw Fault(reason: missing(rule, path), path: nil, span: 1)
      }
      if rule.isPlain, case .string = found { return found }
      return try shaped(found, rule, path)
    }
  }

  /// A value with its field's replacements, splitting, mapping and type.
  private func shaped(_ found: Value, _ rule: Rule, _ path: Int?) throws(Fault) -> Value {
    var value = found
    if format == .xml, path != nil {
      if rule.type == .list {
        if case .list = value {} else { value = .list([value]) }
      } else if case .list(let items) = value {
        let name = path.map { paths[$0] } ?? ""
        throw Fault(
          reason: "found \(items.count) values at '\(name)' for the field '\(rule.name)', expected one; "
            + "set 'type: list' to take them all", path: path, span: 1)
      }
    }
    if !rule.replacements.isEmpty { value = Self.replaced(value, rule.replacements) }
    if let separator = rule.separator { value = try split(value, separator, rule, path) }
    let isSplit = rule.separator != nil
    if let mapping = rule.mapping {
      value = try eachItem(value) { item throws(Fault) in try mapped(item, mapping, rule, path) }
    }
    guard let type = rule.type else { return value }
    if isSplit, type != .list {
      return try eachItem(value) { item throws(Fault) in try typed(item, type, rule, path) }
    }
    return try typed(value, type, rule, path)
  }

  private func eachItem(
    _ value: Value, _ body: (Value) throws(Fault) -> Value
  ) throws(Fault) -> Value {
    guard case .list(let items) = value else { return try body(value) }
    var made: [Value] = []
    for item in items { made.append(try body(item)) }
    return .list(made)
  }

  private static func replaced(_ value: Value, _ pairs: [(from: String, to: String)]) -> Value {
    switch value {
    case .string(let text): .string(pairs.reduce(text) { replaced($0, $1.from, $1.to) })
    case .list(let items): .list(items.map { replaced($0, pairs) })
    default: value
    }
  }

  private static func replaced(_ text: String, _ from: String, _ to: String) -> String {
    let parts = divided(text, from)
    return parts.count == 1 ? text : parts.joined(separator: to)
  }

  /// The parts of a text between the places where a separator stands, by bytes.
  private static func divided(_ text: String, _ separator: String) -> [String] {
    let bytes = Array(text.utf8)
    let mark = Array(separator.utf8)
    var parts: [String] = []
    var start = 0
    var place = 0
    while place + mark.count <= bytes.count {
      if bytes[place] == mark[0], bytes[place..<place + mark.count].elementsEqual(mark) {
        parts.append(String(decoding: bytes[start..<place], as: UTF8.self))
        place += mark.count
        start = place
      } else {
        place += 1
      }
    }
    return parts + [String(decoding: bytes[start...], as: UTF8.self)]
  }

  private func split(
    _ value: Value, _ separator: String, _ rule: Rule, _ path: Int?
  ) throws(Fault) -> Value {
    guard case .string(let text) = value else {
      throw Fault(
        reason: "the field '\(rule.name)' is split and must be a text, found \(value.described)",
        path: path, span: 1)
    }
    return .list(text.isEmpty ? [] : Self.divided(text, separator).map(Value.string))
  }

  private func mapped(
    _ value: Value, _ mapping: ValueMapping, _ rule: Rule, _ path: Int?
  ) throws(Fault) -> Value {
    let text = ValueConversion.text(value)
    if let text, let image = mapping[text] { return image }
    let known = mapping.keys.prefix(12).map { "'\($0)'" }.joined(separator: ", ")
    throw Fault(
      reason: "unknown value \(value.described) for the field '\(rule.name)'; 'map' has \(known)"
        + (mapping.keys.count > 12 ? ", …" : ""), path: path,
      span: text?.unicodeScalars.prefix(80).count ?? 1)
  }

  private func typed(
    _ value: Value, _ type: ValueType, _ rule: Rule, _ path: Int?
  ) throws(Fault) -> Value {
    if let made = ValueConversion.convert(value, to: type) { return made }
    throw Fault(
      reason: "the field '\(rule.name)' must be \(type.described), found \(value.described)",
      path: path, span: ValueConversion.text(value)?.unicodeScalars.prefix(80).count ?? 1)
  }

  private func missing(_ rule: Rule, _ path: Int) -> String {
    let what =
      switch format {
      case .xml: paths[path].split(separator: "/").last?.hasPrefix("@") == true ? "attribute" : "element"
      case .json, .jsonl: paths[path].hasPrefix("/") ? "value" : "key"
      case .csv, .tsv: "column"
      case .lines: "group"
      }
    return "the record has no \(what) '\(paths[path])' for the field '\(rule.name)'; expected one"
  }
}
