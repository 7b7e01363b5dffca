public import Bytes
import CPCRE2

/// A regular expression in the syntax and meaning of Python's `re` for texts, as far as PCRE2 has it:
/// UTF-8, Unicode classes, named groups as `(?P<name>…)` or `(?<name>…)`.
///
/// Compiled once and shared between threads; every match is bounded in work, so that a hostile pattern ends
/// in an error instead of running on. Bytes that are no UTF-8 never match.
public final class Pattern: Sendable {
  /// The pattern as it was written.
  public let source: String
  /// The named groups in the order of their numbers.
  public let names: [(name: String, index: Int)]
  /// How many groups the pattern has, without the whole match.
  public let groupCount: Int
  /// Safe to share: PCRE2 never changes compiled code while matching.
  nonisolated(unsafe) let code: OpaquePointer

  /// Backtracking steps before a match is given up.
  static let matchLimit: UInt32 = 2_000_000
  /// Kibibytes that the interpreter may take where just-in-time code is not to be had.
  static let heapLimit: UInt32 = 64 * 1024

  /// - Throws: a `Diagnostic` that quotes the pattern and names the place, for a pattern that is none.
  public init(_ source: String) throws(Diagnostic) {
    self.source = source
    let translated = try PythonSyntax.translate(source)
    let options: UInt32 =
      PCRE2_UTF | PCRE2_UCP | PCRE2_MATCH_INVALID_UTF | PCRE2_NEVER_BACKSLASH_C | PCRE2_ALT_CIRCUMFLEX
    var error: Int32 = 0
    var offset = 0
    let context = pcre2_compile_context_create_8(nil)
    defer { pcre2_compile_context_free_8(context) }
    pcre2_set_newline_8(context, UInt32(PCRE2_NEWLINE_LF))
    let compiled = translated.bytes.withUnsafeBufferPointer {
      pcre2_compile_8($0.baseAddress, $0.count, options, &error, &offset, context)
    }
    guard let compiled else {
      throw Self.malformed(source, Self.message(error), at: translated.sourceOffset(of: offset))
    }
    // Failure is no error: the interpreter then does the work.
    pcre2_jit_compile_8(compiled, PCRE2_JIT_COMPLETE)
    code = compiled
    groupCount = Self.groupCount(compiled)
    names = Self.names(compiled)
  }

  deinit { pcre2_code_free_8(code) }

  /// The ranges of the first match: the whole match, then each group (nil: the group took no part); nil
  /// when nothing matches.
  ///
  /// May be called from several threads; a `Matcher` does the same without allocating.
  ///
  /// - Throws: when the match takes more work than is allowed.
  public func firstMatch(in bytes: UnsafeRawBufferPointer) throws(Diagnostic) -> [Range<Int>?]? {
    let matcher = try Matcher(self)
    guard try matcher.match(in: bytes) else { return nil }
    return (0...groupCount).map { matcher.range(of: $0) }
  }

  static func malformed(_ source: String, _ reason: String, at offset: Int) -> Diagnostic {
    let place = source.utf8.prefix(offset).reduce(1) { $1 & 0xC0 == 0x80 ? $0 : $0 + 1 }
    return Diagnostic("malformed pattern '\(source)': \(reason) at character \(place)")
  }

  static func message(_ code: Int32) -> String {
    var buffer = [UInt8](repeating: 0, count: 256)
    let length = buffer.withUnsafeMutableBufferPointer {
      pcre2_get_error_message_8(code, $0.baseAddress, $0.count)
    }
    return String(decoding: buffer.prefix(max(0, Int(length))), as: UTF8.self)
  }

  private static func groupCount(_ code: OpaquePointer) -> Int {
    var count: UInt32 = 0
    pcre2_pattern_info_8(code, UInt32(PCRE2_INFO_CAPTURECOUNT), &count)
    return Int(count)
  }

  private static func names(_ code: OpaquePointer) -> [(name: String, index: Int)] {
    var count: UInt32 = 0
    var size: UInt32 = 0
    var table: UnsafePointer<UInt8>?
    pcre2_pattern_info_8(code, UInt32(PCRE2_INFO_NAMECOUNT), &count)
    pcre2_pattern_info_8(code, UInt32(PCRE2_INFO_NAMEENTRYSIZE), &size)
    pcre2_pattern_info_8(code, UInt32(PCRE2_INFO_NAMETABLE), &table)
    guard let table else { return [] }
    // An entry is the group's number in two bytes, high first, and the name, ended by a zero.
    let found = (0..<Int(count)).map { entry -> (name: String, index: Int) in
      let start = table + entry * Int(size)
      return (String(cString: start + 2), Int(start[0]) << 8 | Int(start[1]))
    }
    return found.sorted { $0.index < $1.index }
  }
}
