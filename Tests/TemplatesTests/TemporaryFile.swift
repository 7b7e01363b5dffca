import Bytes
import Glibc

/// A folder that goes when the test ends.
final class TemporaryFile {
  let path: String
  private let folder: String

  init(_ text: String, name: String = "templates.yaml") throws {
    folder = "/tmp/phrasebook-templates-\(getpid())-\(UInt32.random(in: 0 ... .max))"
    try makeFolder(folder)
    path = folder + "/" + name
    var file = try AtomicFile(path: path)
    try file.write(text)
    _ = try file.commit()
  }

  deinit { try? removeTree(folder) }
}
