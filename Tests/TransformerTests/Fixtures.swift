import Bytes
import JSON
import Records

/// The files beside the tests, made by the scripts that stand with them.
enum Fixtures {
  static let folder: String = {
    let parts = #filePath.split(separator: "/", omittingEmptySubsequences: false)
    return parts.dropLast().joined(separator: "/") + "/Fixtures"
  }()

  static func value(_ name: String) throws -> Value { try JSONParser().parseFile(folder + "/" + name) }

  struct Mismatch: Error {}
}

extension Value {
  subscript(key: String) -> Value {
    guard case .dictionary(let pairs) = self else { return .null }
    return pairs[key] ?? .null
  }

  var items: [Value] {
    guard case .list(let items) = self else { return [] }
    return items
  }

  var double: Double {
    switch self {
    case .number(let number): number
    case .integer(let number): Double(number)
    default: .nan
    }
  }

  var int: Int {
    guard case .integer(let number) = self else { return -1 }
    return Int(number)
  }

  var text: String {
    guard case .string(let text) = self else { return "" }
    return text
  }
}
