import Bytes

/// How the characters of a file are written, where that is not UTF-8.
public enum TextEncoding: String, Sendable, CaseIterable {
  case utf8 = "utf-8"
  /// ISO 8859-1: a byte is the scalar of that number.
  case latin1 = "latin-1"
  /// As latin-1, with letters and signs where that has controls from 0x80 on.
  case windows1252 = "windows-1252"
  /// With the byte order that its mark tells; without one the lower byte comes first.
  case utf16 = "utf-16"
  case utf16LittleEndian = "utf-16le"
  case utf16BigEndian = "utf-16be"

  /// The encoding of a name as files and people write it, in any case: nil for one that is not read.
  init?(name: String) {
    switch name.lowercased().replacing("_", with: "-") {
    case "utf-8", "utf8", "us-ascii", "ascii": self = .utf8
    case "latin-1", "latin1", "iso-8859-1", "iso8859-1", "iso-latin-1", "l1": self = .latin1
    case "windows-1252", "cp1252", "cp-1252": self = .windows1252
    case "utf-16", "utf16", "ucs-2": self = .utf16
    case "utf-16le", "utf-16-le": self = .utf16LittleEndian
    case "utf-16be", "utf-16-be": self = .utf16BigEndian
    default: return nil
    }
  }
}

/// Turns the bytes of a file into UTF-8, in pieces of any size.
final class TextDecoder {
  /// A byte that no text in the encoding has there; the wording is final.
  struct Fault: Error {
    var reason: String
  }

  private var encoding: TextEncoding
  private let replaces: Bool
  private var output = ByteBuffer(capacity: 1 << 16)
  /// Bytes of a scalar that the last piece began.
  private var held: [UInt8] = []
  private var offset = 0
  private var highSurrogate: UInt16?

  /// - Parameter replaces: whether what is no text becomes U+FFFD; otherwise it is a fault. UTF-8 is decoded to
  ///   have it replaced, and for nothing else.
  init(_ encoding: TextEncoding, replaces: Bool) {
    self.encoding = encoding
    self.replaces = replaces
  }

  /// Gives the text of the next bytes to `body`; it is valid inside the call.
  func decode(_ bytes: UnsafeRawBufferPointer, _ body: (UnsafeRawBufferPointer) throws -> Void) throws {
    output.removeAll()
    do throws(Fault) {
      switch encoding {
      case .utf8: decodeUTF8(bytes)
      case .latin1: for byte in bytes { append(UInt32(byte)) }
      case .windows1252: try decodeWindows1252(bytes)
      case .utf16, .utf16LittleEndian, .utf16BigEndian: try decodeUTF16(bytes)
      }
    } catch {
      // What stands before the fault is read, however the file is cut.
      if output.count > 0 { try output.withBytes(body) }
      throw error
    }
    offset += bytes.count
    if output.count > 0 { try output.withBytes(body) }
  }

  /// Told at the end of the file.
  func finish(_ body: (UnsafeRawBufferPointer) throws -> Void) throws {
    output.removeAll()
    if encoding == .utf8 {
      output.append(String(decoding: held, as: UTF8.self))
    } else if !held.isEmpty || highSurrogate != nil {
      try fault("ends inside a character", at: offset - held.count)
    }
    held = []
    if output.count > 0 { try output.withBytes(body) }
  }

  private func append(_ scalar: UInt32) {
    if scalar < 0x80 {
      output.append(UInt8(scalar))
    } else if scalar < 0x800 {
      output.append(UInt8(0xC0 | scalar >> 6))
      output.append(UInt8(0x80 | scalar & 63))
    } else if scalar < 0x10000 {
      output.append(UInt8(0xE0 | scalar >> 12))
      output.append(UInt8(0x80 | scalar >> 6 & 63))
      output.append(UInt8(0x80 | scalar & 63))
    } else {
      output.append(UInt8(truncatingIfNeeded: 0xF0 | scalar >> 18))
      output.append(UInt8(0x80 | scalar >> 12 & 63))
      output.append(UInt8(0x80 | scalar >> 6 & 63))
      output.append(UInt8(0x80 | scalar & 63))
    }
  }

  private func fault(_ what: String, at place: Int) throws(Fault) {
    guard !replaces else { return append(0xFFFD) }
    throw Fault(
      reason:
        "the text \(what) at byte offset \(place) of the file; expected \(encoding.rawValue) (replace what "
        + "is invalid with 'invalid_utf8: replace')")
  }

  /// Replaces each longest part of a malformed sequence by one U+FFFD, as the Unicode Standard recommends
  /// (chapter 3.9, "substitution of maximal subparts").
  private func decodeUTF8(_ bytes: UnsafeRawBufferPointer) {
    var bytes = bytes
    if !held.isEmpty {
      var taken = 0
      var isCut = true
      while isCut, taken < bytes.count {
        held.append(bytes[taken])
        let check = held.withUnsafeBytes { UTF8Check($0, partial: true) }
        isCut = check.cut > 0
        // The byte that breaks a sequence off may begin the next.
        if check.invalid != nil { held.removeLast() } else { taken += 1 }
      }
      if isCut { return }
      bytes = UnsafeRawBufferPointer(rebasing: bytes[taken...])
      output.append(String(decoding: held, as: UTF8.self))
      held = []
    }
    var cut = 0
    for length in 1..<4 where length <= bytes.count && bytes[bytes.count - length] >= 0xC0 {
      cut = UTF8Check(UnsafeRawBufferPointer(rebasing: bytes.suffix(length)), partial: true).cut
      break
    }
    let whole = UnsafeRawBufferPointer(rebasing: bytes.dropLast(cut))
    if UTF8Check(whole).invalid == nil {
      output.append(whole)
    } else {
      output.append(String(decoding: whole, as: UTF8.self))
    }
    held += bytes.suffix(cut)
  }

  /// What stands from 0x80 to 0x9F; 0 where nothing does.
  private static let upperControls: [UInt32] = [
    0x20AC, 0, 0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160, 0x2039, 0x0152, 0,
    0x017D,
    0, 0, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0,
    0x017E, 0x0178,
  ]

  private func decodeWindows1252(_ bytes: UnsafeRawBufferPointer) throws(Fault) {
    for (place, byte) in bytes.enumerated() {
      guard (0x80...0x9F).contains(byte) else {
        append(UInt32(byte))
        continue
      }
      let scalar = Self.upperControls[Int(byte) - 0x80]
      if scalar == 0 {
        try fault("has the byte 0x\(hexadecimal([byte])), which no character has,", at: offset + place)
      } else {
        append(scalar)
      }
    }
  }

  private func decodeUTF16(_ bytes: UnsafeRawBufferPointer) throws(Fault) {
    for (place, byte) in bytes.enumerated() {
      guard let first = held.first else {
        held.append(byte)
        continue
      }
      held = []
      let isBig = encoding == .utf16BigEndian
      let unit = isBig ? UInt16(first) << 8 | UInt16(byte) : UInt16(byte) << 8 | UInt16(first)
      if encoding == .utf16 {
        // The first unit: a mark, or text without one.
        encoding = unit == 0xFFFE ? .utf16BigEndian : .utf16LittleEndian
        if unit == 0xFFFE || unit == 0xFEFF { continue }
      }
      try appendUnit(unit, at: offset + place - 1)
    }
  }

  private func appendUnit(_ unit: UInt16, at place: Int) throws(Fault) {
    if let high = highSurrogate {
      highSurrogate = nil
      if (0xDC00...0xDFFF).contains(unit) {
        return append(0x10000 + (UInt32(high - 0xD800) << 10) + UInt32(unit - 0xDC00))
      }
      try fault("has half a surrogate pair", at: place - 2)
    }
    switch unit {
    case 0xD800...0xDBFF: highSurrogate = unit
    case 0xDC00...0xDFFF: try fault("has half a surrogate pair", at: place)
    default: append(UInt32(unit))
    }
  }
}
