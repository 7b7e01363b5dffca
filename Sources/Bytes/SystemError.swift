import Glibc

/// The system's words for an `errno` value, in lower case.
package func systemMessage(_ code: Int32) -> String {
  var buffer = [CChar](repeating: 0, count: 256)
  // The GNU and the XSI version differ in what they return; strerror_l is the same everywhere and thread-safe.
  guard let text = strerror_l(code, uselocale(nil)) else { return "error \(code)" }
  strncpy(&buffer, text, buffer.count - 1)
  let bytes = buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
  return String(decoding: bytes, as: UTF8.self).lowercased()
}

/// A path that does not exist or is the wrong kind of thing is the user's input; the rest is the machine.
package func systemCause(_ code: Int32) -> Diagnostic.Cause {
  switch code {
  case ENOENT, ENOTDIR, EISDIR, ENAMETOOLONG, ELOOP: .input
  default: .environment
  }
}
