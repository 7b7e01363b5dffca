internal import CSIMDJSON

/// UTF-8 checked at simdjson's speed; where a fault stands, `UTF8Check` tells.
public enum UTF8Text {
  /// Whether the bytes are valid UTF-8 (RFC 3629) from the first to the last.
  public static func isValid(_ bytes: UnsafeRawBufferPointer) -> Bool {
    pb_json_is_utf8(bytes.bindMemory(to: UInt8.self).baseAddress, bytes.count) != 0
  }
}
