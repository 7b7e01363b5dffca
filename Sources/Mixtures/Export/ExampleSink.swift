import Bytes

/// Takes the examples of one file in and writes them in another form.
protocol ExampleSink: AnyObject {
  func append(_ example: ExampleView) throws
  /// Puts what was written in its place.
  func finish() throws(Diagnostic) -> [ExportedFile]
}

/// A file that an export wrote.
package struct ExportedFile: Sendable, Hashable {
  /// Relative to the export's folder.
  package var path: String
  package var sha256: String
  package var bytes: Int
  /// Examples; 0 for a file that goes with another.
  package var examples: Int

  init(_ path: String, _ summary: AtomicFile.Summary, examples: Int) {
    self.path = path
    sha256 = summary.sha256
    bytes = summary.bytes
    self.examples = examples
  }
}

/// A file on its way, whole or not at all, that sinks append to.
final class SinkFile {
  let name: String
  private let path: String
  private var file: AtomicFile?
  private(set) var count = 0

  init(_ folder: String, _ name: String) throws(Diagnostic) {
    self.name = name
    path = folder + "/" + name
    file = try AtomicFile(path: path)
  }

  /// Appends bytes.
  func write(_ bytes: UnsafeRawBufferPointer) throws(Diagnostic) {
    count += bytes.count
    try file?.write(bytes)
  }

  func commit(examples: Int) throws(Diagnostic) -> ExportedFile {
    guard let whole = file.take() else { throw Diagnostic("'\(path)' was written already") }
    return ExportedFile(name, try whole.commit(), examples: examples)
  }
}
