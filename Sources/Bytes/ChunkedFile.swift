import Glibc

/// A file read front to back in large pieces; memory does not grow with the file.
public struct ChunkedFile: ~Copyable {
  public let path: String
  private let descriptor: Int32
  private let buffer: UnsafeMutableRawBufferPointer
  private let digest: SHA256?

  /// - Parameters:
  ///   - chunk: bytes read at a time.
  ///   - hashing: keeps the SHA-256 of everything read, for `finishHash`.
  public init(path: String, chunk: Int = 1 << 18, hashing: Bool = false) throws(Diagnostic) {
    self.path = path
    descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw .system("read", path, errno: errno) }
    buffer = .allocate(byteCount: max(1, chunk), alignment: 64)
    digest = hashing ? SHA256() : nil
    posix_fadvise(descriptor, 0, 0, POSIX_FADV_SEQUENTIAL)
  }

  deinit {
    buffer.deallocate()
    close(descriptor)
  }

  /// Reads the next piece and gives it to `body`; false at the end of the file.
  public mutating func next<Failure: Error>(
    _ body: (UnsafeRawBufferPointer) throws(Failure) -> Void
  ) throws -> Bool {
    var count = read(descriptor, buffer.baseAddress, buffer.count)
    while count < 0, errno == EINTR { count = read(descriptor, buffer.baseAddress, buffer.count) }
    guard count >= 0 else { throw Diagnostic.system("read", path, errno: errno) }
    guard count > 0 else { return false }
    let piece = UnsafeRawBufferPointer(rebasing: buffer[0..<count])
    digest?.update(piece)
    try body(piece)
    return true
  }

  /// The SHA-256 of what has been read, in hexadecimal; nil unless asked for at the start.
  public func finishHash() -> String? { digest?.finishHexadecimal() }
}

/// The SHA-256 of a whole file, in hexadecimal.
public func hashOfFile(at path: String) throws -> String {
  var file = try ChunkedFile(path: path, hashing: true)
  while try file.next({ _ in }) {}
  return file.finishHash() ?? ""
}
