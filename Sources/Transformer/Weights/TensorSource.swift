package import Bytes

/// Named tensors in a model's files; names are Hugging Face's.
package protocol TensorSource {
  /// The file or folder, for errors.
  var path: String { get }
  var names: [String] { get }
  /// Rows before columns; nil where there is no such tensor.
  func shape(of name: String) -> [Int]?
  /// Writes a tensor's numbers as f32, row after row, into memory of its size.
  func copy(_ name: String, to memory: UnsafeMutablePointer<Float>) throws(Diagnostic)
}
