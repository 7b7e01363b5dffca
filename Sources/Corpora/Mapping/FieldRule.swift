import Bytes
import Patterns
import Records

/// A field and what is done to make its value: in this order the columns, the default, replacements, the
/// pattern that picks a part, splitting, mapping, type. An object, because it is looked at for every record.
final class FieldRule {
  /// Where a value comes from: a reader's path, or a value that the source sets.
  struct Column {
    var name: String
    var path: Int?
    var constant: Value?
  }

  private enum Origin {
    case constant(Value)
    case column(Column)
    case list([Column])
    case join([Column], String)
    case zip([(key: String, column: Column)])
  }

  /// The path whose value is the field's as it stands, where that is all there is to do.
  let plainPath: Int?
  /// Whether any value at `plainPath` will do; otherwise texts only.
  let takesAnyValue: Bool
  private let name: String
  private let format: CorpusDescription.Format
  private let origin: Origin
  private let missing: Value?
  private let replacements: [(from: String, to: String)]
  private let extract: Matcher?
  private let separator: String?
  private let mapping: ValueMapping?
  private let type: ValueType?

  init(
    _ field: CorpusDescription.Field, _ format: CorpusDescription.Format, _ column: (String) -> Column
  ) throws(Diagnostic) {
    name = field.name
    self.format = format
    origin =
      switch field.origin {
      case .constant(let value): .constant(value)
      case .path(let path): .column(column(path))
      case .list(let paths): .list(paths.map(column))
      case .join(let paths, let separator): .join(paths.map(column), separator)
      case .zip(let pairs): .zip(pairs.map { ($0.key, column($0.path)) })
      }
    missing = field.missing
    replacements = field.replacements
    extract = if let pattern = field.extract { try Matcher(pattern) } else { nil }
    separator = field.separator
    mapping = field.mapping
    type = field.type
    let isPlain =
      field.replacements.isEmpty && field.separator == nil && field.mapping == nil && field.extract == nil
      && field.missing == nil && (field.type == nil || field.type == .string)
    if isPlain, case .column(let column) = origin { plainPath = column.path } else { plainPath = nil }
    takesAnyValue = field.type == nil && format != .xml
  }

  func value(_ raw: RawRecord) throws(FieldMapper.Fault) -> Value {
    var value = try found(raw)
    let path = firstPath
    if !replacements.isEmpty { value = Self.replaced(value, replacements) }
    if let extract { value = try eachItem(value) { item throws(Fault) in try picked(item, extract, path) } }
    if let separator { value = try split(value, separator, path) }
    if let mapping {
      value = try eachItem(value) { item throws(Fault) in try mapped(item, mapping, path) }
    }
    guard let type else { return value }
    if type != .list, case .list = value, type != .dictionary {
      if separator == nil, case .column = origin { return try typed(value, type, path) }
      return try eachItem(value) { item throws(Fault) in try typed(item, type, path) }
    }
    return try typed(value, type, path)
  }

  private typealias Fault = FieldMapper.Fault

  /// The path that a fault is told at.
  private var firstPath: Int? {
    switch origin {
    case .constant: nil
    case .column(let column): column.path
    case .list(let columns), .join(let columns, _): columns.first?.path
    case .zip(let pairs): pairs.first?.column.path
    }
  }

  private func found(_ raw: RawRecord) throws(Fault) -> Value {
    switch origin {
    case .constant(let value): return value
    case .column(let column):
      guard let found = value(raw, column) else { return try absent(column) }
      if found == .null, let missing { return missing }
      return format == .xml && column.path != nil ? try single(found, column) : found
    case .list(let columns):
      var items: [Value] = []
      for column in columns { items.append(try required(raw, column)) }
      return .list(items)
    case .join(let columns, let separator):
      var parts: [String] = []
      for column in columns {
        let found = try required(raw, column)
        guard let text = ValueConversion.text(found) else {
          throw Fault(
            reason: "the field '\(name)' joins texts, found \(found.described) at '\(column.name)'",
            path: column.path)
        }
        parts.append(text)
      }
      return .string(parts.joined(separator: separator))
    case .zip(let pairs): return try zipped(raw, pairs)
    }
  }

  private func value(_ raw: RawRecord, _ column: Column) -> Value? {
    column.constant ?? column.path.flatMap(raw.value)
  }

  private func absent(_ column: Column) throws(Fault) -> Value {
    if let missing { return missing }
    if format == .xml, type == .list { return .list([]) }
    throw Fault(reason: lacking(column.name), path: nil)
  }

  private func required(_ raw: RawRecord, _ column: Column) throws(Fault) -> Value {
    let found = value(raw, column)
    if let found, found != .null || missing == nil {
      return format == .xml && column.path != nil ? try single(found, column) : found
    }
    return try absent(column)
  }

  /// In XML a path may be met more than once.
  private func single(_ found: Value, _ column: Column) throws(Fault) -> Value {
    if type == .list, case .column = origin {
      if case .list = found { return found }
      return .list([found])
    }
    guard case .list(let items) = found else { return found }
    throw Fault(
      reason: "found \(items.count) values at '\(column.name)' for the field '\(name)', expected one; "
        + "set 'type: list' to take them all", path: column.path)
  }

  /// Lists side by side as one list of dictionaries.
  private func zipped(
    _ raw: RawRecord, _ pairs: [(key: String, column: Column)]
  ) throws(Fault) -> Value {
    var columns: [[Value]] = []
    for (key, column) in pairs {
      switch value(raw, column) {
      case .list(let items)?: columns.append(items)
      case let found? where format == .xml: columns.append([found])
      case nil where format == .xml: columns.append([])
      case let found?:
        throw Fault(
          reason: "the field '\(name)' zips lists, found \(found.described) at '\(column.name)'",
          path: column.path)
      case nil: return try absent(column)
      }
      if let first = columns.first, first.count != columns[columns.count - 1].count {
        throw Fault(
          reason: "the field '\(name)' zips lists of one length, found \(first.count) values for "
            + "'\(pairs[0].key)' and \(columns[columns.count - 1].count) for '\(key)'", path: column.path)
      }
    }
    return .list(
      (columns.first ?? []).indices.map { row in
        .dictionary(ValueDictionary(pairs.indices.map { (pairs[$0].key, columns[$0][row]) }))
      })
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

  /// What the pattern's first group matched, or all of the match where it has none.
  private func picked(_ value: Value, _ matcher: Matcher, _ path: Int?) throws(Fault) -> Value {
    guard case .string(let text) = value else {
      throw Fault(
        reason: "a part of the field '\(name)' is extracted and it must be a text, found \(value.described)",
        path: path)
    }
    let bytes = Array(text.utf8)
    var part: Range<Int>?
    do {
      try bytes.withUnsafeBytes { raw in
        guard try matcher.match(in: raw) else { return }
        part = matcher.range(of: 1) ?? matcher.range(of: 0)
      }
    } catch let problem as Diagnostic {
      throw Fault(reason: problem.message, path: path)
    } catch {
      throw Fault(reason: "\(error)", path: path)
    }
    if let part { return .string(String(decoding: bytes[part], as: UTF8.self)) }
    if let missing { return missing }
    throw Fault(
      reason: "the pattern '\(matcher.pattern.source)' of the field '\(name)' finds nothing in "
        + value.described, path: path, span: text.unicodeScalars.prefix(80).count)
  }

  private func split(_ value: Value, _ separator: String, _ path: Int?) throws(Fault) -> Value {
    guard case .string(let text) = value else {
      throw Fault(
        reason: "the field '\(name)' is split and must be a text, found \(value.described)", path: path)
    }
    return .list(text.isEmpty ? [] : Self.divided(text, separator).map(Value.string))
  }

  private func mapped(_ value: Value, _ mapping: ValueMapping, _ path: Int?) throws(Fault) -> Value {
    let text = ValueConversion.text(value)
    if let text, let image = mapping[text] { return image }
    let known = mapping.keys.prefix(12).map { "'\($0)'" }.joined(separator: ", ")
    throw Fault(
      reason: "unknown value \(value.described) for the field '\(name)'; 'map' has \(known)"
        + (mapping.keys.count > 12 ? ", …" : ""), path: path,
      span: text?.unicodeScalars.prefix(80).count ?? 1)
  }

  private func typed(_ value: Value, _ type: ValueType, _ path: Int?) throws(Fault) -> Value {
    if let made = ValueConversion.convert(value, to: type) { return made }
    throw Fault(
      reason: "the field '\(name)' must be \(type.described), found \(value.described)",
      path: path, span: ValueConversion.text(value)?.unicodeScalars.prefix(80).count ?? 1)
  }

  private func lacking(_ path: String) -> String {
    let what =
      switch format {
      case .xml: path.split(separator: "/").last?.hasPrefix("@") == true ? "attribute" : "element"
      case .json, .jsonl: path.hasPrefix("/") ? "value" : "key"
      case .csv, .tsv, .parquet, .duckdb: "column"
      case .lines: "group"
      }
    return "the record has no \(what) '\(path)' for the field '\(name)'; expected one"
  }
}
