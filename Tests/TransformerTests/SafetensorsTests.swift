import Bytes
import Testing
import Transformer

@Suite struct SafetensorsTests {
  /// A file with this header and so many zero bytes after it.
  static func write(_ header: String, data: Int, length: UInt64? = nil, to path: String) throws {
    var buffer = ByteBuffer()
    withUnsafeBytes(of: (length ?? UInt64(header.utf8.count)).littleEndian) { buffer.append($0) }
    buffer.append(header)
    buffer.append([UInt8](repeating: 0, count: data))
    var file = try AtomicFile(path: path)
    try buffer.withBytes { try file.write($0) }
    _ = try file.commit()
  }

  static let good =
    #"{"a":{"dtype":"F32","shape":[2,3],"data_offsets":[0,24]},"b":{"dtype":"BF16","shape":[],"data_offsets":[24,26]}}"#

  @Test func aPlainFileIsRead() throws {
    try ToyMixture.inFolder { folder in
      try Self.write(Self.good, data: 26, to: folder + "/f")
      let file = try Safetensors(path: folder + "/f")
      #expect(file.tensors.map(\.name) == ["a", "b"])
      #expect(file.tensor(named: "a")?.shape == [2, 3])
      #expect(file.tensors.map { file.bytes($0).count } == [24, 2])
    }
  }

  @Test(arguments: [
    (#"{"a":{"dtype":"F32","shape":[2,3],"data_offsets":[0,24]}}"#, 23, "do not fit its shape or the file"),
    (#"{"a":{"dtype":"F32","shape":[2,3],"data_offsets":[0,24]}}"#, 25, "1 bytes too many"),
    (#"{"a":{"dtype":"F32","shape":[2,2],"data_offsets":[0,24]}}"#, 24, "do not fit its shape or the file"),
    (#"{"a":{"dtype":"F32","shape":[6],"data_offsets":[24,0]}}"#, 24, "do not fit its shape or the file"),
    (#"{"a":{"dtype":"F32","shape":[-6],"data_offsets":[0,24]}}"#, 24, "lacks a known dtype"),
    (#"{"a":{"dtype":"F32","shape":[6],"data_offsets":[0,24,1]}}"#, 24, "lacks a known dtype"),
    (#"{"a":{"dtype":"F32","shape":[6],"data_offsets":[-24,0]}}"#, 24, "lacks a known dtype"),
    (#"{"a":{"dtype":"Q4","shape":[6],"data_offsets":[0,24]}}"#, 24, "lacks a known dtype"),
    (#"{"a":{"dtype":"F32","shape":[4611686018427387904,4],"data_offsets":[0,24]}}"#, 24, "is impossible"),
    (#"{"a":{"dtype":"F32","shape":[9223372036854775807],"data_offsets":[0,24]}}"#, 24, "is impossible"),
    (
      #"{"a":{"dtype":"F32","shape":[99999999999999999999],"data_offsets":[0,24]}}"#, 24,
      "lacks a known dtype"
    ),
    (
      #"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"b":{"dtype":"F32","shape":[1],"data_offsets":[2,6]}}"#,
      6, "overlaps or leaves a hole"
    ),
    (#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}"#, 8, "overlaps or leaves a hole"),
    (#"{"a":7}"#, 0, "'a' is no object"),
    (#"[]"#, 0, "the header is no object"),
    (#"{"__metadata__":{"x":1}}"#, 0, "metadata that is no text"),
    (#"{"#, 0, "malformed JSON"),
    ("", 0, "malformed JSON"),
  ])
  func hostileHeadersAreErrors(_ header: String, _ data: Int, _ message: String) throws {
    try ToyMixture.inFolder { folder in
      try Self.write(header, data: data, to: folder + "/f")
      #expect {
        try Safetensors(path: folder + "/f")
      } throws: { "\($0)".contains(message) }
    }
  }

  @Test(arguments: [UInt64(1 << 62), .max, 200, 28]) func aHeaderBeyondTheFileIsAnError(_ length: UInt64)
    throws
  {
    try ToyMixture.inFolder { folder in
      try Self.write("{}", data: 20, length: length, to: folder + "/f")
      #expect(throws: Diagnostic.self) { try Safetensors(path: folder + "/f") }
    }
  }

  @Test(arguments: [0, 1, 7]) func aFileTooShortForALengthIsAnError(_ count: Int) throws {
    try ToyMixture.inFolder { folder in
      var file = try AtomicFile(path: folder + "/f")
      try file.write(String(repeating: "x", count: count))
      _ = try file.commit()
      #expect(throws: Diagnostic.self) { try Safetensors(path: folder + "/f") }
    }
  }

  /// Any byte of the header changed: an error or a file, never a trap.
  @Test func mutationsDoNotTrap() throws {
    try ToyMixture.inFolder { folder in
      var generator = SeededGenerator(SeedKey(seed: 8))
      for _ in 0..<400 {
        var bytes = Array(Self.good.utf8)
        for _ in 0..<Int.random(in: 1...3, using: &generator) {
          bytes[Int.random(in: 0..<bytes.count, using: &generator)] = UInt8.random(
            in: 32...126, using: &generator)
        }
        try Self.write(String(decoding: bytes, as: UTF8.self), data: 26, to: folder + "/f")
        guard let file = try? Safetensors(path: folder + "/f") else { continue }
        #expect(file.tensors.reduce(0) { $0 + file.bytes($1).count } == 26)
      }
    }
  }

  @Test func weightsOfAnotherShapeAreAnError() throws {
    try ToyMixture.inFolder { folder in
      var shape = ModelConfiguration(
        vocabulary: 10, dimension: 8, layers: 1, heads: 2, keyValueHeads: 2, hiddenDimension: 8,
        contextLength: 8)
      let weights = ModelWeights(shape)
      try Safetensors.write(weights.tensors(), metadata: [("format", "pt")], to: folder + "/f")
      _ = try ModelWeights(shape, path: folder + "/f")
      shape.vocabulary = 11
      #expect {
        try ModelWeights(shape, path: folder + "/f")
      } throws: { "\($0)".contains("no tensor 'model.embed_tokens.weight' of [11, 8]") }
      shape.vocabulary = 10
      shape.layers = 1000
      #expect(throws: Diagnostic.self) { try ModelWeights(shape, path: folder + "/f") }
    }
  }
}
