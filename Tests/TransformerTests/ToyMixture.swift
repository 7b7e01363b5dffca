import Bytes
import Glibc
import JSON
import Records

/// Small mixtures on disk for the tests of training and inference.
enum ToyMixture {
  /// Runs `body` with a new folder that is removed afterwards.
  static func inFolder<Result>(_ body: (String) throws -> Result) throws -> Result {
    var name = Array("/tmp/phrasebook-test-XXXXXX".utf8CString)
    guard mkdtemp(&name) != nil else { throw Diagnostic.system("make", "/tmp", errno: errno) }
    let folder = String(decoding: name.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    defer { try? removeTree(folder) }
    return try body(folder)
  }

  static func write(_ examples: [Example], to path: String) throws {
    var file = try AtomicFile(path: path)
    for example in examples {
      var buffer = ByteBuffer()
      ExampleLines.append(example, to: &buffer)
      try file.write(buffer.text)
    }
    _ = try file.commit()
  }

  static func example(_ input: String, _ target: String, choices: [String] = [], index: Int) -> Example {
    Example(
      input: input, target: target, choices: choices, task: "toy", template: "t", record: "r", index: index)
  }

  /// Which of two words was named first, asked in two ways; enough for a tiny model to learn.
  static func firstOfTwo(_ count: Int, seed: UInt64) -> [Example] {
    let words = ["red", "blue", "green", "black", "white", "brown"]
    var generator = SeededGenerator(SeedKey(seed: seed))
    return (0..<count).map { index in
      let pair = words.shuffled(using: &generator).prefix(2)
      let (a, b) = (pair[0], pair[1])
      let input =
        Bool.random(using: &generator) ? "first of \(a), \(b)?" : "Here are \(a) and \(b). Name the first."
      return example(input, a, choices: [a, b], index: index)
    }
  }
}
