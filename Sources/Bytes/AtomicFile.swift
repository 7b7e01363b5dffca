import Glibc

/// A file that appears whole or not at all: written under a temporary name beside its place, flushed to
/// disk and renamed by `commit`. Dropped without `commit`, it leaves nothing.
public struct AtomicFile: ~Copyable {
  /// What a committed file is, for a manifest.
  public struct Summary: Sendable, Hashable {
    public var bytes: Int
    /// 64 hexadecimal digits.
    public var sha256: String
  }

  public let path: String
  private let temporary: String
  private var descriptor: Int32
  private var buffer: ByteBuffer
  private var digest: SHA256
  private var written = 0
  private static let flushSize = 1 << 18

  /// The ending of temporary names; whoever finds one may remove it when no writer lives.
  public static let temporarySuffix = ".partial"

  /// - Parameter writer: sets the temporary names of several writers of one path apart.
  public init(path: String, writer: String? = nil) throws(Diagnostic) {
    self.path = path
    temporary = path + (writer.map { "." + $0 } ?? "") + Self.temporarySuffix
    descriptor = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw .system("write", path, errno: errno) }
    buffer = ByteBuffer(capacity: Self.flushSize * 2)
    digest = SHA256()
    UnfinishedFiles.add(temporary)
  }

  deinit {
    if descriptor >= 0 {
      close(descriptor)
      unlink(temporary)
      UnfinishedFiles.remove(temporary)
    }
  }

  public mutating func write(_ bytes: UnsafeRawBufferPointer) throws(Diagnostic) {
    buffer.append(bytes)
    if buffer.count >= Self.flushSize { try flush() }
  }

  public mutating func write(_ text: String) throws(Diagnostic) {
    buffer.append(text)
    if buffer.count >= Self.flushSize { try flush() }
  }

  private mutating func flush() throws(Diagnostic) {
    let code = buffer.withBytes { bytes -> Int32 in
      digest.update(bytes)
      return writeAll(descriptor, bytes)
    }
    guard code == 0 else { throw .system("write", path, errno: code) }
    written += buffer.count
    buffer.removeAll()
  }

  /// Puts the file in its place; it is on disk when this returns.
  public consuming func commit() throws(Diagnostic) -> Summary {
    try flush()
    guard fsync(descriptor) == 0 else { throw .system("write", path, errno: errno) }
    close(descriptor)
    descriptor = -1
    let renamed = rename(temporary, path)
    let code = errno
    UnfinishedFiles.remove(temporary)
    guard renamed == 0 else {
      unlink(temporary)
      throw .system("write", path, errno: code)
    }
    return Summary(bytes: written, sha256: digest.finishHexadecimal())
  }
}

/// Writes every byte; 0 or the `errno` of the failure.
package func writeAll(_ descriptor: Int32, _ bytes: UnsafeRawBufferPointer) -> Int32 {
  var done = 0
  while done < bytes.count {
    let count = Glibc.write(descriptor, bytes.baseAddress?.advanced(by: done), bytes.count - done)
    if count < 0 {
      if errno == EINTR { continue }
      return errno
    }
    done += count
  }
  return 0
}
