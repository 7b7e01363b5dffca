internal import BigInt
import Bytes

/// The memory of one rendering: bytes of texts and the objects that values refer to. All of it is given up
/// at once by `reset`, and the first pages are kept for the next rendering.
final class Region {
  private var pages: [UnsafeMutableRawBufferPointer] = []
  private var page = 0
  private var used = 0
  /// The end of the text that `join` made last; what lies behind it belongs to nobody.
  private var lastText: UnsafeRawPointer?
  private var total = 0
  private var objects: [HeapObject] = []
  private var scratch: [Scratch] = []
  /// Bytes that may be held.
  let limit: Int
  private static let pageSize = 1 << 16

  final class Scratch {
    var buffer = ByteBuffer(capacity: 1024)
  }

  init(limit: Int) {
    self.limit = limit
    pages = [.allocate(byteCount: Self.pageSize, alignment: 16)]
  }

  deinit { for page in pages { page.deallocate() } }

  /// Gives up everything; values made before are dead.
  func reset() {
    objects.removeAll(keepingCapacity: true)
    while pages.count > 4 || pages.last?.count ?? 0 > Self.pageSize { pages.removeLast().deallocate() }
    if pages.isEmpty { pages = [.allocate(byteCount: Self.pageSize, alignment: 16)] }
    page = 0
    used = 0
    total = 0
    lastText = nil
  }

  /// Counts memory that is held elsewhere too.
  func charge(_ bytes: Int) throws(RenderFailure) {
    total = total.addingReportingOverflow(bytes).partialValue
    guard total >= 0, total <= limit else { throw exhausted }
  }

  private var exhausted: RenderFailure {
    RenderFailure(.limit, "more than \(limit >> 20) MB of values; render less, or raise the memory limit")
  }

  func allocate(_ count: Int) throws(RenderFailure) -> UnsafeMutableRawPointer {
    let size = (count + 15) & ~15
    guard count >= 0, count <= limit else { throw exhausted }
    if used + size > pages[page].count { try turnPage(size) }
    guard let base = pages[page].baseAddress else { throw exhausted }
    let place = base + used
    used += size
    return place
  }

  private func turnPage(_ size: Int) throws(RenderFailure) {
    try charge(max(size, Self.pageSize))
    page += 1
    if page == pages.count || pages[page].count < size {
      pages.insert(.allocate(byteCount: max(size, Self.pageSize), alignment: 16), at: page)
    }
    used = 0
  }

  func text(copying bytes: UnsafeRawBufferPointer) throws(RenderFailure) -> Text {
    guard bytes.count > 0 else { return .empty }
    let place = try allocate(bytes.count)
    place.copyMemory(from: bytes.baseAddress ?? UnsafeRawPointer(place), byteCount: bytes.count)
    return Text(start: UnsafePointer(place.assumingMemoryBound(to: UInt8.self)), count: bytes.count)
  }

  func text(_ string: String) throws(RenderFailure) -> Text {
    let bytes = Array(string.utf8)
    let place = try allocate(bytes.count)
    bytes.withUnsafeBytes {
      place.copyMemory(from: $0.baseAddress ?? UnsafeRawPointer(place), byteCount: $0.count)
    }
    return Text(start: UnsafePointer(place.assumingMemoryBound(to: UInt8.self)), count: bytes.count)
  }

  /// Two texts as one. A text that was the last thing made is lengthened where it lies, so that building a
  /// text piece by piece takes no more than its length.
  func join(_ x: Text, _ y: Text) throws(RenderFailure) -> Text {
    if let base = pages[page].baseAddress {
      let end = UnsafeRawPointer(x.start + x.count)
      let top = UnsafeRawPointer(base + used)
      let isLast = UnsafeRawPointer(x.start) >= UnsafeRawPointer(base) && end <= top && end > top - 16
      let room = UnsafeRawPointer(base + pages[page].count) - end
      if isLast, lastText == end, y.count <= room {
        (base + (end - UnsafeRawPointer(base))).copyMemory(from: y.start, byteCount: y.count)
        used = (end - UnsafeRawPointer(base) + y.count + 15) & ~15
        used = min(used, pages[page].count)
        lastText = end + y.count
        return Text(start: x.start, count: x.count + y.count)
      }
    }
    // Room to grow: the next join may happen in place.
    let place = try allocate(x.count + y.count)
    place.copyMemory(from: x.start, byteCount: x.count)
    (place + x.count).copyMemory(from: y.start, byteCount: y.count)
    lastText = UnsafeRawPointer(place + x.count + y.count)
    return Text(start: UnsafePointer(place.assumingMemoryBound(to: UInt8.self)), count: x.count + y.count)
  }

  /// A text made piece by piece.
  func build(
    _ body: (inout ByteBuffer) throws(RenderFailure) -> Void
  ) throws(RenderFailure) -> Text {
    let scratch = self.scratch.popLast() ?? Scratch()
    scratch.buffer.removeAll()
    try body(&scratch.buffer)
    let bytes = scratch.buffer.withBytes { $0 }
    // Safe: the buffer is not touched before its bytes are copied.
    let text = try text(copying: bytes)
    if scratch.buffer.count <= 1 << 20 { self.scratch.append(scratch) }
    return text
  }

  /// Keeps an object until the rendering ends.
  func keep<Box: HeapObject>(_ box: Box) -> Unmanaged<Box> {
    objects.append(box)
    return Unmanaged.passUnretained(box)
  }

  func list(_ items: [Datum]) throws(RenderFailure) -> Datum {
    try charge(64 + items.count * MemoryLayout<Datum>.stride)
    return .list(keep(ListBox(items)))
  }

  func tuple(_ items: [Datum], names: [String] = []) throws(RenderFailure) -> Datum {
    try charge(64 + items.count * MemoryLayout<Datum>.stride)
    return .tuple(keep(TupleBox(items, names: names)))
  }

  func dictionary(_ box: DictionaryBox) throws(RenderFailure) -> Datum {
    try charge(128 + box.count * 2 * MemoryLayout<Datum>.stride)
    return .dictionary(keep(box))
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
      throw RenderFailure(.limit, "an integer of more than a million bits; compute with smaller ones")
    }
    try charge(64 + value.bitWidth / 8)
    return .big(keep(BigBox(value)))
  }
}
