/// GPT-2's way to write any byte as a printable character (Radford et al. 2019): printable Latin-1 bytes
/// stand for themselves, the others for the scalars from U+0100 on, in their order.
enum ByteAlphabet {
  /// The scalar that each byte is written as.
  static let scalars: [Unicode.Scalar] = {
    var next: UInt32 = 256
    return (0...255).map { (byte: UInt8) in
      switch byte {
      case 33...126, 161...172, 174...255: return Unicode.Scalar(byte)
      default:
        defer { next += 1 }
        // Safe: 256..<324 are scalars.
        return Unicode.Scalar(next) ?? " "
      }
    }
  }()

  private static let bytes: [UInt32: UInt8] = Dictionary(
    uniqueKeysWithValues: scalars.enumerated().map { ($1.value, UInt8(truncatingIfNeeded: $0)) })

  static func text(_ bytes: some Sequence<UInt8>) -> String {
    var view = String.UnicodeScalarView()
    for byte in bytes { view.append(scalars[Int(byte)]) }
    return String(view)
  }

  /// Nil where a scalar stands for no byte.
  static func bytes(_ text: String) -> [UInt8]? {
    var result: [UInt8] = []
    for scalar in text.unicodeScalars {
      guard let byte = bytes[scalar.value] else { return nil }
      result.append(byte)
    }
    return result
  }
}
