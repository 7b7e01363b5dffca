public import Bytes

/// Writes texts as YAML scalars that read back as the same bytes.
public enum YAMLText {
  /// Appends a text behind `key: `.
  ///
  /// Texts of several lines become literal blocks where YAML allows it, words stand plain, everything else in
  /// double quotes. No line break follows.
  ///
  /// - Parameter indent: the blanks in front of the key; the lines of a block stand two deeper.
  public static func append(_ text: String, to buffer: inout ByteBuffer, indent: Int) {
    if isPlain(text) {
      buffer.append(text)
    } else if isBlock(text) {
      appendBlock(text, to: &buffer, indent: indent + 2)
    } else {
      appendQuoted(text, to: &buffer)
    }
  }

  /// Whether the text means itself without quotes: letters first, and no word that YAML takes for a value.
  private static func isPlain(_ text: String) -> Bool {
    guard let first = text.utf8.first, let last = text.utf8.last, text.utf8.count <= 80 else { return false }
    func isLetter(_ byte: UInt8) -> Bool { (65...90).contains(byte) || (97...122).contains(byte) }
    guard isLetter(first), last != 32, !reserved.contains(text.lowercased()) else { return false }
    return text.utf8.allSatisfy {
      isLetter($0) || (48...57).contains($0) || $0 == 32 || $0 == UInt8(ascii: "_") || $0 == UInt8(ascii: "-")
        || $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: ".")
    }
  }

  private static let reserved: Set<String> = ["null", "true", "false", "yes", "no", "on", "off", "y", "n"]

  /// Whether a literal block can hold the text: several lines, printable, not blank throughout.
  private static func isBlock(_ text: String) -> Bool {
    guard text.utf8.contains(10), text.utf8.contains(where: { $0 != 10 && $0 != 32 && $0 != 9 }) else {
      return false
    }
    return text.unicodeScalars.allSatisfy { scalar in
      switch scalar.value {
      case 9, 10, 0x20...0x7E, 0xA0...0x2027, 0x202A...0xD7FF, 0xE000...0xFEFE, 0xFF00...0xFFFD,
        0x10000...0x10FFFF:
        return true
      default: return false
      }
    }
  }

  private static func appendBlock(_ text: String, to buffer: inout ByteBuffer, indent: Int) {
    buffer.append(UInt8(ascii: "|"))
    // Without the number, leading blanks would count as indentation.
    if let first = text.utf8.first, first == 32 || first == 10 || first == 9 {
      buffer.append(UInt8(ascii: "2"))
    }
    let endings = text.utf8.reversed().prefix { $0 == 10 }.count
    if endings != 1 { buffer.append(endings == 0 ? UInt8(ascii: "-") : UInt8(ascii: "+")) }
    let lines = text.utf8.split(separator: 10, omittingEmptySubsequences: false)
    // A break at the end is the block's own.
    for line in endings == 0 ? lines[...] : lines.dropLast() {
      buffer.append(10)
      if line.isEmpty { continue }
      for _ in 0..<indent { buffer.append(32) }
      buffer.append(String(Substring(line)))
    }
  }

  private static func appendQuoted(_ text: String, to buffer: inout ByteBuffer) {
    buffer.append(UInt8(ascii: "\""))
    for scalar in text.unicodeScalars {
      switch scalar.value {
      case 0x22: buffer.append("\\\"" as StaticString)
      case 0x5C: buffer.append("\\\\" as StaticString)
      case 9: buffer.append("\\t" as StaticString)
      case 10: buffer.append("\\n" as StaticString)
      case 13: buffer.append("\\r" as StaticString)
      case 0x20...0x7E, 0xA1...0x2027, 0x202A...0xD7FF, 0xE000...0xFEFE, 0xFF00...0xFFFD, 0x10000...0x10FFFF:
        buffer.append(String(scalar))
      default:
        buffer.append("\\U" as StaticString)
        let code = scalar.value
        buffer.append(
          hexadecimal([
            UInt8(code >> 24), UInt8(code >> 16 & 255), UInt8(code >> 8 & 255), UInt8(code & 255),
          ]))
      }
    }
    buffer.append(UInt8(ascii: "\""))
  }
}
