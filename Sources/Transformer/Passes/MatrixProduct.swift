import Bytes
import COneDNN
import Glibc

/// Matrix products through oneDNN, row-major f32, on the calling thread only.
///
/// oneDNN as Debian builds it starts OpenMP threads of its own inside every product. Work is divided among
/// threads one level higher here (whole examples), which needs no barrier a product and gives the same bits
/// for any number of threads; `alone` keeps oneDNN to the thread it is called on.
enum MatrixProduct {
  typealias Matrix = UnsafePointer<Float>
  typealias MutableMatrix = UnsafeMutablePointer<Float>

  /// y[rows][out] = x[rows][in] · w[out][in]ᵀ, or += with `adding`.
  static func forward(
    _ x: Matrix, _ w: Matrix, into y: MutableMatrix, rows: Int, inputs: Int, outputs: Int,
    adding: Bool = false
  ) throws(Diagnostic) {
    guard rows > 0 else { return }
    try product((x, false, inputs), (w, true, inputs), (y, outputs), rows, outputs, inputs, adding)
  }

  /// dx[rows][in] = dy[rows][out] · w[out][in], or += with `adding`.
  static func inputGradient(
    _ dy: Matrix, _ w: Matrix, into dx: MutableMatrix, rows: Int, inputs: Int, outputs: Int,
    adding: Bool = false
  ) throws(Diagnostic) {
    guard rows > 0 else { return }
    try product((dy, false, outputs), (w, false, inputs), (dx, inputs), rows, inputs, outputs, adding)
  }

  /// dw[out][in] += dy[rows][out]ᵀ · x[rows][in].
  static func weightGradient(
    _ dy: Matrix, _ x: Matrix, addingTo dw: MutableMatrix, rows: Int, inputs: Int, outputs: Int
  ) throws(Diagnostic) {
    guard rows > 0 else { return }
    try product((dy, true, outputs), (x, false, inputs), (dw, inputs), outputs, inputs, rows, true)
  }

  private static let letterN = CChar(UInt8(ascii: "N"))
  private static let letterT = CChar(UInt8(ascii: "T"))

  /// c[m][n] = a · b (+ c), where a is m by k and b is k by n; the flag says whether a matrix is stored with
  /// columns for rows, the number is the stride of its stored rows.
  static func product(
    _ a: (Matrix, Bool, Int), _ b: (Matrix, Bool, Int), _ c: (MutableMatrix, Int), _ m: Int, _ n: Int,
    _ k: Int, _ adding: Bool
  ) throws(Diagnostic) {
    let status = dnnl_sgemm(
      a.1 ? letterT : letterN, b.1 ? letterT : letterN, Int64(m), Int64(n), Int64(k), 1, a.0, Int64(a.2), b.0,
      Int64(b.2), adding ? 1 : 0, c.0,
      Int64(c.1))
    guard status == dnnl_success else {
      throw Diagnostic("a matrix product failed (oneDNN status \(status.rawValue))", cause: .environment)
    }
  }

  private typealias SetThreads = @convention(c) (Int32) -> Void
  private typealias GetThreads = @convention(c) () -> Int32

  /// OpenMP's own controls, looked up because only oneDNN depends on it, and not in every build.
  private static let controls: (set: SetThreads, get: GetThreads)? = {
    guard let program = dlopen(nil, RTLD_NOW), let set = dlsym(program, "omp_set_num_threads"),
      let get = dlsym(program, "omp_get_max_threads")
    else { return nil }
    return (unsafeBitCast(set, to: SetThreads.self), unsafeBitCast(get, to: GetThreads.self))
  }()

  /// Runs `body` with oneDNN confined to this thread; OpenMP keeps the number per thread, and it is put
  /// back afterwards.
  static func alone<Result, Failure: Error>(_ body: () throws(Failure) -> Result) throws(Failure) -> Result {
    guard let controls else { return try body() }
    let before = controls.get()
    controls.set(1)
    defer { controls.set(before) }
    return try body()
  }
}
