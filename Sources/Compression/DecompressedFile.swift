public import Bytes

/// A file read front to back, decompressed where its content is compressed; memory does not grow with it.
///
///     var file = try DecompressedFile(path: path)
///     while try file.next({ piece in … }) {}
public struct DecompressedFile: ~Copyable {
  public var path: String { file.path }
  /// What the file turned out to be; nil before the first bytes were read and for a file that is not
  /// compressed.
  public private(set) var compression: Compression?
  /// Bytes of the file itself that were read.
  public private(set) var fileBytes = 0
  private var file: ChunkedFile
  private var first: [UInt8]? = []
  private var decompressor: (any Decompressor)?

  /// - Parameters:
  ///   - chunk: bytes read at a time.
  ///   - hashing: keeps the SHA-256 of the file's own bytes, for `finishHash`.
  /// - Throws: a `Diagnostic` when the file cannot be opened.
  public init(path: String, chunk: Int = 1 << 18, hashing: Bool = false) throws(Diagnostic) {
    file = try ChunkedFile(path: path, chunk: chunk, hashing: hashing)
  }

  /// Reads the next piece of the file and gives what it holds to `body`: in no call, in one or in several.
  ///
  /// - Returns: false at the end of the file, when all has been given.
  /// - Throws: a `Diagnostic` that names the file for what cannot be read or is damaged; what `body` throws.
  public mutating func next(_ body: (UnsafeRawBufferPointer) throws -> Void) throws -> Bool {
    do {
      var known = first
      var made = decompressor
      var kind = compression
      var count = 0
      let isMore = try file.next { piece in
        count = piece.count
        try Self.pass(piece, &known, &kind, &made, body)
      }
      if !isMore {
        if let short = known { try short.withUnsafeBytes { if $0.count > 0 { try body($0) } } }
        known = nil
        try made?.finish()
        made = nil
      }
      (first, decompressor, compression) = (known, made, kind)
      fileBytes += count
      return isMore
    } catch let fault as CompressionFault {
      throw Diagnostic(
        fault.reason + "; expected a whole file: get it again", at: SourceLocation(path: path))
    }
  }

  /// - Parameter first: the first bytes while they are too few to tell what the file is; nil afterwards.
  private static func pass(
    _ piece: UnsafeRawBufferPointer, _ first: inout [UInt8]?, _ kind: inout Compression?,
    _ decompressor: inout (any Decompressor)?, _ body: (UnsafeRawBufferPointer) throws -> Void
  ) throws {
    var rest = piece
    if var bytes = first {
      let taken = min(piece.count, Compression.magicLength - bytes.count)
      bytes += piece[..<taken]
      rest = UnsafeRawBufferPointer(rebasing: piece[taken...])
      guard bytes.count == Compression.magicLength else {
        first = bytes
        return
      }
      first = nil
      kind = Compression(firstBytes: bytes)
      switch kind {
      case .gzip: decompressor = try GzipDecompressor()
      case .zstd: decompressor = try ZstdDecompressor()
      case nil:
        // All of it is there as it stands: one piece, not two.
        if taken == bytes.count { return try body(piece) }
      }
      try bytes.withUnsafeBytes { try give($0, decompressor, body) }
    }
    if rest.count > 0 { try give(rest, decompressor, body) }
  }

  private static func give(
    _ bytes: UnsafeRawBufferPointer, _ decompressor: (any Decompressor)?,
    _ body: (UnsafeRawBufferPointer) throws -> Void
  ) throws {
    if let decompressor { try decompressor.read(bytes, body) } else { try body(bytes) }
  }

  /// The SHA-256 of the file's own bytes that have been read, in hexadecimal; nil unless asked for at the
  /// start.
  public func finishHash() -> String? { file.finishHash() }
}
