import Bytes
import JSON
import Records

/// Turns an example into tokens; one serves one thread.
package typealias ExampleTokens = (_ input: String, _ target: String) throws -> [Int32]

/// How tokens lie in a file: two bytes each where the vocabulary allows, else four; little-endian.
struct TokenWidth {
  let isNarrow: Bool

  init(vocabulary: Int) { isNarrow = vocabulary <= 1 << 16 }

  func append(_ tokens: [Int32], to bytes: inout ByteBuffer) {
    for token in tokens {
      if isNarrow {
        withUnsafeBytes(of: UInt16(truncatingIfNeeded: token).littleEndian) { bytes.append($0) }
      } else {
        withUnsafeBytes(of: token.littleEndian) { bytes.append($0) }
      }
    }
  }

  var size: Int { isNarrow ? 2 : 4 }
}

/// The indexed dataset of Megatron-LM: tokens in a `.bin`, and in an `.idx` the header
///
///     "MMIDIDX\0\0"  UInt64 1  UInt8 type  UInt64 sequences  UInt64 documents + 1
///
/// then the sequences' lengths (Int32), their places in bytes (Int64) and the documents' first sequences (Int64);
/// little-endian. Type 8 is UInt16, 4 Int32. Every example is a sequence and a document.
final class MegatronSink: ExampleSink {
  private let file: SinkFile
  private let index: SinkFile
  private let tokens: ExampleTokens
  private let width: TokenWidth
  private var bytes = ByteBuffer()
  private var lengths = ByteBuffer()
  private var places = ByteBuffer()
  private var examples = 0

  init(_ file: SinkFile, index: SinkFile, vocabulary: Int, tokens: @escaping ExampleTokens) {
    self.file = file
    self.index = index
    self.tokens = tokens
    width = TokenWidth(vocabulary: vocabulary)
  }

  func append(_ example: ExampleView) throws {
    let made = try tokens(example.input.text, example.target.text)
    withUnsafeBytes(of: Int32(clamping: made.count).littleEndian) { lengths.append($0) }
    withUnsafeBytes(of: Int64(file.count).littleEndian) { places.append($0) }
    bytes.removeAll()
    width.append(made, to: &bytes)
    try bytes.withBytes { (bytes) throws(Diagnostic) in try file.write(bytes) }
    examples += 1
  }

  func finish() throws(Diagnostic) -> [ExportedFile] {
    var header = ByteBuffer()
    header.append("MMIDIDX\0\0" as StaticString)
    func append(_ number: Int) { withUnsafeBytes(of: UInt64(number).littleEndian) { header.append($0) } }
    append(1)
    header.append(width.isNarrow ? 8 : 4)
    append(examples)
    append(examples + 1)
    try header.withBytes { (bytes) throws(Diagnostic) in try index.write(bytes) }
    try lengths.withBytes { (bytes) throws(Diagnostic) in try index.write(bytes) }
    try places.withBytes { (bytes) throws(Diagnostic) in try index.write(bytes) }
    for document in 0...examples {
      var number = Int64(document).littleEndian
      try withUnsafeBytes(of: &number) { (bytes) throws(Diagnostic) in try index.write(bytes) }
    }
    return [try file.commit(examples: examples), try index.commit(examples: 0)]
  }
}

/// Tokens of all examples one after the other, and beside them what a reader has to know.
final class FlatTokenSink: ExampleSink {
  private let file: SinkFile
  private let description: SinkFile
  private let tokens: ExampleTokens
  private let vocabulary: Int
  private let width: TokenWidth
  private var bytes = ByteBuffer()
  private var examples = 0

  init(_ file: SinkFile, description: SinkFile, vocabulary: Int, tokens: @escaping ExampleTokens) {
    self.file = file
    self.description = description
    self.tokens = tokens
    self.vocabulary = vocabulary
    width = TokenWidth(vocabulary: vocabulary)
  }

  func append(_ example: ExampleView) throws {
    let made = try tokens(example.input.text, example.target.text)
    bytes.removeAll()
    width.append(made, to: &bytes)
    try bytes.withBytes { (bytes) throws(Diagnostic) in try file.write(bytes) }
    examples += 1
  }

  func finish() throws(Diagnostic) -> [ExportedFile] {
    var pairs = ValueDictionary()
    pairs["dtype"] = .string(width.isNarrow ? "uint16" : "int32")
    pairs["byte_order"] = .string("little")
    pairs["tokens"] = .integer(Int64(file.count / width.size))
    pairs["vocabulary"] = .integer(Int64(vocabulary))
    pairs["examples"] = .integer(Int64(examples))
    var text = ByteBuffer()
    text.append(JSONText.document(.dictionary(pairs)))
    try text.withBytes { (bytes) throws(Diagnostic) in try description.write(bytes) }
    return [try file.commit(examples: examples), try description.commit(examples: 0)]
  }
}
