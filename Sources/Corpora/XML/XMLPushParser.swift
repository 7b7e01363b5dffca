import Bytes
import CLibXML2
import Glibc

/// A start tag.
struct XMLElementStart {
  typealias Name = UnsafePointer<UInt8>

  var name: Name
  var prefix: Name?
  fileprivate var attributes: UnsafeMutablePointer<UnsafePointer<UInt8>?>?
  fileprivate var attributeCount: Int

  /// Appends the value of an attribute; false when the element has none of that name.
  func appendAttribute(_ path: XMLValuePaths.Path, to buffer: inout ByteBuffer) -> Bool {
    guard let attributes, let name = path.attribute else { return false }
    for place in 0..<attributeCount {
      // Five pointers each: local name, prefix, namespace, start and end of the value.
      let entry = attributes + 5 * place
      guard let local = entry[0], let start = entry[3], let end = entry[4], xmlStrEqual(name, local) != 0,
        xmlStrEqual(path.attributePrefix, entry[1]) != 0
      else { continue }
      Self.append(UnsafeRawBufferPointer(start: start, count: end - start), to: &buffer)
      return true
    }
    return false
  }

  /// Without substitution of entities libxml2 leaves each ampersand of an attribute as `&#38;`.
  private static func append(_ bytes: UnsafeRawBufferPointer, to buffer: inout ByteBuffer) {
    let ampersand: StaticString = "&#38;"
    var rest = bytes
    while let base = rest.baseAddress, let found = memchr(base, 38, rest.count) {
      let place = UnsafeRawPointer(found) - base
      buffer.append(UnsafeRawBufferPointer(rebasing: rest[...place]))
      let isEscaped =
        rest.count - place >= 5 && memcmp(found, ampersand.utf8Start, ampersand.utf8CodeUnitCount) == 0
      rest = UnsafeRawBufferPointer(rebasing: rest[(place + (isEscaped ? 5 : 1))...])
    }
    buffer.append(rest)
  }
}

/// Where the parser stands: behind the tag or text of an event or, at a start tag, before its `>` or `/>`.
struct XMLCursor {
  fileprivate let context: xmlParserCtxtPtr

  /// In bytes, of what the parser was given.
  var offset: Int { Int(xmlByteConsumed(context)) }
  /// From 1.
  var line: Int { max(1, Int(xmlSAX2GetLineNumber(context))) }
  /// Whether the start tag that was just read closes itself; false where the input ends before that is known.
  var isEmptyTag: Bool {
    guard let input = context.pointee.input, let place = input.pointee.cur, place < input.pointee.end else {
      return false
    }
    return place.pointee == UInt8(ascii: "/")
  }
  /// From 1.
  var column: Int { max(1, Int(xmlSAX2GetColumnNumber(context))) }
}

/// libxml2's push parser with SAX2 handlers: a document in pieces in, elements to a matcher, no tree.
///
/// Nothing is loaded: a DOCTYPE is read over, entities other than the predefined ones are errors, and the
/// parser's own limits on names, attributes and look-ahead stay on.
final class XMLPushParser {
  let matcher: XMLRecordMatcher
  private let context: xmlParserCtxtPtr
  /// What the matcher threw or the parser found; the first of them.
  @exclusivity(unchecked) private var failure: (any Error)?
  @exclusivity(unchecked) private var hasFailed = false
  /// The matcher, for events: nothing is retained for one.
  private let unowned: Unmanaged<XMLRecordMatcher>
  private var isEnding = false

  init(_ matcher: XMLRecordMatcher) throws(Diagnostic) {
    self.matcher = matcher
    unowned = .passUnretained(matcher)
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

  @inline(__always)
  private func run(_ body: (XMLRecordMatcher, XMLCursor) throws -> Void) {
    guard !hasFailed else { return }
    do {
      try unowned._withUnsafeGuaranteedRef { try body($0, cursor) }
    } catch {
      stop(error)
    }
  }

  private func stop(_ error: any Error) {
    if failure == nil { failure = error }
    hasFailed = true
    xmlStopParser(context)
  }

  /// C functions cannot hold the parser; they get it as their first argument, which lives as long as the
  /// context whose calls these are. So nothing is retained for an event.
  @inline(__always)
  private static func with(_ pointer: UnsafeMutableRawPointer?, _ body: (XMLPushParser) -> Void) {
    guard let pointer else { return }
    Unmanaged<XMLPushParser>.fromOpaque(pointer)._withUnsafeGuaranteedRef(body)
  }

  private static func handlers() -> xmlSAXHandler {
    var handlers = xmlSAXHandler()
    handlers.initialized = UInt32(XML_SAX2_MAGIC)
    handlers.startElementNs = { data, name, prefix, _, _, _, count, _, attributes in
      guard let name else { return }
      let start = XMLElementStart(
        name: name, prefix: prefix, attributes: attributes, attributeCount: Int(count))
      XMLPushParser.with(data) { $0.run { matcher, cursor in try matcher.elementBegins(start, cursor) } }
    }
    handlers.endElementNs = { data, _, _, _ in
      XMLPushParser.with(data) { $0.run { matcher, cursor in try matcher.elementEnds(cursor) } }
    }
    let text: charactersSAXFunc = { data, bytes, count in
      let bytes = UnsafeRawBufferPointer(start: bytes, count: Int(count))
      XMLPushParser.with(data) { $0.run { matcher, _ in matcher.text(bytes) } }
    }
    handlers.characters = text
    handlers.ignorableWhitespace = text
    handlers.cdataBlock = text
    // Called instead of an error where a DOCTYPE names declarations that are never loaded.
    handlers.reference = { data, name in
      guard let name else { return }
      XMLPushParser.with(data) { parser in
        let cursor = parser.cursor
        parser.stop(XMLFault.entity(String(cString: name), line: cursor.line, column: cursor.column))
      }
    }
    handlers.serror = { data, error in
      XMLPushParser.with(data) { parser in
        guard parser.failure == nil, let error,
          let fault = XMLFault(error.pointee, isEnding: parser.isEnding)
        else { return }
        parser.stop(fault)
      }
    }
    return handlers
  }
}
