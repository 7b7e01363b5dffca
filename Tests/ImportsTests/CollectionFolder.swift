import Bytes
import Glibc
import Testing

/// A folder of one test's own, removed with it.
final class CollectionFolder {
  let path: String

  init() throws {
    var template = Array("/tmp/phrasebook-imports-XXXXXX".utf8CString)
    let made = template.withUnsafeMutableBufferPointer { buffer in
      buffer.baseAddress.map { mkdtemp($0) != nil } ?? false
    }
    try #require(made)
    path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  deinit { try? removeTree(path) }

  func write(_ name: String, _ text: String) throws {
    let full = path + "/" + name
    let folder = full.split(separator: "/", omittingEmptySubsequences: false).dropLast()
    try makeFolder(folder.joined(separator: "/"))
    var file = try AtomicFile(path: full)
    try file.write(text)
    _ = try file.commit()
  }

  func text(_ name: String) throws -> String {
    try MappedFile(path: path + "/" + name).withBytes { String(decoding: $0, as: UTF8.self) }
  }
}

/// The repository's root, from the place of this file.
let repository = #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(3)
  .joined(separator: "/")

/// The folder of real corpora that lies beside the repository, nil (and told) where it is not.
func sharedCorpora() -> String? {
  let folder = getenv("PHRASEBOOK_SHARED").map { String(cString: $0) } ?? repository + "/../shared"
  if fileExists(folder + "/corpora") { return folder + "/corpora" }
  print("skipped: no ../shared")
  return nil
}

/// PromptSource's package as scripts/test unpacks it, nil (and told) where it is not.
func promptSourcePackage() -> String? {
  let folder =
    getenv("PHRASEBOOK_PROMPTSOURCE").map { String(cString: $0) } ?? repository + "/.cache/promptsource-0.2.3"
  if fileExists(folder) { return folder }
  print("skipped: no PromptSource package in '\(folder)'; scripts/test fetches it")
  return nil
}
