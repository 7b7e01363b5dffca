public import Bytes
import CZlib
import CZstd

/// Compresses bytes that arrive in pieces of any size.
///
/// The result depends on the bytes, the level and the version of the library, never on how the bytes are cut:
/// they are handed on in blocks of one size.
public struct Compressor: ~Copyable {
  private let compression: Compression
  private let stream: any CompressionStream
  private var block = ByteBuffer(capacity: Self.blockSize)
  private static let blockSize = 1 << 17

  /// - Parameter level: from 1 (fast) to 9 (gzip) or 19 (zstd); what lies beyond is moved to the nearest.
  ///   nil: 6 for gzip, 3 for zstd.
  public init(_ compression: Compression, level: Int? = nil) throws(Diagnostic) {
    self.compression = compression
    switch compression {
    case .gzip: stream = try GzipStream(level: max(1, min(9, level ?? 6)))
    case .zstd: stream = try ZstdStream(level: max(1, min(19, level ?? 3)))
    }
  }

  /// Takes bytes in and appends what is ready to `output`.
  public mutating func append(
    _ bytes: UnsafeRawBufferPointer, to output: inout ByteBuffer
  ) throws(Diagnostic) {
    var rest = bytes
    while rest.count > 0 {
      let taken = min(rest.count, Self.blockSize - block.count)
      block.append(UnsafeRawBufferPointer(rebasing: rest[..<taken]))
      rest = UnsafeRawBufferPointer(rebasing: rest[taken...])
      // The last block waits: it may be the end.
      if block.count == Self.blockSize, rest.count > 0 { try pass(isEnd: false, to: &output) }
    }
  }

  /// Appends the end of the file to `output`; what is appended afterwards begins another member or frame.
  public mutating func finish(to output: inout ByteBuffer) throws(Diagnostic) {
    try pass(isEnd: true, to: &output)
  }

  private mutating func pass(isEnd: Bool, to output: inout ByteBuffer) throws(Diagnostic) {
    let done = block.withBytes { stream.compress($0, isEnd: isEnd, to: &output) }
    block.removeAll()
    guard done else { throw Diagnostic("\(compression.rawValue) cannot compress", cause: .environment) }
  }
}

private protocol CompressionStream: AnyObject {
  /// False when the library fails, which it does for want of memory only.
  func compress(_ bytes: UnsafeRawBufferPointer, isEnd: Bool, to output: inout ByteBuffer) -> Bool
}

private let roomSize = 1 << 16

private final class GzipStream: CompressionStream {
  /// On the heap, because zlib's own state points back at it.
  private let stream: UnsafeMutablePointer<z_stream>

  init(level: Int) throws(Diagnostic) {
    stream = .allocate(capacity: 1)
    stream.initialize(to: z_stream())
    guard pb_deflate_begin(stream, Int32(level)) == Z_OK else {
      throw Diagnostic("out of memory", cause: .environment)
    }
  }

  deinit {
    deflateEnd(stream)
    stream.deallocate()
  }

  func compress(_ bytes: UnsafeRawBufferPointer, isEnd: Bool, to output: inout ByteBuffer) -> Bool {
    stream.pointee.next_in = UnsafeMutablePointer(mutating: bytes.bindMemory(to: UInt8.self).baseAddress)
    stream.pointee.avail_in = UInt32(bytes.count)
    var code = Z_OK
    repeat {
      output.appendUninitialized(roomSize) { room in
        stream.pointee.next_out = room.bindMemory(to: UInt8.self).baseAddress
        stream.pointee.avail_out = UInt32(room.count)
        code = deflate(stream, isEnd ? Z_FINISH : Z_NO_FLUSH)
        return room.count - Int(stream.pointee.avail_out)
      }
      guard code == Z_OK || code == Z_STREAM_END || code == Z_BUF_ERROR else { return false }
    } while isEnd ? code != Z_STREAM_END : stream.pointee.avail_out == 0
    if isEnd { deflateReset(stream) }
    return true
  }
}

private final class ZstdStream: CompressionStream {
  private let context: OpaquePointer

  init(level: Int) throws(Diagnostic) {
    guard let made = ZSTD_createCCtx() else { throw Diagnostic("out of memory", cause: .environment) }
    context = made
    ZSTD_CCtx_setParameter(context, ZSTD_c_compressionLevel, Int32(level))
    ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, 1)
  }

  deinit { ZSTD_freeCCtx(context) }

  func compress(_ bytes: UnsafeRawBufferPointer, isEnd: Bool, to output: inout ByteBuffer) -> Bool {
    var input = ZSTD_inBuffer(src: bytes.baseAddress, size: bytes.count, pos: 0)
    var left = 0
    repeat {
      output.appendUninitialized(roomSize) { room in
        var made = ZSTD_outBuffer(dst: room.baseAddress, size: room.count, pos: 0)
        left = ZSTD_compressStream2(context, &made, &input, isEnd ? ZSTD_e_end : ZSTD_e_continue)
        return made.pos
      }
      guard ZSTD_isError(left) == 0 else { return false }
    } while isEnd ? left != 0 : input.pos < input.size
    return true
  }
}
