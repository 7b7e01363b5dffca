import Records

/// Values for texts, as a field's `map` lists them; texts compare by their bytes.
struct ValueMapping: Sendable {
  let keys: [String]
  private let values: [Value]
  private let places: [[UInt8]: Int]

  init(_ pairs: [(key: String, value: Value)]) {
    keys = pairs.map(\.key)
    values = pairs.map(\.value)
    var places: [[UInt8]: Int] = [:]
    for (place, key) in keys.enumerated() { places[Array(key.utf8)] = place }
    self.places = places
  }

  subscript(_ text: String) -> Value? { places[Array(text.utf8)].map { values[$0] } }
}
