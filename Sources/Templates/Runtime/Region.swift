internal import BigInt
import Bytes

/// The memory of one rendering: bytes of texts and the objects that values refer to. All of it is given up
/// at once by `reset`, and the first pages are kept for the next rendering.
final class Region {
  /// Where texts are built. Apart from the state, as those who build may ask for memory meanwhile.
  private let scratch: UnsafeMutablePointer<ByteBuffer>
  /// Behind a pointer that only the region holds, so that access to it needs no check for overlap.
  private let state: UnsafeMutablePointer<State>
  /// Bytes that may be held.
  let limit: Int
  private static let pageSize = 1 << 16

  private struct State: ~Copyable {
    var pages: [UnsafeMutableRawBufferPointer] = [newPage(pageSize)]
    var page = 0
    var used = 0
    /// The page in use.
    var base: UnsafeMutableRawPointer?
    var size = 0
    /// The end of the text that `join` made last; what lies behind it belongs to nobody.
    var lastText: UnsafeRawPointer?
    var total = 0
    var objects: [HeapObject] = []
    var lists = BoxPool<ListBox>()
    var dictionaries = BoxPool<DictionaryBox>()
    var loops = BoxPool<LoopBox>()
    var frames = BoxPool<Frame>()
    var namespaces = BoxPool<NamespaceBox>()
    var mappings = BoxPool<MappingIterator>()
    var filtered = BoxPool<FilteredIterator>()
    var uniques = BoxPool<UniqueIterator>()
    /// Whether `scratch` is in use.
    var isBuilding = false

    init() { usePage() }

    mutating func usePage() {
      base = pages[page].baseAddress
      size = pages[page].count
      used = 0
    }
  }

  init(limit: Int) {
    self.limit = limit
    state = .allocate(capacity: 1)
    state.initialize(to: State())
    scratch = .allocate(capacity: 1)
    scratch.initialize(to: ByteBuffer(capacity: 1024))
  }

  deinit {
    for page in state.pointee.pages { page.deallocate() }
    state.deinitialize(count: 1)
    state.deallocate()
    scratch.deinitialize(count: 1)
    scratch.deallocate()
  }

  private static func newPage(_ count: Int) -> UnsafeMutableRawBufferPointer {
    .allocate(byteCount: count, alignment: 16)
  }

  /// Gives up everything; values made before are dead.
  func reset() {
    state.pointee.objects.clearForReuse()
    state.pointee.lists.reset()
    state.pointee.dictionaries.reset()
    state.pointee.loops.reset()
    state.pointee.frames.reset()
    state.pointee.namespaces.reset()
    state.pointee.mappings.reset()
    state.pointee.filtered.reset()
    state.pointee.uniques.reset()
    if state.pointee.page > 0 { dropPages() }
    state.pointee.used = 0
    state.pointee.total = 0
    state.pointee.lastText = nil
  }

  private func dropPages() {
    while state.pointee.pages.count > 4 || state.pointee.pages.last?.count ?? 0 > Self.pageSize {
      state.pointee.pages.removeLast().deallocate()
    }
    if state.pointee.pages.isEmpty { state.pointee.pages = [Self.newPage(Self.pageSize)] }
    state.pointee.page = 0
    state.pointee.usePage()
  }

  /// Counts memory that is held elsewhere too.
  func charge(_ bytes: Int) throws(RenderFailure) {
    let (total, isOver) = state.pointee.total.addingReportingOverflow(bytes)
    state.pointee.total = total
    guard !isOver, total >= 0, total <= limit else { throw exhausted }
  }

  var exhausted: RenderFailure {
    .tooMuchMemory(limit)
  }

  func allocate(_ count: Int) throws(RenderFailure) -> UnsafeMutableRawPointer {
    guard count >= 0, count <= limit else { throw exhausted }
    let size = (count &+ 15) & ~15
    if state.pointee.used &+ size > state.pointee.size { try turnPage(size) }
    guard let base = state.pointee.base else { throw exhausted }
    let place = base + state.pointee.used
    state.pointee.used &+= size
    return place
  }

  private func turnPage(_ size: Int) throws(RenderFailure) {
    try charge(max(size, Self.pageSize))
    state.pointee.page += 1
    if state.pointee.page == state.pointee.pages.count
      || state.pointee.pages[state.pointee.page].count < size
    {
      state.pointee.pages.insert(Self.newPage(max(size, Self.pageSize)), at: state.pointee.page)
    }
    state.pointee.usePage()
  }

  func text(copying bytes: UnsafeRawBufferPointer) throws(RenderFailure) -> Text {
    guard bytes.count > 0 else { return .empty }
    let place = try allocate(bytes.count)
    place.copyMemory(from: bytes.baseAddress ?? UnsafeRawPointer(place), byteCount: bytes.count)
    return Text(start: UnsafePointer(place.assumingMemoryBound(to: UInt8.self)), count: bytes.count)
  }

  func text(_ string: String) throws(RenderFailure) -> Text {
    var string = string
    let count = string.utf8.count
    let place = try allocate(count)
    string.withUTF8 {
      place.copyMemory(
        from: $0.baseAddress ?? UnsafePointer(place.assumingMemoryBound(to: UInt8.self)), byteCount: $0.count)
    }
    return Text(start: UnsafePointer(place.assumingMemoryBound(to: UInt8.self)), count: count)
  }

  /// Two texts as one. A text that was the last thing made is lengthened where it lies, so that building a
  /// text piece by piece takes no more than its length.
  func join(_ x: Text, _ y: Text) throws(RenderFailure) -> Text {
    if let base = state.pointee.base, let last = state.pointee.lastText {
      let end = UnsafeRawPointer(x.start + x.count)
      let place = end - UnsafeRawPointer(base)
      // A text that ends where the last one does is that, or its end; nothing may have been made since.
      let isLast =
        last == end && place >= 0 && min((place + 15) & ~15, state.pointee.size) == state.pointee.used
      if isLast, y.count <= state.pointee.size - place {
        (base + place).copyMemory(from: y.start, byteCount: y.count)
        state.pointee.used = min((place + y.count + 15) & ~15, state.pointee.size)
        state.pointee.lastText = end + y.count
        return Text(start: x.start, count: x.count + y.count)
      }
    }
    // Room to grow: the next join may happen in place.
    let place = try allocate(x.count + y.count)
    place.copyMemory(from: x.start, byteCount: x.count)
    (place + x.count).copyMemory(from: y.start, byteCount: y.count)
    state.pointee.lastText = UnsafeRawPointer(place + x.count + y.count)
    return Text(start: UnsafePointer(place.assumingMemoryBound(to: UInt8.self)), count: x.count + y.count)
  }

  /// A text made piece by piece.
  func build(
    _ body: (inout ByteBuffer) throws(RenderFailure) -> Void
  ) throws(RenderFailure) -> Text {
    if state.pointee.isBuilding {
      var own = ByteBuffer(capacity: 256)
      try body(&own)
      return try own.withBytes { (bytes) throws(RenderFailure) in try text(copying: bytes) }
    }
    state.pointee.isBuilding = true
    defer { state.pointee.isBuilding = false }
    scratch.pointee.removeAll()
    try body(&scratch.pointee)
    let made = try scratch.pointee.withBytes { (bytes) throws(RenderFailure) in try text(copying: bytes) }
    if scratch.pointee.count > 1 << 20 { scratch.pointee = ByteBuffer(capacity: 1024) }
    return made
  }

  /// Keeps an object until the rendering ends.
  func keep<Box: HeapObject>(_ box: Box) -> Unmanaged<Box> {
    state.pointee.objects.append(box)
    return Unmanaged.passUnretained(box)
  }

  /// An empty list for `list(_:)` to give out when it is filled.
  func newList() -> Unmanaged<ListBox> { state.pointee.lists.next() }

  func list(_ box: Unmanaged<ListBox>) throws(RenderFailure) -> Datum {
    let count = box._withUnsafeGuaranteedRef { $0.items.count }
    try charge(64 + count * MemoryLayout<Datum>.stride)
    return .list(box)
  }

  /// A list of values that lie elsewhere.
  func list(copying items: UnsafeBufferPointer<Datum>) throws(RenderFailure) -> Datum {
    let box = newList()
    box._withUnsafeGuaranteedRef { $0.items.append(contentsOf: items) }
    return try list(box)
  }

  /// An empty dictionary that lasts as long as the rendering; `dictionary(_:)` gives it out when it is filled.
  func newDictionary() -> DictionaryBox { lendDictionary().box }

  func lendDictionary() -> Unmanaged<DictionaryBox> { state.pointee.dictionaries.next() }

  func newLoop() -> Unmanaged<LoopBox> { state.pointee.loops.next() }

  func newFrame() -> Unmanaged<Frame> { state.pointee.frames.next() }

  func newNamespace() -> Unmanaged<NamespaceBox> { state.pointee.namespaces.next() }

  func newMapping() -> Unmanaged<MappingIterator> { state.pointee.mappings.next() }

  func newUnique() -> Unmanaged<UniqueIterator> { state.pointee.uniques.next() }

  func newFiltered() -> Unmanaged<FilteredIterator> { state.pointee.filtered.next() }

  func list(_ items: [Datum]) throws(RenderFailure) -> Datum {
    try charge(64 + items.count * MemoryLayout<Datum>.stride)
    return .list(keep(ListBox(items)))
  }

  func tuple(_ items: [Datum], names: [String] = []) throws(RenderFailure) -> Datum {
    try charge(64 + items.count * MemoryLayout<Datum>.stride)
    return .tuple(keep(TupleBox(items, names: names)))
  }

  /// - Parameter box: one of `newDictionary`.
  func dictionary(_ box: DictionaryBox) throws(RenderFailure) -> Datum {
    try dictionary(Unmanaged.passUnretained(box))
  }

  func dictionary(_ box: Unmanaged<DictionaryBox>) throws(RenderFailure) -> Datum {
    try charge(128 + box._withUnsafeGuaranteedRef { $0.count } * 2 * MemoryLayout<Datum>.stride)
    return .dictionary(box)
  }

  /// An object that one of the pools holds.
  func pooled<Box: HeapObject>(_ box: Unmanaged<Box>) throws(RenderFailure) -> Datum {
    try charge(64)
    return .object(Unmanaged<HeapObject>.fromOpaque(box.toOpaque()))
  }

  func object(_ box: HeapObject) throws(RenderFailure) -> Datum {
    try charge(64)
    return .object(keep(box))
  }

  /// An integer by its decimal digits.
  func integer(digits: String) throws(RenderFailure) -> Datum {
    guard let value = BigNumber(digits, radix: 10) else { return .integer(0) }
    return try integer(value)
  }

  /// An integer in its smallest form.
  func integer(_ value: BigNumber) throws(RenderFailure) -> Datum {
    if let small = Int(exactly: value) { return .integer(small) }
    guard value.bitWidth <= 1 << 20 else {
      throw .tooLongInteger
    }
    try charge(64 + value.bitWidth / 8)
    return .big(keep(BigBox(value)))
  }
}
