import Bytes
import CLibXML2

/// A document that is not well-formed, or that uses what is not read.
struct XMLFault: Error {
  var reason: String
  var line: Int
  var column: Int
  /// Whether nothing is wrong but that the document is not whole.
  private(set) var isEarlyEnd = false

  init(_ reason: String, line: Int, column: Int) {
    self.reason = reason
    self.line = max(1, line)
    self.column = max(1, column)
  }

  /// nil for warnings and for prefixes without a namespace, which lose nothing.
  init?(_ error: xmlError, isEnding: Bool) {
    guard error.level.rawValue >= XML_ERR_ERROR.rawValue, error.domain != Int32(XML_FROM_NAMESPACE.rawValue)
    else { return nil }
    let line = Int(error.line)
    let column = Int(error.int2)
    switch UInt32(bitPattern: error.code) {
    case XML_ERR_UNDECLARED_ENTITY.rawValue, XML_WAR_UNDECLARED_ENTITY.rawValue:
      self = .entity(error.str1.map { String(cString: $0) } ?? "", line: line, column: column)
    case XML_ERR_NAME_REQUIRED.rawValue where Self.text(error).hasPrefix("xmlParseEntityRef"):
      self.init("'&' begins no entity; write '&amp;'", line: line, column: column - 1)
    case XML_ERR_ENTITYREF_SEMICOL_MISSING.rawValue:
      self.init("'&' begins an entity without its ';'; write '&amp;'", line: line, column: column)
    case XML_ERR_DOCUMENT_EMPTY.rawValue:
      self.init("malformed XML: found no element; expected '<'", line: line, column: column)
    case XML_ERR_DOCUMENT_END.rawValue where isEnding:
      self.init(
        "malformed XML: the document ends too early; expected the end tags of its elements", line: line,
        column: column)
      isEarlyEnd = true
    default:
      self.init("malformed XML: \(Self.text(error))", line: line, column: column)
    }
  }

  static func entity(_ name: String, line: Int, column: Int) -> XMLFault {
    XMLFault(
      "the entity '&\(name);' is not predefined; only &amp; &lt; &gt; &quot; &apos; and character references "
        + "are read", line: line, column: column - name.unicodeScalars.count - 2)
  }

  /// Malformed UTF-8 at a byte of the file.
  static func invalidUTF8(at offset: Int, line: Int, column: Int) -> XMLFault {
    XMLFault(
      "invalid UTF-8 at byte offset \(offset) of the file; expected UTF-8 text", line: line, column: column)
  }

  /// A character that no XML document may hold (XML 1.0, section 2.2).
  static func control(_ byte: UInt8, line: Int, column: Int) -> XMLFault {
    XMLFault(
      "malformed XML: the byte 0x\(hexadecimal([byte])) is a control character, which XML does not allow; remove it",
      line: line, column: column)
  }

  /// A document that says it is in another encoding, and holds more than ASCII.
  static func encoding(_ name: String) -> XMLFault {
    XMLFault(
      "the document says its encoding is '\(name)'; expected UTF-8: convert it with 'iconv -f \(name) -t UTF-8' "
        + "and change its first line", line: 1, column: 1)
  }

  /// libxml2's words, on one line.
  private static func text(_ error: xmlError) -> String {
    guard let message = error.message else { return "unknown error" }
    let text = String(cString: message).split(whereSeparator: \.isNewline).joined(separator: " ")
    let words = text.split(separator: " ", omittingEmptySubsequences: true).joined(separator: " ")
    return words.isEmpty ? "unknown error" : words
  }
}
