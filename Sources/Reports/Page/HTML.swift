/// A piece of HTML. Texts that are put into it by interpolation are escaped, so that none can be forgotten;
/// only literals and other pieces go in as they are.
struct HTML: ExpressibleByStringInterpolation {
  private(set) var source: String

  init(stringLiteral literal: String) { source = literal }
  init(stringInterpolation pieces: StringInterpolation) { source = pieces.source }

  /// Pieces one after the other, each on its own line.
  init(lines: [HTML]) { source = lines.map(\.source).joined(separator: "\n") }

  struct StringInterpolation: StringInterpolationProtocol {
    var source = ""

    init(literalCapacity: Int, interpolationCount: Int) { source.reserveCapacity(literalCapacity * 2) }

    mutating func appendLiteral(_ literal: String) { source += literal }
    mutating func appendInterpolation(_ text: String) { source += escaped(text) }
    mutating func appendInterpolation(_ number: Int) { source += String(number) }
    mutating func appendInterpolation(_ piece: HTML) { source += piece.source }
    mutating func appendInterpolation(_ pieces: [HTML]) {
      source += pieces.map(\.source).joined(separator: "\n")
    }
  }
}

/// A text that means itself inside an element or a quoted attribute. Control characters that HTML forbids
/// become `�`; line feeds and tabs stay.
package func escaped(_ text: String) -> String {
  var bytes: [UInt8] = []
  bytes.reserveCapacity(text.utf8.count + text.utf8.count / 8)
  for byte in text.utf8 {
    switch byte {
    case UInt8(ascii: "&"): bytes += "&amp;".utf8
    case UInt8(ascii: "<"): bytes += "&lt;".utf8
    case UInt8(ascii: ">"): bytes += "&gt;".utf8
    case UInt8(ascii: "\""): bytes += "&quot;".utf8
    case UInt8(ascii: "'"): bytes += "&#39;".utf8
    case 9, 10: bytes.append(byte)
    case 0..<32, 127: bytes += "\u{FFFD}".utf8
    default: bytes.append(byte)
    }
  }
  return String(decoding: bytes, as: UTF8.self)
}

/// A place on an axis as a percentage, for attributes of SVG elements.
package func place(_ value: Double, from low: Double = 0, to high: Double = 1) -> String {
  guard high > low, value.isFinite else { return "0%" }
  let share = max(0, min(1, (value - low) / (high - low)))
  let hundredths = Int((share * 10_000).rounded())
  let rest = hundredths % 100
  return "\(hundredths / 100).\(rest < 10 ? "0" : "")\(rest)%"
}
