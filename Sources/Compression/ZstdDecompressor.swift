import CZstd

/// Decompresses the frames of a zstd file. A frame that needs a window of more than 128 MiB is refused, so
/// that memory stays bounded.
final class ZstdDecompressor: Decompressor {
  private let context: OpaquePointer
  private let room: UnsafeMutableRawBufferPointer
  private var isInFrame = true

  init() throws {
    guard let made = ZSTD_createDCtx() else { throw CompressionFault(reason: "there is no memory for zstd") }
    context = made
    room = .allocate(byteCount: max(1 << 17, ZSTD_DStreamOutSize()), alignment: 64)
  }

  deinit {
    ZSTD_freeDCtx(context)
    room.deallocate()
  }

  func read(_ bytes: UnsafeRawBufferPointer, _ body: (UnsafeRawBufferPointer) throws -> Void) throws {
    var input = ZSTD_inBuffer(src: bytes.baseAddress, size: bytes.count, pos: 0)
    var isFull = false
    while input.pos < input.size || isFull {
      var output = ZSTD_outBuffer(dst: room.baseAddress, size: room.count, pos: 0)
      let left = ZSTD_decompressStream(context, &output, &input)
      if ZSTD_isError(left) != 0 { throw Self.fault(left) }
      isInFrame = left != 0
      isFull = output.pos == output.size
      if output.pos > 0 { try body(UnsafeRawBufferPointer(rebasing: room[..<output.pos])) }
      // At the end of a frame and of the input there is nothing more to ask for.
      if !isInFrame, input.pos == input.size { return }
    }
  }

  private static func fault(_ code: Int) -> CompressionFault {
    if ZSTD_getErrorCode(code) == ZSTD_error_frameParameter_windowTooLarge {
      return CompressionFault(
        reason: "the zstd data needs a window of more than 128 MiB; compress it again with 'zstd --long=27'")
    }
    let words = String(cString: ZSTD_getErrorName(code))
    return CompressionFault(reason: "the zstd data is damaged (\(words.lowercased()))")
  }

  func finish() throws {
    if isInFrame { throw CompressionFault(reason: "the zstd data ends too early") }
  }
}
