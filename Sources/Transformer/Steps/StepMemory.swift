import CVectorLoops

/// Keys and values of a stretch of text in every layer, as generation's attention reads them.
///
/// - Note: not `Sendable`: written by one thread between steps, read by several inside one.
final class StepMemory {
  let capacity: Int
  private let configuration: ModelConfiguration
  private let keys: FloatMemory
  private let values: FloatMemory
  /// Rows stored in every layer.
  var count = 0

  init(_ configuration: ModelConfiguration, capacity: Int) {
    self.capacity = (max(1, capacity) + 15) / 16 * 16
    self.configuration = configuration
    let size = configuration.layers * self.capacity * configuration.keyValueDimension
    keys = FloatMemory(count: size)
    values = FloatMemory(count: size)
  }

  /// Bytes of a row.
  static func rowBytes(_ configuration: ModelConfiguration) -> Int {
    8 * configuration.layers * configuration.keyValueDimension
  }

  /// A layer's first `rows`.
  func run(_ layer: Int, rows: Int) -> pb_step_run {
    let offset = layer * capacity * configuration.keyValueDimension
    return pb_step_run(
      keys: keys.pointer + offset, values: values.pointer + offset, capacity: capacity, count: rows)
  }

  /// Writes rows of keys with their values behind them; what is beyond the capacity is left out.
  func store(_ layer: Int, at place: Int, rows: Int, from keyValues: Floats) {
    let width = configuration.keyValueDimension
    var run = run(layer, rows: count)
    pb_step_store(
      &run, place, keyValues, keyValues + width, 2 * width, max(0, min(rows, capacity - place)),
      configuration.keyValueHeads, configuration.headWidth)
  }
}
