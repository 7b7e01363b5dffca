import Bytes

/// What changes while a machine runs. It lies behind a pointer that only its machine holds: access to a
/// class's own variables would be checked for overlap at every step of a program.
struct MachineState: ~Copyable {
  /// What is put out; swapped with the caller's buffer while a rendering runs.
  var output = ByteBuffer(capacity: 64)
  /// Whether an `autoescape` block is on.
  var autoescape = false
  /// Objects that `repr` is in the middle of, to tell cycles.
  var printing: [HeapObject] = []
  var iterations = 0
  var depth = 0
  /// Where free names come from.
  var fields = RecordFields()
  /// Values that are computed once in a rendering.
  var once: [Datum]
  /// What top-level assignments show to blocks.
  var exported: [[Int: Datum]] = []
  /// Where the random filters draw.
  var key = SeedKey(seed: 0)
  var draws: UInt64 = 0
  /// Values on the stack.
  var top = 0
  var cursors = CursorStack()
  var captures: [Int] = []
  var autoescapes: [Bool] = []

  init(onceCount: Int) { once = [Datum](repeating: .missing, count: onceCount) }

  /// Makes ready for the next rendering.
  mutating func reset() {
    for index in once.indices { once[index] = .missing }
    if !exported.isEmpty { exported.removeAll() }
    if !printing.isEmpty { printing.removeAll() }
    iterations = 0
    depth = 0
    draws = 0
    top = 0
    autoescape = false
    cursors.removeAll()
    captures.clearForReuse()
    if !autoescapes.isEmpty { autoescapes.removeAll() }
  }
}

extension Machine {
  var output: ByteBuffer {
    @inline(__always) _read { yield state.pointee.output }
    @inline(__always) _modify { yield &state.pointee.output }
  }
  var autoescape: Bool {
    get { state.pointee.autoescape }
    set { state.pointee.autoescape = newValue }
  }
  var printing: [HeapObject] {
    _read { yield state.pointee.printing }
    _modify { yield &state.pointee.printing }
  }
  var iterations: Int {
    get { state.pointee.iterations }
    set { state.pointee.iterations = newValue }
  }
  var depth: Int {
    get { state.pointee.depth }
    set { state.pointee.depth = newValue }
  }
  var fields: RecordFields {
    _read { yield state.pointee.fields }
    _modify { yield &state.pointee.fields }
  }
  var key: SeedKey {
    get { state.pointee.key }
    set { state.pointee.key = newValue }
  }
  var draws: UInt64 {
    get { state.pointee.draws }
    set { state.pointee.draws = newValue }
  }
  var top: Int {
    @inline(__always) get { state.pointee.top }
    @inline(__always) set { state.pointee.top = newValue }
  }
  var cursors: CursorStack {
    @inline(__always) _read { yield state.pointee.cursors }
    @inline(__always) _modify { yield &state.pointee.cursors }
  }
}
