package import Bytes
package import YAML

/// Changes to a file that mend findings.
package enum Fixes {
  /// The file's bytes with every fix made that does not touch an earlier one; nil where nothing changes.
  ///
  /// - Throws: when the result is no longer the same file of templates, which no fix may do.
  package static func apply(
    _ findings: [Finding], to document: YAMLNode
  ) throws(Diagnostic) -> (bytes: [UInt8], count: Int)? {
    let file = document.fileBytes
    let fixes = findings.compactMap(\.fix).filter { $0.range.upperBound <= file.count }
      .sorted { ($0.range.lowerBound, $0.range.upperBound) < ($1.range.lowerBound, $1.range.upperBound) }
    var bytes: [UInt8] = []
    var end = 0
    var count = 0
    for fix in fixes where fix.range.lowerBound >= end {
      bytes += file[end..<fix.range.lowerBound]
      bytes += fix.replacement
      end = fix.range.upperBound
      count += 1
    }
    guard count > 0 else { return nil }
    bytes += file[end...]
    let path = document.location.path
    let again = try YAMLDocument.parse(bytes: bytes, path: path)
    guard again.child("templates")?.keyTexts == document.child("templates")?.keyTexts else {
      throw Diagnostic("'\(path)' would not be the same templates after --fix; mend it by hand")
    }
    return (bytes, count)
  }
}

extension YAMLNode {
  fileprivate var keyTexts: [String] {
    guard case .mapping(let pairs) = kind else { return [] }
    return pairs.map { $0.key.text ?? "" }
  }
}
