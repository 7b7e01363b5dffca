/// A field's value: what JSON can say, with big integers kept exactly and the order of keys kept.
///
/// Texts compare by their UTF-8 bytes, as everywhere in Phrasebook: `é` in one scalar and in two are
/// different texts.
public indirect enum Value: Sendable {
  case null
  case boolean(Bool)
  case integer(Int64)
  /// An integer beyond 64 bits: an optional minus sign and decimal digits without leading zeros.
  case bigInteger(String)
  case number(Double)
  case string(String)
  case list([Value])
  case dictionary(ValueDictionary)
}

extension Value: Equatable {
  public static func == (a: Value, b: Value) -> Bool {
    switch (a, b) {
    case (.null, .null): true
    case (.boolean(let x), .boolean(let y)): x == y
    case (.integer(let x), .integer(let y)): x == y
    case (.bigInteger(let x), .bigInteger(let y)): x.utf8.elementsEqual(y.utf8)
    case (.number(let x), .number(let y)): x == y
    case (.string(let x), .string(let y)): x.utf8.elementsEqual(y.utf8)
    case (.list(let x), .list(let y)): x == y
    case (.dictionary(let x), .dictionary(let y)):
      x.count == y.count
        && zip(x.keys, y.keys).allSatisfy { $0.utf8.elementsEqual($1.utf8) } && x.values == y.values
    default: false
    }
  }
}

extension Value {
  /// The kind in the words of the documentation: `string`, `integer`, `number`, `boolean`, `list`,
  /// `dictionary` or `null`.
  public var kind: String {
    switch self {
    case .null: "null"
    case .boolean: "boolean"
    case .integer, .bigInteger: "integer"
    case .number: "number"
    case .string: "string"
    case .list: "list"
    case .dictionary: "dictionary"
    }
  }
}
