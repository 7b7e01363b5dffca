public import Bytes
internal import CSIMDJSON
public import Records

/// Reads JSON texts (RFC 8259) into values, through simdjson; one parser serves one thread and keeps its
/// memory between texts.
///
/// What simdjson refuses is parsed again with care, in Swift: that says what is wrong and where, and keeps
/// integers of any size exactly. Of a key that occurs twice in an object the last value stays.
public final class JSONParser {
  private let parser: OpaquePointer
  /// Deeper nesting is an error.
  public static let deepest: Int32 = 512

  /// - Throws: when there is no memory for a parser.
  public init() throws(Diagnostic) {
    guard let made = pb_json_parser_new() else {
      throw Diagnostic("out of memory", cause: .environment)
    }
    parser = made
  }

  deinit { pb_json_parser_free(parser) }

  /// Parses one text.
  ///
  /// - Parameters:
  ///   - bytes: the whole text, UTF-8.
  ///   - path: the file it comes from, for the error.
  ///   - line: the line at which the text starts.
  public func parse(
    _ bytes: UnsafeRawBufferPointer, path: String = "text", line: Int = 1
  ) throws(Diagnostic) -> Value {
    if let value = parseQuickly(bytes) { return value }
    do throws(CarefulParser.Fault) {
      return try Self.careful(bytes)
    } catch {
      throw Self.diagnostic(error, bytes, path: path, line: line)
    }
  }

  /// The value as simdjson reads it, nil where it reads none or not all of it.
  package func parseQuickly(_ bytes: UnsafeRawBufferPointer) -> Value? {
    packed(bytes).map { PackedValue.read($0).value }
  }

  /// The packed value as simdjson reads it, nil where it reads none or not all of it; valid until the next
  /// text is parsed.
  public func packed(_ bytes: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer? {
    var size = 0
    let start = bytes.bindMemory(to: UInt8.self).baseAddress
    let packed = pb_json_parse(parser, start, bytes.count, Self.deepest, &size)
    return packed.map { UnsafeRawBufferPointer(start: $0, count: size) }
  }

  /// The value as our own parser reads it, which also says what is wrong.
  package func parseCarefully(_ bytes: UnsafeRawBufferPointer) throws -> Value { try Self.careful(bytes) }

  private static func careful(_ bytes: UnsafeRawBufferPointer) throws(CarefulParser.Fault) -> Value {
    var careful = CarefulParser(bytes, deepest: Int(deepest))
    return try careful.document()
  }

  private static func diagnostic(
    _ fault: CarefulParser.Fault, _ bytes: UnsafeRawBufferPointer, path: String, line: Int
  ) -> Diagnostic {
    let before = UnsafeRawBufferPointer(rebasing: bytes[0..<min(fault.offset, bytes.count)])
    let lineStart = before.lastIndex(of: 10).map { $0 + 1 } ?? 0
    let lineEnd = bytes[lineStart...].firstIndex(of: 10) ?? bytes.count
    // The caret of a far column needs what stands before it.
    let shownEnd = min(lineEnd, max(lineStart, fault.offset) + 4096)
    let excerpt = String(decoding: bytes[lineStart..<shownEnd], as: UTF8.self)
    let column = before[lineStart...].reduce(1) { $1 & 0xC0 == 0x80 ? $0 : $0 + 1 }
    let place = SourceLocation(path: path, line: line + before.count { $0 == 10 }, column: column)
    return Diagnostic("malformed JSON: \(fault.reason)", at: place, excerpt: excerpt)
  }
}

extension JSONParser {
  /// Parses a text held as a string.
  public func parse(_ text: String, path: String = "text") throws(Diagnostic) -> Value {
    let bytes = Array(text.utf8)
    return try withBytes(of: bytes) { (raw) throws(Diagnostic) in try parse(raw, path: path) }
  }

  /// Parses a whole file.
  public func parseFile(_ path: String) throws(Diagnostic) -> Value {
    try MappedFile(path: path).withBytes { (bytes) throws(Diagnostic) in try parse(bytes, path: path) }
  }

  private func withBytes(
    of bytes: [UInt8], _ body: (UnsafeRawBufferPointer) throws(Diagnostic) -> Value
  ) throws(Diagnostic) -> Value {
    var result: Result<Value, Diagnostic> = .success(.null)
    bytes.withUnsafeBytes { raw in
      do throws(Diagnostic) { result = .success(try body(raw)) } catch { result = .failure(error) }
    }
    return try result.get()
  }
}
