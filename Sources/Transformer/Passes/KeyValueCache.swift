/// The keys and values of one sequence in every layer, for generation; as many rows as it may grow to.
final class KeyValueCache {
  /// Of all keys of a row; its values follow them.
  let width: Int
  private let capacity: Int
  private let memory: FloatMemory
  /// Rows stored in every layer.
  private(set) var count = 0

  init(_ configuration: ModelConfiguration, capacity: Int) {
    width = configuration.keyValueDimension
    self.capacity = capacity
    memory = FloatMemory(count: configuration.layers * capacity * 2 * width)
  }

  func rows(of layer: Int) -> UnsafeMutablePointer<Float> {
    memory.pointer + layer * capacity * 2 * width
  }

  /// Writes rows behind those stored; they count once `advance` says that every layer has them.
  func store(_ layer: Int, rows: Int, from source: UnsafeMutablePointer<Float>) {
    let room = min(rows, capacity - count)
    (self.rows(of: layer) + count * 2 * width).update(from: source, count: room * 2 * width)
  }

  func advance(_ rows: Int) { count = min(capacity, count + rows) }
}
