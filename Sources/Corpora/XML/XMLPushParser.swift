import Bytes
import CLibXML2

/// What happens in a document, in its order. Names and texts are valid inside the call only, except that a
/// name's pointer stays the same for the same name.
protocol XMLEvents: AnyObject {
  func elementBegins(_ element: XMLElementStart) throws
  func elementEnds() throws
  func text(_ bytes: UnsafeRawBufferPointer) throws
}

/// A start tag.
struct XMLElementStart {
  typealias Name = UnsafePointer<UInt8>

  var name: Name
  var prefix: Name?
  fileprivate var attributes: UnsafeMutablePointer<UnsafePointer<UInt8>?>?
  fileprivate var attributeCount: Int

  /// The value of an attribute, nil when the element has none of that name.
  func attribute(prefix: [UInt8]?, name: [UInt8]) -> String? {
    guard let attributes else { return nil }
    for place in 0..<attributeCount {
      // Five pointers each: local name, prefix, namespace, start and end of the value.
      let entry = attributes + 5 * place
      guard let local = entry[0], let start = entry[3], let end = entry[4], XMLNames.equal(name, local) else {
        continue
      }
      switch (prefix, entry[1]) {
      case (nil, nil): break
      case (let wanted?, let found?) where XMLNames.equal(wanted, found): break
      default: continue
      }
      return Self.text(UnsafeBufferPointer(start: start, count: end - start))
    }
    return nil
  }

  /// Without substitution of entities libxml2 leaves each ampersand of an attribute as `&#38;`.
  private static func text(_ bytes: UnsafeBufferPointer<UInt8>) -> String {
    guard bytes.contains(UInt8(ascii: "&")) else { return String(decoding: bytes, as: UTF8.self) }
    var text: [UInt8] = []
    text.reserveCapacity(bytes.count)
    var place = 0
    let ampersand = Array("&#38;".utf8)
    while place < bytes.count {
      text.append(bytes[place])
      let isAmpersand = bytes[place] == ampersand[0] && bytes[place...].starts(with: ampersand)
      place += isAmpersand ? ampersand.count : 1
    }
    return String(decoding: text, as: UTF8.self)
  }
}

/// libxml2's push parser with SAX2 handlers: a document in pieces in, events out, no tree.
///
/// Nothing is loaded: a DOCTYPE is read over, entities other than the predefined ones are errors, and the
/// parser's own limits on names, attributes and look-ahead stay on.
final class XMLPushParser {
  private let context: xmlParserCtxtPtr
  private let events: any XMLEvents
  /// What a handler threw or the parser found; the first of them.
  private var failure: (any Error)?
  private var isEnding = false

  init(events: any XMLEvents) throws(Diagnostic) {
    self.events = events
    var handlers = Self.handlers()
    guard let context = xmlCreatePushParserCtxt(&handlers, nil, nil, 0, nil) else {
      throw Diagnostic("out of memory", cause: .environment)
    }
    self.context = context
    // The bytes are UTF-8 whatever the document says: the reader has seen to it.
    xmlCtxtUseOptions(context, Int32(XML_PARSE_NONET.rawValue | XML_PARSE_IGNORE_ENC.rawValue))
    context.pointee.userData = Unmanaged.passUnretained(self).toOpaque()
  }

  deinit { xmlFreeParserCtxt(context) }

  /// Parses the next piece.
  ///
  /// - Throws: what a handler threw, or an `XMLFault`; the parser is of no more use then.
  func parse(_ bytes: UnsafeRawBufferPointer) throws {
    var rest = bytes
    while rest.count > 0 {
      let piece = UnsafeRawBufferPointer(rebasing: rest.prefix(1 << 30))
      let start = piece.bindMemory(to: CChar.self).baseAddress
      xmlParseChunk(context, start, Int32(piece.count), 0)
      if let failure { throw failure }
      rest = UnsafeRawBufferPointer(rebasing: rest[piece.count...])
    }
  }

  /// Ends the document.
  func finish() throws {
    isEnding = true
    xmlParseChunk(context, nil, 0, 1)
    if let failure { throw failure }
  }

  /// How many bytes lie before the place in hand: behind the tag or text of an event, or, at a start tag,
  /// before its `>` or `/>`.
  var offset: Int { Int(xmlByteConsumed(context)) }
  /// The line of the same place, from 1.
  var line: Int { Int(xmlSAX2GetLineNumber(context)) }
  /// The column of the same place, from 1.
  var column: Int { Int(xmlSAX2GetColumnNumber(context)) }

  private func run(_ body: () throws -> Void) {
    guard failure == nil else { return }
    do {
      try body()
    } catch {
      stop(error)
    }
  }

  private func stop(_ error: any Error) {
    if failure == nil { failure = error }
    xmlStopParser(context)
  }

  /// C functions cannot hold the parser; they get it as their first argument, which lives as long as the
  /// context whose calls these are.
  private static func parser(_ pointer: UnsafeMutableRawPointer?) -> XMLPushParser? {
    pointer.map { Unmanaged<XMLPushParser>.fromOpaque($0).takeUnretainedValue() }
  }

  private static func handlers() -> xmlSAXHandler {
    var handlers = xmlSAXHandler()
    handlers.initialized = UInt32(XML_SAX2_MAGIC)
    handlers.startElementNs = { data, name, prefix, _, _, _, count, _, attributes in
      guard let parser = XMLPushParser.parser(data), let name else { return }
      let start = XMLElementStart(
        name: name, prefix: prefix, attributes: attributes, attributeCount: Int(count))
      parser.run { try parser.events.elementBegins(start) }
    }
    handlers.endElementNs = { data, _, _, _ in
      guard let parser = XMLPushParser.parser(data) else { return }
      parser.run { try parser.events.elementEnds() }
    }
    let text: charactersSAXFunc = { data, bytes, count in
      guard let parser = XMLPushParser.parser(data) else { return }
      parser.run { try parser.events.text(UnsafeRawBufferPointer(start: bytes, count: Int(count))) }
    }
    handlers.characters = text
    handlers.ignorableWhitespace = text
    handlers.cdataBlock = text
    // Called instead of an error where a DOCTYPE names declarations that are never loaded.
    handlers.reference = { data, name in
      guard let parser = XMLPushParser.parser(data), let name else { return }
      parser.stop(
        XMLFault.entity(String(cString: name), line: parser.line, column: parser.column))
    }
    handlers.serror = { data, error in
      guard let parser = XMLPushParser.parser(data), parser.failure == nil, let error,
        let fault = XMLFault(error.pointee, isEnding: parser.isEnding)
      else { return }
      parser.stop(fault)
    }
    return handlers
  }
}

/// A document that is not well-formed, or that uses what is not read.
struct XMLFault: Error {
  var reason: String
  var line: Int
  var column: Int

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
    default:
      self.init("malformed XML: \(Self.text(error))", line: line, column: column)
    }
  }

  static func entity(_ name: String, line: Int, column: Int) -> XMLFault {
    XMLFault(
      "the entity '&\(name);' is not predefined; only &amp; &lt; &gt; &quot; &apos; and character references "
        + "are read", line: line, column: column - name.unicodeScalars.count - 2)
  }

  /// Malformed UTF-8 at a byte of the file, behind all that the parser was given.
  static func invalidUTF8(at offset: Int, _ parser: XMLPushParser) -> XMLFault {
    XMLFault(
      "invalid UTF-8 at byte offset \(offset) of the file; expected UTF-8 text", line: parser.line,
      column: parser.column)
  }

  /// libxml2's words, on one line.
  private static func text(_ error: xmlError) -> String {
    guard let message = error.message else { return "unknown error" }
    let text = String(cString: message).split(whereSeparator: \.isNewline).joined(separator: " ")
    let words = text.split(separator: " ", omittingEmptySubsequences: true).joined(separator: " ")
    return words.isEmpty ? "unknown error" : words
  }
}
