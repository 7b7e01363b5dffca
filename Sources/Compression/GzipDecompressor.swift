import CZlib

/// Inflates the members of a gzip file; zeros behind the last one are padding, as for the `gzip` program.
final class GzipDecompressor: Decompressor {
  /// On the heap, because zlib's own state points back at it.
  private let stream: UnsafeMutablePointer<z_stream>
  private let room: UnsafeMutableRawBufferPointer
  private enum Place {
    case inMember, betweenMembers, inPadding
  }
  private var place = Place.inMember

  init() throws {
    stream = .allocate(capacity: 1)
    stream.initialize(to: z_stream())
    room = .allocate(byteCount: 1 << 17, alignment: 64)
    guard pb_inflate_begin(stream) == Z_OK else {
      throw CompressionFault(reason: "there is no memory for gzip")
    }
  }

  deinit {
    inflateEnd(stream)
    stream.deallocate()
    room.deallocate()
  }

  func read(_ bytes: UnsafeRawBufferPointer, _ body: (UnsafeRawBufferPointer) throws -> Void) throws {
    var rest = bytes
    while rest.count > 0 {
      switch place {
      case .inMember: rest = try inflateSome(rest, body)
      case .betweenMembers:
        guard rest[0] != 0 else {
          place = .inPadding
          continue
        }
        inflateReset(stream)
        place = .inMember
      case .inPadding:
        guard rest.allSatisfy({ $0 == 0 }) else {
          throw CompressionFault(reason: "there is something else behind the end of the gzip data")
        }
        return
      }
    }
  }

  /// Inflates until the input is used up or its member ends; gives back what is left.
  private func inflateSome(
    _ bytes: UnsafeRawBufferPointer, _ body: (UnsafeRawBufferPointer) throws -> Void
  ) throws -> UnsafeRawBufferPointer {
    let input = UnsafeRawBufferPointer(rebasing: bytes.prefix(1 << 30))
    // zlib reads through a pointer that is not const; it does not write.
    stream.pointee.next_in = UnsafeMutablePointer(
      mutating: input.bindMemory(to: UInt8.self).baseAddress)
    stream.pointee.avail_in = UInt32(input.count)
    while true {
      stream.pointee.next_out = room.bindMemory(to: UInt8.self).baseAddress
      stream.pointee.avail_out = UInt32(room.count)
      let code = inflate(stream, Z_NO_FLUSH)
      let made = room.count - Int(stream.pointee.avail_out)
      if made > 0 { try body(UnsafeRawBufferPointer(rebasing: room[..<made])) }
      let used = input.count - Int(stream.pointee.avail_in)
      switch code {
      case Z_STREAM_END:
        place = .betweenMembers
        return UnsafeRawBufferPointer(rebasing: bytes[used...])
      // Z_BUF_ERROR: nothing could be done, because the input is used up.
      case Z_OK, Z_BUF_ERROR:
        if stream.pointee.avail_out > 0 { return UnsafeRawBufferPointer(rebasing: bytes[used...]) }
      default:
        let words = stream.pointee.msg.map { String(cString: $0) } ?? "error \(code)"
        throw CompressionFault(reason: "the gzip data is damaged (\(words))")
      }
    }
  }

  func finish() throws {
    if place == .inMember { throw CompressionFault(reason: "the gzip data ends too early") }
  }
}
