import CVectorLoops

/// A matrix product of a layer, or several side by side that read the same rows.
struct Projection {
  enum Kind {
    case query
    case keyValue
    case output
    case gateUp
    case down
  }

  /// Where the weights stand, [outputs][inputs].
  var offset: Int
  var inputs: Int
  var outputs: Int
  var bias: Int?
  /// The adapters beside it: which columns of the result each adds to.
  var adapters: [Adapter] = []

  struct Adapter {
    var place: LowRankAdapters.Place
    var column: Int
    var outputs: Int
  }
}

extension TransformerPass {
  func projection(_ kind: Projection.Kind, _ layer: Int) -> Projection {
    let c = configuration
    let place = weights.layout.layers[layer]
    let width = c.dimension
    var result: Projection
    let targets: [AdapterTarget]
    switch kind {
    case .query:
      result = Projection(
        offset: place.query, inputs: width, outputs: c.queryDimension, bias: place.queryBias)
      targets = [.query]
    case .keyValue:
      result = Projection(
        offset: place.keyValue, inputs: width, outputs: 2 * c.keyValueDimension, bias: place.keyValueBias)
      targets = [.key, .value]
    case .output:
      result = Projection(
        offset: place.output, inputs: c.queryDimension, outputs: width, bias: place.outputBias)
      targets = [.output]
    case .gateUp:
      result = Projection(offset: place.gateUp, inputs: width, outputs: 2 * c.hiddenDimension)
      targets = [.gate, .up]
    case .down:
      result = Projection(offset: place.down, inputs: c.hiddenDimension, outputs: width)
      targets = [.down]
    }
    guard let adapters else { return result }
    let outputs = result.outputs / targets.count
    for (index, target) in targets.enumerated() {
      if let place = adapters.places[layer][target] {
        result.adapters.append(
          Projection.Adapter(place: place, column: index * outputs, outputs: outputs))
      }
    }
    return result
  }

  /// y[rows] = x · Wᵀ + bias and what adapters add, or += with `adding`.
  func project(
    _ p: Projection, _ x: Operand, into y: Floats, rows: Int, adding: Bool = false, _ lane: Lane
  ) throws {
    try lane.forward(
      x, matrix(p.offset, stride: p.inputs), into: y, stride: p.outputs, rows: rows,
      inputs: p.inputs, outputs: p.outputs, adding: adding)
    if let bias = p.bias { pb_add_row(y, parameter(bias), rows, p.outputs) }
    guard let adapters else { return }
    let rank = adapters.settings.rank
    for adapter in p.adapters {
      let mark = lane.arena.mark
      let reduced = lane.arena.operand(rows, rank, precision)
      try reduce(adapter, p, x, into: reduced, rows: rows, lane)
      try lane.forward(
        reduced, adapters.operand(adapter.place.up, stride: rank, precision), into: y + adapter.column,
        stride: p.outputs, rows: rows, inputs: rank, outputs: adapter.outputs, adding: true)
      lane.arena.release(mark)
    }
  }

  /// alpha/rank · x · Aᵀ.
  func reduce(
    _ adapter: Projection.Adapter, _ p: Projection, _ x: Operand, into reduced: Operand, rows: Int,
    _ lane: Lane
  ) throws {
    guard let adapters else { return }
    let rank = adapters.settings.rank
    let mark = lane.arena.mark
    let product = lane.arena.floats(rows * rank)
    try lane.forward(
      x, adapters.operand(adapter.place.down, stride: p.inputs, precision), into: product, stride: rank,
      rows: rows, inputs: p.inputs, outputs: rank)
    pb_scale(product, adapters.settings.scale, reduced.rows, rows * rank)
    lane.arena.release(mark)
  }
}
