/// Where the first byte stands that no UTF-8 text (RFC 3629) may have there.
package struct UTF8Check {
  /// Offset of the first byte of the first malformed sequence; nil for valid text.
  package private(set) var invalid: Int?
  /// Bytes at the end that begin a scalar and do not finish it.
  package private(set) var cut = 0
  /// Whether no byte above 0x7F was met.
  package private(set) var isASCII = true

  /// - Parameter partial: a scalar cut off at the end is no fault; `cut` then says how many bytes it has.
  package init(_ bytes: UnsafeRawBufferPointer, partial: Bool = false) {
    let count = bytes.count
    var place = 0
    while place < count {
      // Eight ASCII bytes at a time.
      while place &+ 8 <= count,
        bytes.loadUnaligned(fromByteOffset: place, as: UInt64.self) & 0x8080_8080_8080_8080 == 0
      {
        place &+= 8
      }
      guard place < count else { return }
      let lead = bytes[place]
      if lead < 0x80 {
        place &+= 1
        continue
      }
      isASCII = false
      let length = Self.length(lead)
      guard length > 0 else {
        invalid = place
        return
      }
      let available = min(length, count - place)
      for next in 1..<max(available, 1) where !Self.continues(lead, next, bytes[place &+ next]) {
        invalid = place
        return
      }
      if available < length {
        if partial { cut = count - place } else { invalid = place }
        return
      }
      place &+= length
    }
  }

  private static func length(_ lead: UInt8) -> Int {
    switch lead {
    case 0xC2...0xDF: 2
    case 0xE0...0xEF: 3
    case 0xF0...0xF4: 4
    default: 0
    }
  }

  /// The second byte's range shuts out overlong forms, surrogates and what lies beyond U+10FFFF.
  private static func continues(_ lead: UInt8, _ place: Int, _ byte: UInt8) -> Bool {
    guard place == 1 else { return byte & 0xC0 == 0x80 }
    return switch lead {
    case 0xE0: byte >= 0xA0 && byte <= 0xBF
    case 0xED: byte >= 0x80 && byte <= 0x9F
    case 0xF0: byte >= 0x90 && byte <= 0xBF
    case 0xF4: byte >= 0x80 && byte <= 0x8F
    default: byte & 0xC0 == 0x80
    }
  }
}

/// The same over pieces of one text.
package struct UTF8Stream {
  /// Offset in the file of the byte behind all that was checked.
  package var offset = 0
  /// Offset in the file of the piece in hand.
  package private(set) var start = 0
  /// A scalar that the last piece began.
  private var cut: [UInt8] = []

  package init() {}

  /// Whether no byte above 0x7F was met so far.
  package private(set) var isASCII = true

  /// Whether the text so far ends inside a scalar.
  package var isCut: Bool { !cut.isEmpty }

  /// Goes over bytes that are known to be valid; there must be no scalar in hand.
  package mutating func skip(valid bytes: UnsafeRawBufferPointer) {
    start = offset
    offset += bytes.count
    // Whether anything but ASCII was met is told to the side of caution.
    isASCII = false
  }

  /// The offset in the file of the first malformed sequence, nil where there is none yet.
  package mutating func check(_ bytes: UnsafeRawBufferPointer) -> Int? {
    start = offset
    offset += bytes.count
    var place = 0
    while !cut.isEmpty, place < bytes.count {
      cut.append(bytes[place])
      place += 1
      let check = cut.withUnsafeBytes { UTF8Check($0, partial: true) }
      if check.invalid != nil { return start + place - cut.count }
      if check.cut == 0 { cut = [] }
    }
    let rest = UnsafeRawBufferPointer(rebasing: bytes[place...])
    let check = UTF8Check(rest, partial: true)
    if !check.isASCII { isASCII = false }
    if let invalid = check.invalid { return start + place + invalid }
    cut += rest.suffix(check.cut)
    return nil
  }
}
