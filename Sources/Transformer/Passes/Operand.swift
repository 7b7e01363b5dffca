import CVectorLoops

typealias Floats = UnsafeMutablePointer<Float>

/// A row-major matrix that products read, in their precision.
struct Operand {
  let start: UnsafeMutableRawPointer
  let precision: ProductPrecision
  /// Elements from one row to the next.
  let stride: Int

  init(_ start: UnsafeMutableRawPointer, _ precision: ProductPrecision, stride: Int) {
    self.start = start
    self.precision = precision
    self.stride = stride
  }

  /// f32 as it stands.
  init(_ floats: Floats, stride: Int) { self.init(UnsafeMutableRawPointer(floats), .f32, stride: stride) }

  /// The matrix that begins at a row and a column of this one.
  func from(row: Int = 0, column: Int = 0) -> Operand {
    Operand(start + (row * stride + column) * precision.size, precision, stride: stride)
  }

  /// Dense rows as f32: themselves, or a copy in the arena.
  func expanded(_ rows: Int, _ arena: Arena) -> Floats {
    guard precision == .bf16 else { return floats }
    let wide = arena.floats(rows * stride)
    pb_from_bf16(start.assumingMemoryBound(to: UInt8.self), wide, rows * stride)
    return wide
  }

  /// The numbers of a matrix in f32.
  var floats: Floats { start.assumingMemoryBound(to: Float.self) }

  /// Where the vector loops write it.
  var rows: pb_rows {
    switch precision {
    case .f32: pb_rows(full: start.assumingMemoryBound(to: Float.self), half: nil)
    case .bf16: pb_rows(full: nil, half: start.assumingMemoryBound(to: UInt16.self))
    }
  }
}

extension ProductPrecision {
  /// Bytes of a number.
  var size: Int { self == .f32 ? 4 : 2 }
  /// Rows of a batch are filled up to a multiple of this: products in bf16 are prepared for their sizes, and few
  /// sizes are then met again and again.
  var rowMultiple: Int { self == .f32 ? 1 : 16 }
}
