package import Bytes

/// A model in one file, as llama.cpp has it (ggml/docs/gguf.md, versions 2 and 3): metadata, tokenizer and
/// tensors, mapped, not copied.
///
/// Everything the header says is checked before it is used: a damaged or hostile file is an error.
package final class GGUFFile: Sendable {
  package struct Tensor: Sendable {
    package var name: String
    package var format: BlockFormat
    /// Rows before columns, as everywhere here; the file has them the other way round.
    package var shape: [Int]
    /// Bytes of the file.
    var range: Range<Int>
  }

  package let tensors: [Tensor]
  private let metadata: [(key: String, value: GGUFValue)]
  private let places: [String: Int]
  private let tensorPlaces: [String: Int]
  private let file: MappedFile

  package var path: String { file.path }

  package init(path: String) throws(Diagnostic) {
    let file = try MappedFile(path: path)
    self.file = file
    let header = try file.withBytes { (bytes) throws(Diagnostic) in try GGUFHeader(bytes, path: path) }
    places = header.places
    tensorPlaces = header.tensorPlaces
    metadata = header.metadata
    tensors = header.tensors
  }

  func fail(_ what: String) -> Diagnostic { Diagnostic(what, at: SourceLocation(path: path)) }

  package func tensor(named name: String) -> Tensor? { tensorPlaces[name].map { tensors[$0] } }

  /// Writes a tensor's numbers as f32, row after row.
  package func copy(_ tensor: Tensor, to memory: UnsafeMutablePointer<Float>) {
    withBytes(of: tensor) { tensor.format.dequantize($0, to: memory) }
  }

  /// Gives a tensor's bytes as the file has them.
  func withBytes(of tensor: Tensor, _ body: (UnsafeRawBufferPointer) -> Void) {
    file.withBytes { body(UnsafeRawBufferPointer(rebasing: $0[tensor.range])) }
  }

  // MARK: Metadata

  private func value(_ key: String) -> GGUFValue? { places[key].map { metadata[$0].value } }

  func text(_ key: String) throws(Diagnostic) -> String? {
    switch value(key) {
    case nil: return nil
    case .text(let text)?: return text
    default: throw fail("expected a text at '\(key)'")
    }
  }

  func integer(_ key: String) throws(Diagnostic) -> Int? {
    switch value(key) {
    case nil: return nil
    case .integer(let number)?: return Int(number)
    case .unsigned?: throw fail("the number at '\(key)' is absurdly large")
    default: throw fail("expected an integer at '\(key)'")
    }
  }

  func number(_ key: String) throws(Diagnostic) -> Double? {
    switch value(key) {
    case nil: return nil
    case .number(let number)?: return number
    case .integer(let number)?: return Double(number)
    default: throw fail("expected a number at '\(key)'")
    }
  }

  func flag(_ key: String) throws(Diagnostic) -> Bool? {
    switch value(key) {
    case nil: return nil
    case .flag(let flag)?: return flag
    default: throw fail("expected true or false at '\(key)'")
    }
  }

  func has(_ key: String) -> Bool { places[key] != nil }

  /// Gives the texts of a list to `body`, in order.
  func texts(_ key: String, _ body: (Int, String) throws(Diagnostic) -> Void) throws(Diagnostic) -> Int? {
    guard let value = value(key) else { return nil }
    guard case .list(let list) = value, list.kind == .string else {
      throw fail("expected a list of texts at '\(key)'")
    }
    try file.withBytes { (bytes) throws(Diagnostic) in
      var cursor = GGUFCursor(bytes, path: path)
      _ = try cursor.take(list.start, key)
      for place in 0..<list.count { try body(place, try cursor.text(key)) }
    }
    return list.count
  }

  /// The integers of a list.
  func integers(_ key: String) throws(Diagnostic) -> [Int]? {
    guard let value = value(key) else { return nil }
    guard case .list(let list) = value else { throw fail("expected a list of integers at '\(key)'") }
    return try file.withBytes { (bytes) throws(Diagnostic) in
      var cursor = GGUFCursor(bytes, path: path)
      _ = try cursor.take(list.start, key)
      var result: [Int] = []
      for _ in 0..<list.count {
        guard case .integer(let number) = try GGUFValue.read(list.kind, &cursor, key, depth: 4) else {
          throw fail("expected a list of integers at '\(key)'")
        }
        result.append(Int(number))
      }
      return result
    }
  }
}
