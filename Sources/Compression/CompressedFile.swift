public import Bytes

/// A file that is written compressed, or as it is, and appears whole or not at all (`AtomicFile`).
public struct CompressedFile: ~Copyable {
  private var file: AtomicFile
  private var compressor: Compressor?
  private var ready = ByteBuffer(capacity: 1 << 17)
  private static let flushSize = 1 << 16

  /// - Parameters:
  ///   - compression: nil writes the bytes as they are.
  ///   - level: as `Compressor` has it.
  public init(path: String, compression: Compression?, level: Int? = nil) throws(Diagnostic) {
    if let compression {
      compressor = try Compressor(compression, level: level)
    } else {
      compressor = nil
    }
    file = try AtomicFile(path: path)
  }

  public mutating func write(_ bytes: UnsafeRawBufferPointer) throws(Diagnostic) {
    guard compressor != nil else { return try file.write(bytes) }
    try compressor?.append(bytes, to: &ready)
    if ready.count >= Self.flushSize { try flush() }
  }

  public mutating func write(_ text: String) throws(Diagnostic) {
    var bytes = ByteBuffer()
    bytes.append(text)
    try bytes.withBytes { (bytes) throws(Diagnostic) in try write(bytes) }
  }

  private mutating func flush() throws(Diagnostic) {
    try ready.withBytes { (bytes) throws(Diagnostic) in try file.write(bytes) }
    ready.removeAll()
  }

  /// Puts the file in its place; it is on disk when this returns.
  ///
  /// - Returns: size and SHA-256 of the file as it lies there, compressed.
  public consuming func commit() throws(Diagnostic) -> AtomicFile.Summary {
    try compressor?.finish(to: &ready)
    try flush()
    return try file.commit()
  }
}
