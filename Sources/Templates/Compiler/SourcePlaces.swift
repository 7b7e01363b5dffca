import Bytes
import YAML

/// Where the bytes of a template's text stand in its file.
struct SourcePlaces {
  private let text: TemplateText
  private let node: YAMLNode?
  private let fallback: SourceLocation
  private let offsets: [Int]

  /// - Parameter map: for each byte of the text its byte in the node's text, where they are not the same.
  init(_ text: TemplateText, node: YAMLNode?, map: [Int]? = nil, fallback: SourceLocation) {
    self.text = text
    self.node = node
    self.fallback = fallback
    let written = node.map { ScalarOffsets($0).offsets } ?? []
    offsets =
      map.map { ($0 + [written.count - 1]).map { written.indices.contains($0) ? written[$0] : 0 } } ?? written
  }

  func diagnostic(_ message: String, _ range: Range<Int>) -> Diagnostic {
    guard let node else {
      let (line, column) = text.position(of: range.lowerBound)
      let place = SourceLocation(path: fallback.path, line: line, column: column)
      return Diagnostic(message, at: place, excerpt: text.excerpt(line: line), span: text.span(range))
    }
    let start = fileOffset(range.lowerBound)
    let end = max(start, fileOffset(range.upperBound))
    let file = node.fileBytes
    let lineStart = file[..<min(start, file.count)].lastIndex(of: 10).map { $0 + 1 } ?? 0
    let lineEnd = file[lineStart...].firstIndex(of: 10) ?? file.count
    let line = file[..<lineStart].reduce(1) { $1 == 10 ? $0 + 1 : $0 }
    let place = SourceLocation(
      path: node.location.path, line: line, column: scalars(file[lineStart..<min(start, lineEnd)]) + 1)
    return Diagnostic(
      message, at: place, excerpt: String(decoding: file[lineStart..<lineEnd], as: UTF8.self),
      span: max(1, scalars(file[min(start, lineEnd)..<min(end, lineEnd)])))
  }

  /// The bytes of the file from a range's first byte to behind its last; nil without a file.
  func fileRange(_ range: Range<Int>) -> Range<Int>? {
    guard node != nil else { return nil }
    let start = fileOffset(range.lowerBound)
    return start..<max(start, fileOffset(range.upperBound))
  }

  private func scalars(_ bytes: ArraySlice<UInt8>) -> Int {
    bytes.reduce(0) { $1 & 0xC0 == 0x80 ? $0 : $0 + 1 }
  }

  /// A byte of the text as a byte of the file.
  private func fileOffset(_ offset: Int) -> Int {
    guard let last = offsets.last else { return 0 }
    let offset = text.sourceOffset(offset)
    return offset < offsets.count ? offsets[offset] : last
  }
}
