import Bytes
import JSON
import Records
import Testing
import Transformer

/// Files of a model with some bytes changed or gone: an error or a model that works, never a trap.
@Suite struct FileMutationTests {
  /// Changes some bytes, leaves some out or doubles a stretch.
  static func mutated(_ bytes: [UInt8], _ generator: inout SeededGenerator) -> [UInt8] {
    var bytes = bytes
    for _ in 0..<Int.random(in: 1...3, using: &generator) {
      let place = Int.random(in: 0..<bytes.count, using: &generator)
      switch Int.random(in: 0..<4, using: &generator) {
      case 0: bytes[place] = UInt8.random(in: 0...255, using: &generator)
      case 1: bytes[place] = Array("0123456789-\"[]{},:en".utf8).randomElement(using: &generator) ?? 48
      case 2: bytes.removeSubrange(place..<min(bytes.count, place + Int.random(in: 1...9, using: &generator)))
      default: bytes.insert(contentsOf: bytes[place..<min(bytes.count, place + 7)], at: place)
      }
    }
    return bytes
  }

  @Test(arguments: [0, 1, 2, 3]) func tokenizers(_ index: Int) throws {
    let whole = Array(JSONText.line(try Fixtures.value("rules.json").items[index]["tokenizer"]).utf8)
    // Most of the file is vocabulary: what stands before and after it is where mutations say most.
    let vocabulary = try #require(whole.firstRange(of: Array(#""vocab""#.utf8)))
    var generator = SeededGenerator(SeedKey(seed: UInt64(index)))
    var loaded = 0
    try ToyMixture.inFolder { folder in
      let path = folder + "/tokenizer.json"
      for round in 0..<200 {
        let edge = vocabulary.lowerBound
        let bytes =
          round % 2 == 0
          ? Self.mutated(Array(whole[..<edge]), &generator) + whole[edge...] : Self.mutated(whole, &generator)
        try GGUFBytes.write(bytes, to: path)
        guard let tokenizer = try? Tokenizer(path: path) else { continue }
        loaded += 1
        var encoder = TokenEncoder(tokenizer, marks: .tokens)
        let ids = encoder.encode("The quick fox's 123 <|im_end|> naïve\n\n  café [strip] x")
        #expect(ids.allSatisfy { $0 >= 0 && Int($0) < tokenizer.vocabulary })
        _ = tokenizer.decode(ids)
        try tokenizer.write(to: folder + "/again.json")
      }
    }
    #expect(loaded > 10)
  }

  @Test func configurations() throws {
    let model = try PretrainedFolderTests.model(.all)
    let whole = Array(JSONText.document(model.configuration.value(begin: 0, end: 1)).utf8)
    var generator = SeededGenerator(SeedKey(seed: 5))
    var loaded = 0
    for _ in 0..<600 {
      let bytes = Self.mutated(whole, &generator)
      let value = bytes.withUnsafeBytes { try? JSONParser().parse($0) }
      guard let value, let configuration = try? ModelConfiguration(value, path: "config.json") else {
        continue
      }
      loaded += 1
      #expect(configuration.parameters > 0)
    }
    #expect(loaded > 10)
  }

  /// A whole model in one file, changed in its header and at the end of its data.
  @Test func modelsInOneFile() throws {
    let whole = try GGUFBytes(try PretrainedFolderTests.model(.none))
    let header = whole.bytes.count - whole.data.count
    var generator = SeededGenerator(SeedKey(seed: 6))
    try ToyMixture.inFolder { folder in
      let path = folder + "/model.gguf"
      for _ in 0..<200 {
        var bytes = whole.bytes
        for _ in 0..<Int.random(in: 1...2, using: &generator) {
          bytes[Int.random(in: 0..<header, using: &generator)] = UInt8.random(in: 0...255, using: &generator)
        }
        if Bool.random(using: &generator) { bytes.removeLast(Int.random(in: 0...40, using: &generator)) }
        try GGUFBytes.write(bytes, to: path)
        guard let model = try? LanguageModel.load(path) else { continue }
        #expect(try model.logits(of: [0, 5]).count == 2)
      }
    }
  }
}
