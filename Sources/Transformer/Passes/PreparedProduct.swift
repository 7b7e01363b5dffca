import Bytes
import COneDNN
import CVectorLoops

/// Everything that a product in bf16 is prepared for.
struct Sizes: Hashable {
  var m: Int
  var n: Int
  var k: Int
  /// Elements from one stored row to the next.
  var a: Int
  var b: Int
  var c: Int
  /// Whether columns are stored as rows.
  var aTurned: Bool
  var bTurned: Bool
  var adding: Bool
}

/// A product of bf16 matrices, made by oneDNN for its sizes (about 0.2 ms) and run as often as they come.
final class PreparedProduct {
  private var product = pb_product()
  private let stream: dnnl_stream_t

  init(_ sizes: Sizes) throws(Diagnostic) {
    guard let engine = HalfProducts.engine else { throw HalfProducts.failure(dnnl_runtime_error) }
    var stream: dnnl_stream_t?
    let opened = dnnl_stream_create(&stream, engine, UInt32(dnnl_stream_default_flags.rawValue))
    guard opened == dnnl_success, let stream else { throw HalfProducts.failure(opened) }
    self.stream = stream
    let status = pb_product_create(
      &product, engine, sizes.m, sizes.n, sizes.k, sizes.aTurned ? [1, sizes.a] : [sizes.a, 1],
      sizes.bTurned ? [1, sizes.b] : [sizes.b, 1], sizes.c, sizes.adding ? 1 : 0)
    guard status == dnnl_success else { throw HalfProducts.failure(status) }
  }

  deinit {
    pb_product_destroy(&product)
    dnnl_stream_destroy(stream)
  }

  func run(_ a: UnsafeRawPointer, _ b: UnsafeRawPointer, _ c: Floats, _ arena: Arena) throws(Diagnostic) {
    let mark = arena.mark
    let scratch = arena.floats(product.scratch_size / 4 + 16)
    let status = pb_product_run(&product, stream, a, b, c, scratch)
    arena.release(mark)
    guard status == dnnl_success else { throw HalfProducts.failure(status) }
  }
}

/// Products of bf16 matrices on this processor.
package enum HalfProducts {
  /// Whether the processor has instructions for them. Where not, the same numbers are multiplied as f32.
  package static let areNative = pb_has_bf16_products() != 0

  /// - Note: `nonisolated(unsafe)`: set once; oneDNN's engines may be used from any thread.
  nonisolated(unsafe) static let engine: dnnl_engine_t? = {
    var engine: dnnl_engine_t?
    return dnnl_engine_create(&engine, dnnl_cpu, 0) == dnnl_success ? engine : nil
  }()

  static func failure(_ status: dnnl_status_t) -> Diagnostic {
    Diagnostic("a matrix product failed (oneDNN status \(status.rawValue))", cause: .environment)
  }

  /// Lends a bf16 matrix as f32.
  static func expanded(
    _ matrix: Operand, _ rows: Int, _ columns: Int, _ arena: Arena,
    _ body: (Operand) throws(Diagnostic) -> Void
  ) throws(Diagnostic) {
    let mark = arena.mark
    defer { arena.release(mark) }
    let wide = arena.floats(rows * columns)
    for row in 0..<rows {
      pb_from_bf16(
        matrix.from(row: row).start.assumingMemoryBound(to: UInt8.self), wide + row * columns, columns)
    }
    try body(Operand(wide, stride: columns))
  }
}
