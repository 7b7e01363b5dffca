import Bytes
import Glibc
import Testing

/// Files and folders on disk.
@Suite final class FileTests {
  private let folder: String

  init() throws {
    var template = Array("/tmp/phrasebook-bytes-XXXXXX".utf8CString)
    let made = template.withUnsafeMutableBufferPointer { buffer in
      buffer.baseAddress.map { mkdtemp($0) != nil } ?? false
    }
    try #require(made)
    folder = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  deinit { try? removeTree(folder) }

  private func content(_ name: String) throws -> String {
    try MappedFile(path: folder + "/" + name).withBytes { String(decoding: $0, as: UTF8.self) }
  }

  @Test func atomicFileIsWhole() throws {
    var file = try AtomicFile(path: folder + "/a")
    let text = String(repeating: "0123456789", count: 100_000)
    try file.write("head\n")
    try Array(text.utf8).withUnsafeBytes { try file.write($0) }
    #expect(!fileExists(folder + "/a"))
    #expect(try namesInFolder(folder) == ["a.partial"])
    let summary = try file.commit()
    #expect(try namesInFolder(folder) == ["a"])
    #expect(try content("a") == "head\n" + text)
    #expect(summary.bytes == 1_000_005)
    #expect(summary.sha256 == hexadecimal(SHA256.digest("head\n" + text)))
    #expect(try hashOfFile(at: folder + "/a") == summary.sha256)
  }

  @Test func abandonedFileLeavesNothing() throws {
    func abandon() throws {
      var file = try AtomicFile(path: folder + "/a")
      try file.write(String(repeating: "x", count: 1 << 20))
    }
    try abandon()
    #expect(try namesInFolder(folder) == [])
    // What stood there before stays.
    var first = try AtomicFile(path: folder + "/a")
    try first.write("old")
    _ = try first.commit()
    try abandon()
    #expect(try content("a") == "old")
    #expect(try namesInFolder(folder) == ["a"])
  }

  @Test func failedCommitLeavesNothing() throws {
    try makeFolder(folder + "/a/in-the-way")
    let file = try AtomicFile(path: folder + "/a")
    do {
      _ = try file.commit()
      Issue.record("a file took the place of a folder")
    } catch {
      #expect(error.description.contains("cannot write '\(folder)/a': is a directory"))
    }
    #expect(try namesInFolder(folder) == ["a"])
  }

  /// The system's own full device stands in for a full disk.
  @Test func fullDisk() throws {
    #expect(symlink("/dev/full", folder + "/a.partial") == 0)
    var file = try AtomicFile(path: folder + "/a")
    do {
      try file.write("x")
      _ = try file.commit()
      Issue.record("written to a full disk")
    } catch {
      #expect(error.description == "error: cannot write '\(folder)/a': no space left on device")
      #expect(error.cause == .environment)
    }
    #expect(try namesInFolder(folder) == [])
  }

  @Test func noFolder() {
    do {
      _ = try AtomicFile(path: folder + "/none/a")
      Issue.record("written into a folder that does not exist")
    } catch {
      #expect(error.description.hasSuffix("/none/a': no such file or directory"))
      #expect(error.cause == .input)
    }
  }

  @Test(arguments: [1, 7, 4096, 1 << 18])
  func chunks(size: Int) throws {
    var file = try AtomicFile(path: folder + "/a")
    let text = (0..<3000).map { "\($0) " }.joined()
    try file.write(text)
    let summary = try file.commit()
    var reader = try ChunkedFile(path: folder + "/a", chunk: size, hashing: true)
    var seen: [UInt8] = []
    var largest = 0
    while try reader.next({ piece in
      seen += piece
      largest = max(largest, piece.count)
    }) {}
    #expect(seen == Array(text.utf8))
    #expect(largest <= size)
    #expect(reader.finishHash() == summary.sha256)
  }

  @Test func notAFile() throws {
    #expect(throws: Diagnostic.self) { try MappedFile(path: self.folder) }
    #expect(throws: Diagnostic.self) { try MappedFile(path: self.folder + "/none") }
    #expect(throws: Diagnostic.self) { try hashOfFile(at: self.folder) }
    _ = try AtomicFile(path: folder + "/empty").commit()
    #expect(try MappedFile(path: folder + "/empty").withBytes { $0.count } == 0)
    #expect(try hashOfFile(at: folder + "/empty").hasPrefix("e3b0c442"))
  }

  @Test func folders() throws {
    try makeFolder(folder + "/x//y/z/")
    try makeFolder(folder + "/x/y/z")
    for name in ["b", "a", "é", "Z", "a.b", ".hidden"] {
      _ = try AtomicFile(path: folder + "/x/" + name).commit()
    }
    // By bytes: '.' before capitals before small letters before what is not ASCII.
    #expect(try namesInFolder(folder + "/x") == [".hidden", "Z", "a", "a.b", "b", "y", "é"])
    #expect(throws: Diagnostic.self) { try namesInFolder(self.folder + "/x/a") }
    do {
      try makeFolder(folder + "/x/a")
      Issue.record("a folder took the place of a file")
    } catch {
      #expect(error.message.hasSuffix("a file stands in its place; move it away"))
    }
    #expect(throws: Diagnostic.self) { try makeFolder(self.folder + "/x/a/b") }
  }

  /// A link is removed, not what it leads to.
  @Test func removal() throws {
    try makeFolder(folder + "/outside/kept")
    try makeFolder(folder + "/tree/deep/deeper")
    _ = try AtomicFile(path: folder + "/tree/deep/file").commit()
    #expect(symlink(folder + "/outside", folder + "/tree/deep/link") == 0)
    #expect(symlink(folder + "/nowhere", folder + "/tree/dangling") == 0)
    try removeTree(folder + "/tree")
    try removeTree(folder + "/tree")
    #expect(try namesInFolder(folder) == ["outside"])
    #expect(try namesInFolder(folder + "/outside") == ["kept"])
  }
}
