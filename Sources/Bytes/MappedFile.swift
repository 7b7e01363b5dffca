import Glibc

/// A file read through the page cache, without a copy; unmapped when the last reference goes.
///
/// The bytes are those of the file at the time they are touched: a file that another process cuts short
/// while it is mapped is that process' fault, as with every reader of mapped files.
public final class MappedFile: Sendable {
  public let path: String
  /// Valid as long as this object lives, which for one that is not used again may be no longer than the
  /// expression; `withBytes` keeps it alive.
  public nonisolated(unsafe) let bytes: UnsafeRawBufferPointer

  /// - Throws: a `Diagnostic` when the file cannot be opened or is no regular file.
  public init(path: String) throws(Diagnostic) {
    self.path = path
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw .system("read", path, errno: errno) }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw .system("read", path, errno: errno) }
    guard status.st_mode & S_IFMT == S_IFREG else {
      throw Diagnostic("cannot read '\(path)': it is not a file; name a regular file")
    }
    let size = Int(status.st_size)
    guard size > 0 else {
      bytes = UnsafeRawBufferPointer(start: nil, count: 0)
      return
    }
    let mapped = mmap(nil, size, PROT_READ, MAP_PRIVATE, descriptor, 0)
    guard let mapped, mapped != MAP_FAILED else { throw .system("map", path, errno: errno) }
    bytes = UnsafeRawBufferPointer(start: mapped, count: size)
  }

  /// Gives the bytes to `body` and keeps them until it returns.
  public func withBytes<Result, Failure: Error>(
    _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    defer { withExtendedLifetime(self) {} }
    return try body(bytes)
  }

  deinit {
    if let start = bytes.baseAddress {
      munmap(UnsafeMutableRawPointer(mutating: start), bytes.count)
    }
  }
}
