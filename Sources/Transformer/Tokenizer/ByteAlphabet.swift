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

  /// The byte of each scalar, by the scalar's number; -1 where it stands for none.
  private static let bytes: [Int16] = {
    var table = [Int16](repeating: -1, count: 324)
    for (byte, scalar) in scalars.enumerated() { table[Int(scalar.value)] = Int16(byte) }
    return table
  }()

  static func text(_ bytes: some Sequence<UInt8>) -> String {
    var view = String.UnicodeScalarView()
    for byte in bytes { view.append(scalars[Int(byte)]) }
    return String(view)
  }

  /// Nil where a scalar stands for no byte.
  static func bytes(_ text: String) -> [UInt8]? {
    let table = bytes
    var result: [UInt8] = []
    result.reserveCapacity(text.utf8.count)
    for scalar in text.unicodeScalars {
      guard scalar.value < UInt32(table.count), table[Int(scalar.value)] >= 0 else { return nil }
      result.append(UInt8(truncatingIfNeeded: table[Int(scalar.value)]))
    }
    return result
  }
}
