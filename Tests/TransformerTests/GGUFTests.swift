import Bytes
import JSON
import Records
import Testing
import Transformer

@Suite struct GGUFTests {
  /// Blocks of every format against llama.cpp's Python package (`Fixtures/make_blocks.py`).
  @Test func blocksGiveTheirNumbers() throws {
    let items = try Fixtures.value("blocks.json").items
    #expect(Set(items.map { $0["format"].text }) == Set(BlockFormat.allCases.map(\.name)))
    for item in items {
      let format = try #require(BlockFormat.allCases.first { $0.name == item["format"].text })
      let digits = Array(item["hex"].text)
      let bytes = stride(from: 0, to: digits.count, by: 2).compactMap {
        UInt8(String(digits[$0..<$0 + 2]), radix: 16)
      }
      let expected = item["numbers"].items.map { Float($0.double) }
      #expect(bytes.count / format.blockBytes * format.blockLength == expected.count)
      let memory = FloatMemory(count: expected.count)
      bytes.withUnsafeBytes { format.dequantize($0, to: memory.pointer) }
      for (place, number) in expected.enumerated() {
        #expect(memory.pointer[place] == number, "\(format.name) \(place)")
      }
    }
  }

  @Test func aPlainFileIsRead() throws {
    try ToyMixture.inFolder { folder in
      try GGUFBytes.good.write(to: folder + "/f.gguf")
      let file = try GGUFFile(path: folder + "/f.gguf")
      #expect(file.tensors.map(\.name) == ["a", "b"])
      #expect(file.tensor(named: "a")?.shape == [2, 3])
      let memory = FloatMemory(count: 64)
      for tensor in file.tensors { file.copy(tensor, to: memory.pointer) }
    }
  }

  struct Hostile: Sendable, CustomTestStringConvertible {
    var message: String
    var change: @Sendable (inout GGUFBytes) -> Void
    var testDescription: String { message }
    init(_ message: String, _ change: @escaping @Sendable (inout GGUFBytes) -> Void) {
      (self.message, self.change) = (message, change)
    }
  }

  static let hostile = [
    Hostile("does not begin with 'GGUF'") { $0.magic = Array("GGML".utf8) },
    Hostile("of version 1; expected 2 or 3") { $0.version = 1 },
    Hostile("big-endian") { $0.version = UInt32(3).byteSwapped },
    Hostile("tensors do not fit") { $0.tensorCount = 1 << 62 },
    Hostile("tensors do not fit") { $0.tensorCount = .max },
    Hostile("has 0 dimensions") { $0.tensorCount = 3 },
    Hostile("pairs of metadata do not fit") { $0.pairCount = .max },
    Hostile("twice") { $0.pairs[0].key = "general.alignment" },
    Hostile("has the unknown type 99") { $0.pairs[0].type = 99 },
    Hostile("no power of two") { $0.pairs[1].bytes = GGUFBytes.number(UInt32(24)) },
    Hostile("no power of two") { $0.pairs[1].bytes = GGUFBytes.number(UInt32(0)) },
    Hostile("bytes of the value of") { $0.pairs[0].bytes = GGUFBytes.number(UInt64.max) + [65] },
    Hostile("items of 'list' do not fit") {
      $0.pairs[2].bytes = GGUFBytes.list(4, count: .max, [1, 0, 0, 0])
    },
    Hostile("unknown type 77") { $0.pairs[2].bytes = GGUFBytes.list(77, count: 1, [1, 0, 0, 0]) },
    Hostile("do not fit") {
      $0.pairs[2].bytes = GGUFBytes.list(8, count: 1, GGUFBytes.number(UInt64(1 << 40)))
    },
    Hostile("lists in lists") {
      let inner = GGUFBytes.list(4, count: 0, [])
      $0.pairs[2].bytes = (0..<6).reduce(inner) { bytes, _ in GGUFBytes.list(9, count: 1, bytes) }
    },
    Hostile("0 dimensions") { $0.tensors[0].dimensions = [] },
    Hostile("5 dimensions") { $0.tensors[0].dimensions = [1, 1, 1, 1, 1] },
    Hostile("is impossible") { $0.tensors[0].dimensions = [0, 2] },
    Hostile("is impossible") { $0.tensors[0].dimensions = [1 << 62, 4] },
    Hostile("is impossible") { $0.tensors[0].dimensions = [.max] },
    Hostile("reaches beyond the end") { $0.tensors[0].dimensions = [1 << 61, 1] },
    Hostile("reaches beyond the end") { $0.tensors[0].dimensions = [3, 2_000] },
    Hostile("do not divide into Q8_0 blocks") { $0.tensors[1].dimensions = [33] },
    Hostile("quantized as Q2_K") { $0.tensors[0].type = 10 },
    Hostile("type 4000000") { $0.tensors[0].type = 4_000_000 },
    Hostile("not aligned") { $0.tensors[0].offset = 8 },
    Hostile("outside the file") { $0.tensors[0].offset = 1 << 60 },
    Hostile("outside the file") { $0.tensors[0].offset = .max - 31 },
    Hostile("'a' and 'b' overlap") { $0.tensors[1].offset = 0 },
    Hostile("twice") { $0.tensors[1].name = "a" },
    Hostile("reaches beyond the end") { $0.data.removeLast(40) },
  ]

  @Test(arguments: hostile) func hostileFilesAreErrors(_ hostile: Hostile) throws {
    try ToyMixture.inFolder { folder in
      var bytes = GGUFBytes.good
      hostile.change(&bytes)
      try bytes.write(to: folder + "/f.gguf")
      #expect {
        try GGUFFile(path: folder + "/f.gguf")
      } throws: {
        "\($0)".contains(hostile.message)
      }
    }
  }

  @Test func aFileCutAnywhereIsAnError() throws {
    try ToyMixture.inFolder { folder in
      let whole = GGUFBytes.good.bytes
      for count in stride(from: 0, to: whole.count, by: 3) {
        try GGUFBytes.write(Array(whole[..<count]), to: folder + "/f.gguf")
        #expect(throws: Diagnostic.self) { try GGUFFile(path: folder + "/f.gguf") }
      }
    }
  }

  /// Any bytes changed: an error or a file whose tensors lie inside it, never a trap.
  @Test func mutationsDoNotTrap() throws {
    try ToyMixture.inFolder { folder in
      let whole = GGUFBytes.good.bytes
      var generator = SeededGenerator(SeedKey(seed: 9))
      let memory = FloatMemory(count: 4096)
      for _ in 0..<500 {
        var bytes = whole
        for _ in 0..<Int.random(in: 1...3, using: &generator) {
          bytes[Int.random(in: 0..<bytes.count, using: &generator)] = UInt8.random(
            in: 0...255, using: &generator)
        }
        try GGUFBytes.write(bytes, to: folder + "/f.gguf")
        guard let file = try? GGUFFile(path: folder + "/f.gguf") else { continue }
        for tensor in file.tensors {
          #expect(tensor.shape.reduce(1, *) <= 4096)
          file.copy(tensor, to: memory.pointer)
        }
        _ = try? ModelConfiguration(file)
        _ = try? Tokenizer(file)
      }
    }
  }
}

/// A GGUF file in parts, so that each can be wrong.
struct GGUFBytes {
  struct Pair {
    var key: String
    var type: UInt32
    var bytes: [UInt8]
  }
  struct Tensor {
    var name: String
    /// Columns first.
    var dimensions: [UInt64]
    var type: UInt32
    var offset: UInt64
  }

  var magic = Array("GGUF".utf8)
  var version: UInt32 = 3
  /// Replace the true counts.
  var tensorCount: UInt64?
  var pairCount: UInt64?
  var pairs: [Pair] = []
  var tensors: [Tensor] = []
  var data: [UInt8] = []

  static let good = GGUFBytes(
    pairs: [
      Pair(key: "general.architecture", type: 8, bytes: text("llama")),
      Pair(key: "general.alignment", type: 4, bytes: number(UInt32(32))),
      Pair(key: "list", type: 9, bytes: list(8, count: 2, text("x") + text(""))),
      Pair(key: "tokenizer.ggml.model", type: 8, bytes: text("gpt2")),
      Pair(key: "tokenizer.ggml.pre", type: 8, bytes: text("smollm")),
      Pair(
        key: "tokenizer.ggml.tokens", type: 9, bytes: list(8, count: 3, text("a") + text("b") + text("ab"))),
      Pair(key: "tokenizer.ggml.merges", type: 9, bytes: list(8, count: 1, text("a b"))),
      Pair(key: "tokenizer.ggml.eos_token_id", type: 4, bytes: number(UInt32(2))),
    ],
    tensors: [
      Tensor(name: "a", dimensions: [3, 2], type: 0, offset: 0),
      Tensor(name: "b", dimensions: [32], type: 8, offset: 32),
    ],
    data: (0..<66).map { UInt8($0) })

  static func number(_ value: some FixedWidthInteger) -> [UInt8] {
    withUnsafeBytes(of: value.littleEndian) { Array($0) }
  }
  static func text(_ text: String) -> [UInt8] { number(UInt64(text.utf8.count)) + Array(text.utf8) }
  static func list(_ type: UInt32, count: UInt64, _ items: [UInt8]) -> [UInt8] {
    number(type) + number(count) + items
  }

  var bytes: [UInt8] {
    var all = magic + Self.number(version)
    all += Self.number(tensorCount ?? UInt64(tensors.count)) + Self.number(pairCount ?? UInt64(pairs.count))
    for pair in pairs { all += Self.text(pair.key) + Self.number(pair.type) + pair.bytes }
    for tensor in tensors {
      all += Self.text(tensor.name) + Self.number(UInt32(tensor.dimensions.count))
      for length in tensor.dimensions { all += Self.number(length) }
      all += Self.number(tensor.type) + Self.number(tensor.offset)
    }
    while all.count % 32 != 0 { all.append(0) }
    return all + data
  }

  func write(to path: String) throws { try Self.write(bytes, to: path) }

  static func write(_ bytes: [UInt8], to path: String) throws {
    var file = try AtomicFile(path: path)
    try bytes.withUnsafeBytes { try file.write($0) }
    _ = try file.commit()
  }
}
