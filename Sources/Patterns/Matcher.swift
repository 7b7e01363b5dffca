public import Bytes
import CPCRE2

/// Matches one pattern against texts, keeping its memory; one matcher serves one thread.
public final class Matcher {
  public let pattern: Pattern
  private let data: OpaquePointer
  private let context: OpaquePointer
  private let stack: OpaquePointer?

  /// - Throws: when there is no memory.
  public init(_ pattern: Pattern) throws(Diagnostic) {
    self.pattern = pattern
    guard let data = pcre2_match_data_create_from_pattern_8(pattern.code, nil) else {
      throw Diagnostic("out of memory", cause: .environment)
    }
    guard let context = pcre2_match_context_create_8(nil) else {
      pcre2_match_data_free_8(data)
      throw Diagnostic("out of memory", cause: .environment)
    }
    self.data = data
    self.context = context
    // Just-in-time code has 32 KiB without this, too little for long texts.
    stack = pcre2_jit_stack_create_8(32 * 1024, 4 * 1024 * 1024, nil)
    pcre2_jit_stack_assign_8(context, nil, stack.map(UnsafeMutableRawPointer.init))
    pcre2_set_match_limit_8(context, Pattern.matchLimit)
    pcre2_set_heap_limit_8(context, Pattern.heapLimit)
  }

  deinit {
    pcre2_match_data_free_8(data)
    pcre2_match_context_free_8(context)
    pcre2_jit_stack_free_8(stack)
  }

  /// Looks for the first match at or after `start`; true when there is one, whose ranges stay readable
  /// until the next call.
  ///
  /// - Parameters:
  ///   - bytes: the whole text, so that `^` and look-behind see what is before `start`.
  ///   - start: a byte offset, 0 through the text's length.
  ///   - advancing: refuses an empty match at `start` itself.
  /// - Throws: when the match takes more work than is allowed.
  public func match(
    in bytes: UnsafeRawBufferPointer, from start: Int = 0, advancing: Bool = false
  ) throws(Diagnostic) -> Bool {
    guard start >= 0, start <= bytes.count else { return false }
    let options: UInt32 = advancing ? UInt32(PCRE2_NOTEMPTY_ATSTART) : 0
    let subject = bytes.bindMemory(to: UInt8.self).baseAddress
    let result = pcre2_match_8(pattern.code, subject, bytes.count, start, options, data, context)
    if result >= 0 { return true }
    if result == PCRE2_ERROR_NOMATCH || result == PCRE2_ERROR_BADUTFOFFSET { return false }
    throw Diagnostic(
      "cannot match the pattern '\(pattern.source)': \(Pattern.message(result)); make it less ambiguous")
  }

  /// The bytes of a group in the last match (0: the whole match); nil when it took no part.
  public func range(of group: Int) -> Range<Int>? {
    guard group >= 0, group <= pattern.groupCount, let places = pcre2_get_ovector_pointer_8(data) else {
      return nil
    }
    let start = places[2 * group]
    let end = places[2 * group + 1]
    // PCRE2_UNSET is all ones.
    guard start >= 0, end >= 0 else { return nil }
    // \K in a look-ahead may set a start behind the end; such a match is empty.
    return min(start, end)..<end
  }
}
