/// The names of Unicode scalars, for the escape `\N{…}`.
enum ScalarNames {
  /// Scalars by a hash of their names, made when the first such escape is met: a search through all scalars for
  /// each of them would let a short template take minutes.
  private static let table: [UInt64: UInt32] = {
    var table: [UInt64: UInt32] = [:]
    for value in UInt32(0)..<0x110000 {
      guard let properties = Unicode.Scalar(value)?.properties else { continue }
      for name in [properties.name, properties.nameAlias] {
        guard let name else { continue }
        let key = hash(name)
        if table[key] == nil { table[key] = value }
      }
    }
    return table
  }()

  /// - Parameter name: in capitals.
  static func scalar(named name: String) -> UInt32? {
    guard let value = table[hash(name)], let properties = Unicode.Scalar(value)?.properties,
      properties.name == name || properties.nameAlias == name
    else { return nil }
    return value
  }

  /// FNV-1a of the bytes.
  private static func hash(_ name: String) -> UInt64 {
    name.utf8.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x0000_0100_0000_01B3 }
  }
}
