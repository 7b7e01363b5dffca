import Bytes
import CLibXML2

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

/// Where the parser stands: behind the tag or text of an event or, at a start tag, before its `>` or `/>`.
struct XMLCursor {
  fileprivate let context: xmlParserCtxtPtr

  /// In bytes, of what the parser was given.
  var offset: Int { Int(xmlByteConsumed(context)) }
  /// From 1.
  var line: Int { max(1, Int(xmlSAX2GetLineNumber(context))) }
  /// From 1.
  var column: Int { max(1, Int(xmlSAX2GetColumnNumber(context))) }
}

/// libxml2's push parser with SAX2 handlers: a document in pieces in, elements to a matcher, no tree.
///
/// Nothing is loaded: a DOCTYPE is read over, entities other than the predefined ones are errors, and the
/// parser's own limits on names, attributes and look-ahead stay on.
final class XMLPushParser {
  /// Owned here, and a value, so that an event costs one access to it.
  var matcher: XMLRecordMatcher
  private let context: xmlParserCtxtPtr
  /// What the matcher threw or the parser found; the first of them.
  private var failure: (any Error)?
  private var isEnding = false

  init(_ matcher: XMLRecordMatcher) throws(Diagnostic) {
    self.matcher = matcher
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

  var cursor: XMLCursor { XMLCursor(context: context) }

  /// Parses the next piece.
  ///
  /// - Throws: what the matcher threw, or an `XMLFault`; the parser is of no more use then.
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

  private func run(_ body: (inout XMLRecordMatcher, XMLCursor) throws -> Void) {
    guard failure == nil else { return }
    do {
      try body(&matcher, cursor)
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
      guard let name else { return }
      let start = XMLElementStart(
        name: name, prefix: prefix, attributes: attributes, attributeCount: Int(count))
      XMLPushParser.parser(data)?.run { matcher, cursor in try matcher.elementBegins(start, cursor) }
    }
    handlers.endElementNs = { data, _, _, _ in
      XMLPushParser.parser(data)?.run { matcher, cursor in try matcher.elementEnds(cursor) }
    }
    let text: charactersSAXFunc = { data, bytes, count in
      let bytes = UnsafeRawBufferPointer(start: bytes, count: Int(count))
      XMLPushParser.parser(data)?.run { matcher, _ in matcher.text(bytes) }
    }
    handlers.characters = text
    handlers.ignorableWhitespace = text
    handlers.cdataBlock = text
    // Called instead of an error where a DOCTYPE names declarations that are never loaded.
    handlers.reference = { data, name in
      guard let parser = XMLPushParser.parser(data), let name else { return }
      let cursor = parser.cursor
      parser.stop(XMLFault.entity(String(cString: name), line: cursor.line, column: cursor.column))
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
