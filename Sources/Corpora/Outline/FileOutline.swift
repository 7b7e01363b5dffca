import Bytes
import Compression
import Glibc
import JSON
import Records

/// What a data file seems to be, told by its content: a first description for people to correct.
public struct FileOutline: Sendable {
  /// A value that the records seem to have.
  public struct Field: Sendable, Hashable {
    /// A name that templates can use.
    public var name: String
    /// As `from` takes it.
    public var path: String
    /// Whether a record holds it several times.
    public var isList = false
    /// Whether records without it were met.
    public var isOptional = false
  }

  public var format: CorpusDescription.Format
  /// Path of one record (XML) or pointer to the array (JSON); empty otherwise.
  public var records = ""
  /// Whether the JSON is an object of columns.
  public var isColumns = false
  /// What stands between values, where that is not the format's own.
  public var separator: String?
  /// Whether quotes enclose values although the format does not say so.
  public var quotes = false
  /// The columns of a file without a header.
  public var columns: [String] = []
  /// nil for UTF-8 and what tells itself.
  public var encoding: TextEncoding?
  public var fields: [Field] = []

  /// Bytes of the text that are looked at.
  static let headBytes = 4 << 20
  /// A JSON document is looked at as a whole, if it is no longer than this.
  static let documentBytes = 256 << 20

  /// - Throws: a `Diagnostic` for a file that cannot be read, or in which no records can be made out.
  public init(of path: String) throws {
    if try Self.magic(path) == Array("PAR1".utf8) {
      self.init(format: .parquet)
      fields = try Self.parquetFields(path)
      return
    }
    let head = try TextHead(path, most: Self.headBytes)
    let text = head.bytes.drop { $0 == 32 || $0 == 9 || $0 == 10 || $0 == 13 }
    guard let first = text.first else {
      throw Diagnostic("the file is empty; expected records", at: SourceLocation(path: path))
    }
    switch first {
    case UInt8(ascii: "<"): self = try XMLOutline(head.bytes).outline(path)
    case UInt8(ascii: "{"), UInt8(ascii: "["): self = try JSONOutline(path, head).outline()
    default: self = DelimitedOutline(head.bytes).outline()
    }
    encoding = head.encoding
  }

  /// Without any field.
  public init(format: CorpusDescription.Format) { self.format = format }

  private static func magic(_ path: String) throws -> [UInt8] {
    var bytes: [UInt8] = []
    var file = try ChunkedFile(path: path, chunk: 16)
    while bytes.count < 4, try file.next({ bytes += $0 }) {}
    return Array(bytes.prefix(4))
  }

  /// The columns, by the first row.
  private static func parquetFields(_ path: String) throws -> [Field] {
    var text: [UInt8] = []
    try DuckDB.run(DuckDB.parquet(absolutePath(path)) + " LIMIT 1", in: ".", at: nil) { text += $0 }
    let value = try text.withUnsafeBytes {
      try JSONParser().parse(UnsafeRawBufferPointer(rebasing: $0.prefix { $0 != 10 }))
    }
    guard case .dictionary(let row) = value else { return [] }
    return named(row.keys.map { Field(name: $0, path: $0) })
  }

  /// Fields with names that templates can use, each once.
  static func named(_ fields: [Field]) -> [Field] {
    var taken: Set<String> = []
    return fields.map { field in
      var name = identifier(field.name)
      var number = 2
      while !taken.insert(name).inserted {
        name = identifier(field.name) + "_\(number)"
        number += 1
      }
      return Field(name: name, path: field.path, isList: field.isList, isOptional: field.isOptional)
    }
  }

  private static func identifier(_ text: String) -> String {
    var name = ""
    for scalar in text.unicodeScalars {
      let isPlain = scalar.isASCII && (scalar.properties.isAlphabetic || ("0"..."9").contains(scalar))
      name.unicodeScalars.append(isPlain ? scalar : "_")
    }
    let trimmed = name.split(separator: "_", omittingEmptySubsequences: true).joined(separator: "_")
    guard let first = trimmed.unicodeScalars.first else { return "field" }
    return (("0"..."9").contains(first) ? "field_" : "") + trimmed.lowercased()
  }
}

/// The beginning of a file's text, decompressed and decoded.
final class TextHead: FormatReader {
  private(set) var bytes: [UInt8] = []
  /// Whether there is more text than was taken.
  private(set) var isCut = false
  private(set) var encoding: TextEncoding?
  private let most: Int

  init(_ path: String, most: Int) throws {
    self.most = most
    try take(path, nil)
    if !bytes.withUnsafeBytes({ UTF8Check($0, partial: isCut).invalid == nil }) {
      // Whatever it is, these letters are the likeliest.
      encoding = .windows1252
      bytes = []
      isCut = false
      try take(path, .windows1252)
    }
    if isCut { bytes.removeLast(bytes.withUnsafeBytes { UTF8Check($0, partial: true).cut }) }
  }

  private func take(_ path: String, _ encoding: TextEncoding?) throws {
    var source = try LineSource(path, chunk: 1 << 18, encoding: encoding, replaces: encoding != nil)
    while !isCut, try source.read(into: self) {}
  }

  func begin(at offset: Int) {}

  func read(_ piece: UnsafeRawBufferPointer) {
    bytes += piece.prefix(most - bytes.count)
    isCut = isCut || bytes.count == most
  }

  func finish() {}
}
