/// How the bytes of a file are compressed; told by the bytes themselves, never by the file's name.
public enum Compression: String, Sendable, CaseIterable {
  /// RFC 1952: one member after the other.
  case gzip
  /// RFC 8878: one frame after the other, skippable ones between them.
  case zstd

  /// How many of a file's first bytes `init(firstBytes:)` looks at.
  public static let magicLength = 4

  /// The compression that a file's first bytes tell; nil for any other content.
  public init?(firstBytes bytes: some Collection<UInt8>) {
    let first = Array(bytes.prefix(Self.magicLength))
    if first.starts(with: [0x1F, 0x8B, 0x08]) {
      self = .gzip
    } else if first == [0x28, 0xB5, 0x2F, 0xFD] {
      self = .zstd
    } else if first.count == 4, first[0] & 0xF0 == 0x50, first[1...] == [0x2A, 0x4D, 0x18] {
      // A skippable frame, with which parallel and seekable files begin.
      self = .zstd
    } else {
      return nil
    }
  }

  /// The ending that files of this kind have: `.gz` or `.zst`.
  public var ending: String {
    switch self {
    case .gzip: ".gz"
    case .zstd: ".zst"
    }
  }
}

/// Turns compressed bytes back, in pieces of any size.
protocol Decompressor: AnyObject {
  /// Gives what the bytes hold to `body`, in pieces of bounded size; they are valid inside the call.
  ///
  /// - Throws: a `CompressionFault` for what is no such data, and what `body` throws.
  func read(_ bytes: UnsafeRawBufferPointer, _ body: (UnsafeRawBufferPointer) throws -> Void) throws
  /// Told at the end of the file.
  ///
  /// - Throws: a `CompressionFault` when the data should go on.
  func finish() throws
}

/// Compressed data that cannot be read on; the wording is final.
struct CompressionFault: Error {
  var reason: String
}
