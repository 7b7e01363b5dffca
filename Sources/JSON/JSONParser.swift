public import Bytes
internal import CSIMDJSON
public import Records

/// Reads JSON texts (RFC 8259) into values, through simdjson; one parser serves one thread and keeps its
/// memory between texts.
///
/// Integers of any size are kept exactly; of a key that occurs twice in an object the last value stays.
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
    var size = 0
    var error = pb_json_error()
    let start = bytes.bindMemory(to: UInt8.self).baseAddress
    guard let packed = pb_json_parse(parser, start, bytes.count, Self.deepest, &size, &error) else {
      let reason = error.message.map { String(cString: $0) } ?? "unknown error"
      throw Self.diagnostic(reason, bytes, offset: error.offset, path: path, line: line)
    }
    return PackedValue.read(UnsafeRawBufferPointer(start: packed, count: size)).value
  }

  private static func diagnostic(
    _ reason: String, _ bytes: UnsafeRawBufferPointer, offset: Int, path: String, line: Int
  ) -> Diagnostic {
    let before = UnsafeRawBufferPointer(rebasing: bytes[0..<min(offset, bytes.count)])
    let lineStart = before.lastIndex(of: 10).map { $0 + 1 } ?? 0
    let lineEnd = bytes[lineStart...].firstIndex(of: 10) ?? bytes.count
    let excerpt = String(decoding: bytes[lineStart..<min(lineEnd, lineStart + 4096)], as: UTF8.self)
    let column = before[lineStart...].reduce(1) { $1 & 0xC0 == 0x80 ? $0 : $0 + 1 }
    let place = SourceLocation(path: path, line: line + before.count { $0 == 10 }, column: column)
    return Diagnostic(
      "malformed JSON: \(plain(reason)); expected one JSON value", at: place, excerpt: excerpt)
  }

  /// simdjson's messages begin with a capital and may end in advice for C++ programmers after the first stop.
  private static func plain(_ reason: String) -> String {
    let first = reason.prefix { $0 != "." }
    return first.prefix(1).lowercased() + first.dropFirst()
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
    let file = try MappedFile(path: path)
    return try parse(file.bytes, path: path)
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
