/// Keys and values of one text in every layer, row after row; as many rows as it may have.
final class KeyValueCache {
  /// Of all keys of a row; its values follow them.
  let width: Int
  private let capacity: Int
  private let memory: FloatMemory

  init(_ configuration: ModelConfiguration, capacity: Int) {
    width = configuration.keyValueDimension
    self.capacity = capacity
    memory = FloatMemory(count: configuration.layers * capacity * 2 * width)
  }

  func rows(of layer: Int) -> UnsafeMutablePointer<Float> {
    memory.pointer + layer * capacity * 2 * width
  }
}

/// Where the keys and values of a batch's rows go, and where those come from that its paths begin with.
struct KeyStore {
  /// What runs that are stored refer to.
  var path: KeyValueCache
  var moves: [Move] = []
  var copies: [Copy] = []

  /// Rows of the batch that are stored on the path once a layer has attended.
  struct Move: Equatable {
    var row: Int
    var count: Int
    var place: Int
  }

  /// Rows that generation will read.
  struct Copy {
    /// Of the batch, or stored before it.
    var rows: TokenBatch.Run
    var to: StepMemory
    var place: Int
  }

  func store(_ layer: Int, from keyValues: Floats) {
    let width = 2 * path.width
    // Before the moves, which may overwrite what was stored.
    for copy in copies {
      let from = copy.rows.isStored ? path.rows(of: layer) : keyValues
      copy.to.store(layer, at: copy.place, rows: copy.rows.count, from: from + copy.rows.start * width)
    }
    for move in moves {
      (path.rows(of: layer) + move.place * width).update(
        from: keyValues + move.row * width, count: move.count * width)
    }
  }
}
