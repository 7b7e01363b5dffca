import Bytes
import Compression
import Foundation
import Testing

/// Held against the `gzip` and `zstd` programs, in both directions.
@Suite struct CompressionTests {
  static let kinds: [(Compression, String)] = [(.gzip, "gzip"), (.zstd, "zstd")]

  /// Two texts that compress, the second longer than every buffer on the way.
  private static func text(_ lines: Int) -> [UInt8] {
    var random = SeededGenerator(SeedKey(seed: 7))
    var text: [UInt8] = []
    for line in 0..<lines { text += Array("line \(line) \(random.next() >> 24)\n".utf8) }
    return text
  }

  private static func shell(_ command: String) throws -> [UInt8]? {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/bin/bash")
    process.arguments = ["-c", command]
    let pipe = Pipe()
    process.standardOutput = pipe
    process.standardError = FileHandle.nullDevice
    try process.run()
    let output = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return process.terminationStatus == 0 ? Array(output) : nil
  }

  private static func read(_ path: String, chunk: Int = 1 << 18) throws -> (bytes: [UInt8], Compression?) {
    var file = try DecompressedFile(path: path, chunk: chunk)
    var bytes: [UInt8] = []
    while try file.next({ bytes += $0 }) {}
    return (bytes, file.compression)
  }

  private func withFolder(_ body: (String) throws -> Void) throws {
    let folder = NSTemporaryDirectory() + UUID().uuidString
    try makeFolder(folder)
    defer { try? removeTree(folder) }
    try body(folder)
  }

  @Test(arguments: kinds)
  func readsWhatTheProgramsWrite(kind: Compression, program: String) throws {
    try withFolder { folder in
      for lines in [0, 1, 5_000, 100_000] {
        let text = Self.text(lines)
        try Data(text).write(to: URL(fileURLWithPath: folder + "/text"))
        guard try Self.shell("\(program) -c \(folder)/text > \(folder)/packed") != nil else {
          print("skipped: no program '\(program)'")
          return
        }
        for chunk in [1, 3, 4096, 1 << 18] where chunk > 3 || lines < 10_000 {
          let (bytes, found) = try Self.read(folder + "/packed", chunk: chunk)
          #expect(bytes == text, "\(lines) lines in pieces of \(chunk)")
          #expect(found == kind)
        }
        // A file appended to another is read through to its end.
        try #require(try Self.shell("cat \(folder)/packed \(folder)/packed > \(folder)/twice") != nil)
        #expect(try Self.read(folder + "/twice", chunk: 1000).bytes == text + text)
      }
    }
  }

  @Test(arguments: kinds)
  func writesWhatTheProgramsRead(kind: Compression, program: String) throws {
    try withFolder { folder in
      for lines in [0, 1, 5_000, 100_000] {
        let text = Self.text(lines)
        var packed: [[UInt8]] = []
        for piece in [1_000_000_000, 131_072, 777] {
          let path = folder + "/written"
          var file = try CompressedFile(path: path, compression: kind)
          try text.withUnsafeBytes { bytes in
            for start in stride(from: 0, to: bytes.count, by: piece) {
              let end = min(bytes.count, start + piece)
              try file.write(UnsafeRawBufferPointer(rebasing: bytes[start..<end]))
            }
          }
          let summary = try file.commit()
          let bytes = Array(try Data(contentsOf: URL(fileURLWithPath: path)))
          #expect(summary.bytes == bytes.count)
          packed.append(bytes)
        }
        #expect(packed[0] == packed[1] && packed[1] == packed[2], "the cut shows in \(lines) lines")
        guard let back = try Self.shell("\(program) -dc < \(folder)/written") else {
          print("skipped: no program '\(program)'")
          return
        }
        #expect(back == text)
        #expect(lines < 5_000 || packed[0].count < text.count)
      }
    }
  }

  @Test(arguments: [
    [], [0x1F], [0x1F, 0x8B], Array("{}".utf8), Array("abcd".utf8), Array("a longer text".utf8),
  ])
  func leavesOtherFilesAsTheyAre(content: [UInt8]) throws {
    try withFolder { folder in
      try Data(content).write(to: URL(fileURLWithPath: folder + "/text"))
      for chunk in [1, 2, 1 << 18] {
        let (bytes, found) = try Self.read(folder + "/text", chunk: chunk)
        #expect(bytes == content)
        #expect(found == nil)
      }
    }
  }

  @Test(arguments: kinds)
  func tellsDamage(kind: Compression, program: String) throws {
    try withFolder { folder in
      let path = folder + "/packed"
      var file = try CompressedFile(path: path, compression: kind)
      try file.write(String(decoding: Self.text(5_000), as: UTF8.self))
      _ = try file.commit()
      let whole = Array(try Data(contentsOf: URL(fileURLWithPath: path)))

      func fault(_ bytes: [UInt8]) throws -> String {
        try Data(bytes).write(to: URL(fileURLWithPath: path))
        do {
          _ = try Self.read(path)
          return "none"
        } catch let error as Diagnostic {
          #expect(error.location?.path == path)
          return error.message
        }
      }
      for cut in [5, 100, whole.count / 2, whole.count - 1] {
        #expect(try fault(Array(whole[..<cut])).hasPrefix("the \(kind.rawValue) data ends too early"))
      }
      var flipped = whole
      for place in whole.count / 2..<whole.count / 2 + 8 { flipped[place] ^= 0x55 }
      #expect(try fault(flipped).hasPrefix("the \(kind.rawValue) data is damaged"))
      #expect(try fault(whole + Array("garbage".utf8)) != "none")
    }
  }
}
