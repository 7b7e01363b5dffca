/// What a scalar is to the patterns that divide texts into pieces.
enum ScalarKind: UInt8 {
  /// `\p{L}`
  case letter
  /// `\p{N}`
  case number
  /// `\s`
  case space
  case other

  init(_ scalar: Unicode.Scalar) {
    let properties = scalar.properties
    switch properties.generalCategory {
    case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter: self = .letter
    case .decimalNumber, .letterNumber, .otherNumber: self = .number
    default: self = properties.isWhitespace ? .space : .other
    }
  }

  /// The kinds of the scalars below U+10000, by their number: nearly all that texts hold.
  static let table: [ScalarKind] = (UInt32(0)..<0x10000).map { value in
    Unicode.Scalar(value).map(ScalarKind.init) ?? .other
  }
}

/// Kinds of the scalars of a valid UTF-8 text, by the place of their first byte.
struct ScalarReader {
  let bytes: UnsafeBufferPointer<UInt8>
  private let table: UnsafeBufferPointer<ScalarKind>

  init(_ bytes: UnsafeBufferPointer<UInt8>, table: UnsafeBufferPointer<ScalarKind>) {
    self.bytes = bytes
    self.table = table
  }

  /// The kind of the scalar and the place behind it.
  @inline(__always)
  func kind(at place: Int) -> (kind: ScalarKind, next: Int) {
    let first = bytes[place]
    if first < 0x80 { return (table[Int(first)], place + 1) }
    return beyondASCII(place, first)
  }

  private func beyondASCII(_ place: Int, _ first: UInt8) -> (kind: ScalarKind, next: Int) {
    // A text's end inside a scalar cannot be: its bytes come from a String.
    func bits(_ offset: Int) -> Int {
      place + offset < bytes.count ? Int(bytes[place + offset] & 0x3F) : 0
    }
    if first < 0xE0 { return (table[Int(first & 0x1F) << 6 | bits(1)], min(place + 2, bytes.count)) }
    if first < 0xF0 {
      return (table[Int(first & 0x0F) << 12 | bits(1) << 6 | bits(2)], min(place + 3, bytes.count))
    }
    let value = Int(first & 0x07) << 18 | bits(1) << 12 | bits(2) << 6 | bits(3)
    let kind = Unicode.Scalar(UInt32(value)).map(ScalarKind.init) ?? .other
    return (kind, min(place + 4, bytes.count))
  }

  /// The place behind the run of one kind that begins here, which may be empty.
  @inline(__always)
  func run(_ wanted: ScalarKind, from start: Int) -> Int {
    var place = start
    while place < bytes.count {
      let (kind, next) = kind(at: place)
      guard kind == wanted else { break }
      place = next
    }
    return place
  }
}
