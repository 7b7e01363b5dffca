/// Numbers for names in the order in which they come, by their UTF-8 bytes.
struct NameIndex: Sendable {
  private(set) var names: [String] = []
  private var numbers: [[UInt8]: Int] = [:]

  /// The number of a name, a new one if it was not met before.
  mutating func number(of name: String) -> Int {
    let bytes = Array(name.utf8)
    if let known = numbers[bytes] { return known }
    numbers[bytes] = names.count
    names.append(name)
    return names.count - 1
  }

  func existing(_ name: String) -> Int? { numbers[Array(name.utf8)] }
}
