import Bytes
import COneDNN
import CVectorLoops

/// What one thread of a pass works with: memory and prepared products.
///
/// - Note: `@unchecked Sendable`: used by one thread at a time.
final class Lane: @unchecked Sendable {
  let arena = Arena()
  private var prepared: [Sizes: PreparedProduct] = [:]
  private static let mostPrepared = 400

  /// y[rows][out] = x[rows][in] · w[out][in]ᵀ, or += with `adding`.
  func forward(
    _ x: Operand, _ w: Operand, into y: Floats, stride: Int, rows: Int, inputs: Int, outputs: Int,
    adding: Bool = false
  ) throws(Diagnostic) {
    try product(x, false, w, true, y, stride, Extent(rows, outputs, inputs), adding)
  }

  /// dx[rows][in] = dy[rows][out] · w[out][in], or += with `adding`.
  func inputGradient(
    _ dy: Operand, _ w: Operand, into dx: Floats, stride: Int, rows: Int, inputs: Int, outputs: Int,
    adding: Bool = false
  ) throws(Diagnostic) {
    try product(dy, false, w, false, dx, stride, Extent(rows, inputs, outputs), adding)
  }

  /// dw[out][in] = dy[rows][out]ᵀ · x[rows][in], or += with `adding`; `dw` is dense.
  func weightGradient(
    _ dy: Operand, _ x: Operand, into dw: Floats, rows: Int, inputs: Int, outputs: Int, adding: Bool
  ) throws(Diagnostic) {
    try product(dy, true, x, false, dw, inputs, Extent(outputs, inputs, rows), adding)
  }

  /// The sizes of a product c[m][n] = a[m][k] · b[k][n].
  private struct Extent {
    var m: Int
    var n: Int
    var k: Int
    init(_ m: Int, _ n: Int, _ k: Int) { (self.m, self.n, self.k) = (m, n, k) }
  }

  private func product(
    _ a: Operand, _ aTurned: Bool, _ b: Operand, _ bTurned: Bool, _ c: Floats, _ cStride: Int, _ size: Extent,
    _ adding: Bool
  ) throws(Diagnostic) {
    guard size.m > 0, size.n > 0, size.k > 0 else { return }
    switch a.precision {
    case .f32:
      try MatrixProduct.product(
        (UnsafePointer(a.start.assumingMemoryBound(to: Float.self)), aTurned, a.stride),
        (UnsafePointer(b.start.assumingMemoryBound(to: Float.self)), bTurned, b.stride), (c, cStride), size.m,
        size.n, size.k, adding)
    case .bf16 where HalfProducts.areNative:
      let sizes = Sizes(
        m: size.m, n: size.n, k: size.k, a: a.stride, b: b.stride, c: cStride, aTurned: aTurned,
        bTurned: bTurned, adding: adding)
      try product(sizes).run(a.start, b.start, c, arena)
    case .bf16:
      try HalfProducts.expanded(a, aTurned ? size.k : size.m, aTurned ? size.m : size.k, arena) {
        (wideA) throws(Diagnostic) in
        try HalfProducts.expanded(b, bTurned ? size.n : size.k, bTurned ? size.k : size.n, arena) {
          (wideB) throws(Diagnostic) in
          try product(wideA, aTurned, wideB, bTurned, c, cStride, size, adding)
        }
      }
    }
  }

  private func product(_ sizes: Sizes) throws(Diagnostic) -> PreparedProduct {
    if let known = prepared[sizes] { return known }
    if prepared.count >= Self.mostPrepared { prepared.removeAll() }
    let made = try PreparedProduct(sizes)
    prepared[sizes] = made
    return made
  }
}
