import Transformer

/// Examples in rows of one length, for programs whose tensors have no ragged edge: each example whole, in the first
/// row of its step that has room for it. A number beside each token tells which example of its row it belongs to,
/// so that attention and positions stay inside examples.
struct PackedRows {
  /// Tokens of a row.
  let length: Int
  /// [rows][length]; what is left over holds the end mark.
  private(set) var tokens: [Int32] = []
  /// Which example of its row a token belongs to, from 1; 0 where there is none.
  private(set) var segments: [Int16] = []
  /// 1 for an input's token, 2 for a target's, 0 where there is none.
  private(set) var kinds: [UInt8] = []
  /// The first row of each step, and behind them the number of rows.
  private(set) var steps: [Int64] = [0]
  private let padding: Int32

  /// - Parameter length: no example is longer.
  init(_ examples: TokenizedExamples, steps: [[Int]], length: Int, padding: Int32) {
    self.length = length
    self.padding = padding
    for chosen in steps {
      let first = rows
      // Where each row of the step is filled to, and how many examples it has.
      var rowsOfStep: [(used: Int, examples: Int)] = []
      for example in chosen {
        let parts = examples.parts(example)
        let count = parts.tokens.count
        var place = rowsOfStep.firstIndex { $0.used + count <= length && $0.examples < Int(Int16.max) }
        if place == nil {
          place = rowsOfStep.count
          rowsOfStep.append((0, 0))
          addRow()
        }
        let row = place ?? 0
        let start = (first + row) * length + rowsOfStep[row].used
        rowsOfStep[row].examples += 1
        for (offset, token) in parts.tokens.enumerated() {
          tokens[start + offset] = token
          segments[start + offset] = Int16(clamping: rowsOfStep[row].examples)
          kinds[start + offset] = offset < parts.target ? 1 : 2
        }
        rowsOfStep[row].used += count
      }
      self.steps.append(Int64(rows))
    }
  }

  var rows: Int { length == 0 ? 0 : tokens.count / length }

  private mutating func addRow() {
    tokens += repeatElement(padding, count: length)
    segments += repeatElement(0, count: length)
    kinds += repeatElement(0, count: length)
  }

  /// Writes the rows as `tokens`, `segments`, `kinds` and `steps` of a safetensors file.
  func write(to path: String) throws {
    try tokens.withUnsafeBytes { tokens in
      try segments.withUnsafeBytes { segments in
        try kinds.withUnsafeBytes { kinds in
          try steps.withUnsafeBytes { steps in
            _ = try Safetensors.write(
              [
                Safetensors.Content(
                  name: "steps", type: "I64", shape: [self.steps.count], bytes: steps),
                Safetensors.Content(name: "tokens", type: "I32", shape: [rows, length], bytes: tokens),
                Safetensors.Content(name: "segments", type: "I16", shape: [rows, length], bytes: segments),
                Safetensors.Content(name: "kinds", type: "U8", shape: [rows, length], bytes: kinds),
              ], metadata: [], to: path)
          }
        }
      }
    }
  }
}
