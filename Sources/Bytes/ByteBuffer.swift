/// Bytes that grow at the end and are handed out without a copy; the buffer that renderers and writers fill.
///
/// Not copyable, so that a large buffer is never duplicated by accident. Appending reallocates by doubling;
/// `removeAll` keeps the memory for the next use.
public struct ByteBuffer: ~Copyable {
  @usableFromInline var memory: UnsafeMutableRawBufferPointer
  /// Bytes written.
  @inlinable public var count: Int { length }
  @usableFromInline var length: Int

  public init(capacity: Int = 256) {
    memory = .allocate(byteCount: max(16, capacity), alignment: 16)
    length = 0
  }

  deinit { memory.deallocate() }

  /// Forgets the bytes and keeps the memory.
  public mutating func removeAll() { length = 0 }

  /// Drops everything after the first `length` bytes.
  public mutating func truncate(to length: Int) { self.length = max(0, min(count, length)) }

  /// The bytes written so far; valid inside `body` only.
  @inlinable
  public func withBytes<Result, Failure: Error>(
    _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try body(UnsafeRawBufferPointer(rebasing: written))
  }

  /// Drops the first bytes and moves what is behind them to the front.
  public mutating func removeFirst(_ dropped: Int) {
    let kept = count - max(0, min(count, dropped))
    guard kept < count else { return }
    memory.copyMemory(
      from: UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(memory)[(count - kept)..<count]))
    length = kept
  }

  @usableFromInline
  var written: Slice<UnsafeRawBufferPointer> { UnsafeRawBufferPointer(memory)[0..<count] }

  @inlinable
  public mutating func append(_ byte: UInt8) {
    if count == memory.count { reserve(1) }
    memory[count] = byte
    length &+= 1
  }

  @inlinable
  public mutating func append(_ bytes: UnsafeRawBufferPointer) {
    guard let start = bytes.baseAddress else { return }
    if bytes.count > memory.count &- count { reserve(bytes.count) }
    guard let room = memory.baseAddress else { return }
    (room + count).copyMemory(from: start, byteCount: bytes.count)
    length &+= bytes.count
  }

  public mutating func append(_ text: String) {
    var text = text
    text.withUTF8 { append(UnsafeRawBufferPointer($0)) }
  }

  public mutating func append(_ text: StaticString) {
    append(UnsafeRawBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
  }

  public mutating func append(_ bytes: [UInt8]) {
    bytes.withUnsafeBytes { append($0) }
  }

  /// Decimal digits, with a minus sign where needed.
  public mutating func append(decimal value: Int) {
    // From the last digit on, into the end of a room that holds the longest.
    var digits = InlineArray<20, UInt8>(repeating: 0)
    var start = 20
    var rest = value.magnitude
    repeat {
      start -= 1
      digits[start] = UInt8(truncatingIfNeeded: 48 + rest % 10)
      rest /= 10
    } while rest > 0
    if value < 0 { append(UInt8(ascii: "-")) }
    for place in start..<20 { append(digits[place]) }
  }

  /// Puts other bytes in the place of ones that are there; what would lie behind the end is left out.
  package mutating func overwrite(at offset: Int, with bytes: UnsafeRawBufferPointer) {
    guard offset >= 0, offset < count else { return }
    let room = UnsafeMutableRawBufferPointer(rebasing: memory[offset..<count])
    room.copyMemory(from: UnsafeRawBufferPointer(rebasing: bytes.prefix(room.count)))
  }

  /// Makes room for `extra` more bytes and lets `body` write them; `body` returns how many it wrote.
  @inlinable
  public mutating func appendUninitialized(
    _ extra: Int, _ body: (UnsafeMutableRawBufferPointer) -> Int
  ) {
    if extra > memory.count &- count { reserve(extra) }
    let room = UnsafeMutableRawBufferPointer(rebasing: memory[count..<count + max(0, extra)])
    length += max(0, min(extra, body(room)))
  }

  public mutating func reserve(_ extra: Int) {
    let needed = count + max(0, extra)
    guard needed > memory.count else { return }
    let larger = UnsafeMutableRawBufferPointer.allocate(
      byteCount: max(needed, memory.count * 2), alignment: 16)
    larger.copyMemory(from: UnsafeRawBufferPointer(rebasing: written))
    memory.deallocate()
    memory = larger
  }

  /// The bytes as text, invalid UTF-8 replaced; for messages and tests, not for hot paths.
  public var text: String { withBytes { String(decoding: $0, as: UTF8.self) } }
}
