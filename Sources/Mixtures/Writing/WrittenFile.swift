import Bytes
import JSON
import Records

/// A file of examples that is in its place, as the manifest names it.
package struct WrittenFile: Sendable, Hashable {
  /// Relative to the mixture's folder.
  package var path: String
  /// 64 hexadecimal digits, of the file as it lies there.
  package var sha256: String
  package var examples: Int
  package var bytes: Int
  package var isEvaluation: Bool

  /// See `EvaluationFile`.
  package var servesPrompts: Bool {
    EvaluationFile.allCases.contains { $0.servesPrompts && $0.path.utf8.elementsEqual(path.utf8) }
  }
}

extension WrittenFile {
  init(_ node: JSONNode, isEvaluation: Bool) throws(Diagnostic) {
    self.init(
      path: try node.required("path").text(), sha256: try node.required("sha256").text(),
      examples: try node.required("examples").integer(), bytes: try node.required("bytes").integer(),
      isEvaluation: isEvaluation)
  }

  var value: Value {
    .dictionary(
      ValueDictionary([
        ("path", .string(path)), ("sha256", .string(sha256)), ("examples", .integer(Int64(examples))),
        ("bytes", .integer(Int64(bytes))),
      ]))
  }

  /// What is wrong with the file on disk; nil where its bytes are those that were written.
  func problem(in folder: String) -> String? {
    let place = folder + "/" + path
    guard fileExists(place) else { return "'\(path)' is missing" }
    guard let hash = try? hashOfFile(at: place) else { return "'\(path)' cannot be read" }
    guard hash.utf8.elementsEqual(sha256.utf8) else {
      return "'\(path)' has the SHA-256 \(hash.prefix(12))…, not \(sha256.prefix(12))…"
    }
    return nil
  }
}
