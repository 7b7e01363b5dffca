package import Bytes
import JSON
import Records

/// A file of named tensors (huggingface.co/docs/safetensors), mapped, not copied.
///
/// Everything the header says is checked before it is used: a damaged or hostile file is an error.
package final class Safetensors: Sendable {
  package struct Tensor: Sendable {
    package var name: String
    /// As the file writes it: `F32`, `BF16`, …
    package var type: String
    package var shape: [Int]
    /// Bytes of the file.
    var range: Range<Int>
  }

  package let tensors: [Tensor]
  /// The texts of `__metadata__`.
  package let metadata: [(key: String, value: String)]
  private let file: MappedFile
  private static let largestHeader = 100_000_000
  private static let sizes = [
    "BOOL": 1, "U8": 1, "I8": 1, "F8_E4M3": 1, "F8_E5M2": 1, "I16": 2, "U16": 2, "F16": 2, "BF16": 2,
    "I32": 4, "U32": 4, "F32": 4, "I64": 8, "U64": 8, "F64": 8,
  ]

  package init(path: String) throws(Diagnostic) {
    func fail(_ what: String) -> Diagnostic {
      Diagnostic(
        "damaged safetensors file: \(what); copy or train it again", at: SourceLocation(path: path))
    }
    file = try MappedFile(path: path)
    let bytes = file.bytes
    guard bytes.count >= 8 else { throw fail("\(bytes.count) bytes, expected at least 8") }
    let length = UInt64(littleEndian: bytes.loadUnaligned(as: UInt64.self))
    guard length <= UInt64(min(Self.largestHeader, bytes.count - 8)) else {
      throw fail("a header of \(length) bytes, expected at most \(bytes.count - 8)")
    }
    let start = 8 + Int(length)
    let header = try JSONParser().parse(UnsafeRawBufferPointer(rebasing: bytes[8..<start]), path: path)
    guard case .dictionary(let entries) = header else { throw fail("the header is no object") }
    var tensors: [Tensor] = []
    var metadata: [(key: String, value: String)] = []
    for (name, value) in zip(entries.keys, entries.values) {
      guard case .dictionary(let entry) = value else { throw fail("'\(name)' is no object") }
      if name.utf8.elementsEqual("__metadata__".utf8) {
        for (key, text) in zip(entry.keys, entry.values) {
          guard case .string(let text) = text else { throw fail("metadata that is no text") }
          metadata.append((key, text))
        }
      } else {
        tensors.append(try Self.tensor(name, entry, start: start, size: bytes.count, fail))
      }
    }
    tensors.sort { ($0.range.lowerBound, $0.range.upperBound) < ($1.range.lowerBound, $1.range.upperBound) }
    var end = start
    for tensor in tensors {
      guard tensor.range.lowerBound == end else { throw fail("'\(tensor.name)' overlaps or leaves a hole") }
      end = tensor.range.upperBound
    }
    guard end == bytes.count else { throw fail("\(bytes.count - end) bytes too many") }
    self.tensors = tensors
    self.metadata = metadata
  }

  private static func tensor(
    _ name: String, _ entry: ValueDictionary, start: Int, size: Int, _ fail: (String) -> Diagnostic
  ) throws(Diagnostic) -> Tensor {
    guard case .string(let type)? = entry["dtype"], let width = sizes[type],
      case .list(let shapeItems)? = entry["shape"], case .list(let offsetItems)? = entry["data_offsets"],
      let shape = naturals(shapeItems), let offsets = naturals(offsetItems), offsets.count == 2
    else { throw fail("'\(name)' lacks a known dtype, a shape or data_offsets") }
    var count = width
    for length in shape {
      let (product, overflow) = count.multipliedReportingOverflow(by: length)
      guard !overflow else { throw fail("the shape of '\(name)' is impossible") }
      count = product
    }
    guard offsets[0] <= offsets[1], offsets[1] <= size - start, offsets[1] - offsets[0] == count else {
      throw fail("the offsets of '\(name)' do not fit its shape or the file")
    }
    return Tensor(name: name, type: type, shape: shape, range: start + offsets[0]..<start + offsets[1])
  }

  private static func naturals(_ items: [Value]) -> [Int]? {
    var result: [Int] = []
    for item in items {
      guard case .integer(let number) = item, number >= 0, number <= Int64(Int.max) else { return nil }
      result.append(Int(number))
    }
    return result
  }

  package func tensor(named name: String) -> Tensor? {
    tensors.first { $0.name.utf8.elementsEqual(name.utf8) }
  }

  package func metadata(_ key: String) -> String? {
    metadata.first { $0.key.utf8.elementsEqual(key.utf8) }?.value
  }

  /// The bytes of a tensor; valid as long as this object lives.
  package func bytes(_ tensor: Tensor) -> UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(rebasing: file.bytes[tensor.range])
  }
}

extension Safetensors: TensorSource {
  package var names: [String] { tensors.map(\.name) }

  package func shape(of name: String) -> [Int]? { tensor(named: name)?.shape }

  package func copy(_ name: String, to memory: UnsafeMutablePointer<Float>) throws(Diagnostic) {
    guard let tensor = tensor(named: name) else {
      throw Diagnostic("no tensor '\(name)'", at: SourceLocation(path: path))
    }
    let format: BlockFormat
    switch tensor.type {
    case "F32": format = .f32
    case "F16": format = .f16
    case "BF16": format = .bf16
    default:
      throw Diagnostic(
        "the tensor '\(name)' is \(tensor.type), expected F32, F16 or BF16", at: SourceLocation(path: path))
    }
    file.withBytes { bytes in
      format.dequantize(UnsafeRawBufferPointer(rebasing: bytes[tensor.range]), to: memory)
    }
  }

  /// Copies a tensor of the expected shape.
  package func copy(
    _ name: String, shape: [Int], to memory: UnsafeMutablePointer<Float>
  ) throws(Diagnostic) {
    guard let found = self.shape(of: name) else {
      throw Diagnostic("no tensor '\(name)'; expected one of \(shape)", at: SourceLocation(path: path))
    }
    guard found == shape else {
      throw Diagnostic(
        "the tensor '\(name)' has the shape \(found), expected \(shape)", at: SourceLocation(path: path))
    }
    try copy(name, to: memory)
  }

  package var path: String { file.path }

  /// Writes f32 tensors in the given order, whole or not at all.
  ///
  /// - Parameter metadata: texts for `__metadata__`.
  @discardableResult
  package static func write(
    _ tensors: [(name: String, shape: [Int], data: UnsafePointer<Float>)],
    metadata: [(String, String)], to path: String
  ) throws(Diagnostic) -> AtomicFile.Summary {
    try write(
      tensors.map { tensor in
        let bytes = 4 * tensor.shape.reduce(1, *)
        return Content(
          name: tensor.name, type: "F32", shape: tensor.shape,
          bytes: UnsafeRawBufferPointer(start: tensor.data, count: bytes))
      }, metadata: metadata, to: path)
  }

  /// A tensor to write: its numbers as the file holds them, little-endian.
  package struct Content {
    package var name: String
    package var type: String
    package var shape: [Int]
    package var bytes: UnsafeRawBufferPointer

    package init(name: String, type: String, shape: [Int], bytes: UnsafeRawBufferPointer) {
      self.name = name
      self.type = type
      self.shape = shape
      self.bytes = bytes
    }
  }

  /// The same for tensors of any type.
  package static func write(
    _ tensors: [Content], metadata: [(String, String)], to path: String
  ) throws(Diagnostic) -> AtomicFile.Summary {
    var buffer = ByteBuffer(capacity: 1 << 14)
    buffer.append("{")
    var texts = ValueDictionary()
    for (key, text) in metadata { texts[key] = .string(text) }
    JSONText.appendString("__metadata__", to: &buffer)
    buffer.append(":")
    JSONText.append(.dictionary(texts), to: &buffer)
    var offset = 0
    for tensor in tensors {
      let end = offset + tensor.bytes.count
      buffer.append(",")
      JSONText.appendString(tensor.name, to: &buffer)
      let shape = tensor.shape.map(String.init).joined(separator: ",")
      buffer.append(#":{"dtype":"\#(tensor.type)","shape":[\#(shape)],"data_offsets":[\#(offset),\#(end)]}"#)
      offset = end
    }
    buffer.append("}")
    // The data begins at a multiple of eight bytes, as the format's own writer does it.
    while buffer.count % 8 != 0 { buffer.append(UInt8(ascii: " ")) }
    var file = try AtomicFile(path: path)
    var length = ByteBuffer(capacity: 8)
    withUnsafeBytes(of: UInt64(buffer.count).littleEndian) { length.append($0) }
    try length.withBytes { (bytes) throws(Diagnostic) in try file.write(bytes) }
    try buffer.withBytes { (bytes) throws(Diagnostic) in try file.write(bytes) }
    for tensor in tensors { try file.write(tensor.bytes) }
    return try file.commit()
  }
}
