import Bytes

extension LineRenderer {
  /// Appends a settled line; false where it has to be rendered step by step.
  func run(_ line: SettledLine, _ template: UInt64, _ key: SeedKey) -> Bool {
    let first = count
    var draws: UInt64 = 0
    // Held here and not in the object: the compiler cannot know that writing lines does not change them.
    var place = makeRoom(opening.count)
    var end = roomEnd
    copyPadded(UnsafeRawBufferPointer(opening), to: place)
    place += opening.count
    for piece in line.pieces {
      let text: UnsafeRawBufferPointer
      if piece.taking == .drawn {
        text = drawn[piece.source + Int(key.part(template).part(draws).below(UInt64(piece.choices)))]
        draws &+= 1
      } else {
        let entry = derived.entry(piece.source)
        guard entry.pointee.isValid else { return false }
        switch piece.taking {
        case .whole, .drawn: text = entry.pointee.text
        case .stripped: text = entry.pointee.stripped
        case .withoutLeading, .withoutTrailing:
          guard let part = entry.pointee.strippedAtOneEnd(leading: piece.taking == .withoutLeading) else {
            return false
          }
          text = part
        }
      }
      if place + (piece.literal.count &+ text.count) > end {
        count = place - memory
        place = makeRoom(piece.literal.count &+ text.count)
        end = roomEnd
      }
      copyPadded(piece.literal, to: place)
      place += piece.literal.count
      copy(text, to: place)
      place += text.count
    }
    if place + line.last.count > end {
      count = place - memory
      place = makeRoom(line.last.count)
    }
    copyPadded(line.last, to: place)
    count = place + line.last.count - memory
    // Escaped the texts are no shorter: under the limit here, they are under it.
    return count - first <= outputLimit
  }

  /// Copies bytes behind which as many as `LineArena.slack` may be read, to a place behind which as many may be
  /// written.
  @inline(__always)
  private func copyPadded(_ bytes: UnsafeRawBufferPointer, to place: UnsafeMutableRawPointer) {
    guard let start = bytes.baseAddress else { return }
    var offset = 0
    repeat {
      let block = start.loadUnaligned(fromByteOffset: offset, as: SIMD64<UInt8>.self)
      place.storeBytes(of: block, toByteOffset: offset, as: SIMD64<UInt8>.self)
      offset &+= 64
    } while offset < bytes.count
  }

  /// Copies bytes that may end where nothing may be read; the last block overlaps the one before.
  @inline(__always)
  private func copy(_ bytes: UnsafeRawBufferPointer, to place: UnsafeMutableRawPointer) {
    guard let start = bytes.baseAddress else { return }
    let size = bytes.count
    if size > 64 {
      blocks(SIMD64<UInt8>.self, start, size, to: place)
    } else if size >= 16 {
      blocks(SIMD16<UInt8>.self, start, size, to: place)
    } else if size >= 4 {
      if size >= 8 {
        blocks(UInt64.self, start, size, to: place)
      } else {
        blocks(UInt32.self, start, size, to: place)
      }
    } else {
      for offset in 0..<size {
        place.storeBytes(
          of: start.load(fromByteOffset: offset, as: UInt8.self), toByteOffset: offset, as: UInt8.self)
      }
    }
  }

  /// - Parameter size: at least that of a block.
  @inline(__always)
  private func blocks<Block: BitwiseCopyable>(
    _ type: Block.Type, _ start: UnsafeRawPointer, _ size: Int, to place: UnsafeMutableRawPointer
  ) {
    let width = MemoryLayout<Block>.size
    let last = size &- width
    var offset = 0
    while offset < last {
      place.storeBytes(
        of: start.loadUnaligned(fromByteOffset: offset, as: type), toByteOffset: offset, as: type)
      offset &+= width
    }
    place.storeBytes(of: start.loadUnaligned(fromByteOffset: last, as: type), toByteOffset: last, as: type)
  }
}

extension DerivedTexts.Entry {
  /// The text without the blanks at one end; nil where it is nothing but blanks, as those before or behind it go
  /// as well then.
  fileprivate func strippedAtOneEnd(leading: Bool) -> UnsafeRawBufferPointer? {
    guard let start = text.baseAddress, let inner = stripped.baseAddress, !stripped.isEmpty else {
      return nil
    }
    let lead = inner - start
    return leading
      ? UnsafeRawBufferPointer(start: inner, count: text.count - lead)
      : UnsafeRawBufferPointer(start: start, count: lead + stripped.count)
  }
}
