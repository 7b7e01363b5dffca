import Glibc

/// A file that is read while it grows: a log. Each piece is handed to the system at once and whole, so that a
/// killed program leaves whole pieces.
public final class GrowingFile {
  public let path: String
  private var descriptor: Int32

  /// Begins the file anew.
  public init(path: String) throws(Diagnostic) {
    self.path = path
    descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw .system("write", path, errno: errno) }
  }

  deinit { if descriptor >= 0 { close(descriptor) } }

  public func append(_ bytes: UnsafeRawBufferPointer) throws(Diagnostic) {
    let code = writeAll(descriptor, bytes)
    guard code == 0 else { throw .system("write", path, errno: code) }
  }

  public func append(_ bytes: [UInt8]) throws(Diagnostic) {
    let code = bytes.withUnsafeBytes { writeAll(descriptor, $0) }
    guard code == 0 else { throw .system("write", path, errno: code) }
  }

  public func append(_ text: String) throws(Diagnostic) {
    var text = text
    let code = text.withUTF8 { writeAll(descriptor, UnsafeRawBufferPointer($0)) }
    guard code == 0 else { throw .system("write", path, errno: code) }
  }

  /// Ends the file; it is on disk when this returns.
  public func finish() throws(Diagnostic) {
    let synced = fsync(descriptor)
    let code = errno
    close(descriptor)
    descriptor = -1
    guard synced == 0 else { throw .system("write", path, errno: code) }
  }
}
