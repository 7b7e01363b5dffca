import Bytes

/// Finds the text of one line, for errors.
final class LineFinder: FormatReader {
  private(set) var text: String?
  private let line: Int
  private var splitter = LineSplitter(longest: 1 << 20)

  init(line: Int) { self.line = line }

  func begin(at offset: Int) {}

  func read(_ bytes: UnsafeRawBufferPointer) throws {
    if text == nil { splitter.split(bytes, look) }
  }

  func finish() throws {
    if text == nil { splitter.finish(look) }
  }

  private func look(_ one: LineSplitter.Line) {
    if one.start.line == line { text = String(decoding: one.bytes, as: UTF8.self) }
  }
}
