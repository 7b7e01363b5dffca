import Bytes
import JSON
import Records
import Testing
import Training
import Transformer

/// Models written as GGUF files.
@Suite struct GGUFWritingTests {
  /// Halves and blocks of eight bits against llama.cpp's Python package (`Fixtures/make_quantized.py`).
  @Test(arguments: [BlockFormat.f16, .q8Symmetric])
  func numbersAreWrittenAsTheirPackageWritesThem(_ format: BlockFormat) throws {
    let fixture = try Fixtures.value("quantized.json")
    let numbers = fixture["numbers"].items.map { Float($0.double) }
    let bytes = numbers.withUnsafeBufferPointer { format.quantize($0) }
    #expect(hexadecimal(bytes) == fixture[format.name].text)
  }

  /// The model's numbers are such that halves hold them exactly, but for very small ones.
  @Test(arguments: PretrainedFolderTests.architectures)
  func whatIsWrittenIsTheSameModel(_ biases: ModelConfiguration.AttentionBiases) throws {
    try ToyMixture.inFolder { folder in
      let model = try PretrainedFolderTests.model(biases)
      let path = folder + "/model.gguf"
      _ = try model.writeGGUF(to: path, format: .f16, name: "m")
      let read = try LanguageModel.load(path)
      #expect(read.configuration == model.configuration)
      #expect(read.tokenizer.frame == model.tokenizer.frame)
      try Self.expectClose(model, read, within: 1e-4)
      // A block's numbers move by up to 1/254 of its largest; a few percent are left of that after two layers.
      _ = try model.writeGGUF(to: path, format: .q8Symmetric, name: "m")
      try Self.expectClose(model, try LanguageModel.load(path), within: 0.04)
    }
  }

  private static func expectClose(_ a: LanguageModel, _ b: LanguageModel, within: Float) throws {
    let tokens = a.tokenizer.encode("The quick brown fox, 12 of them.\n")
    #expect(b.tokenizer.encode("The quick brown fox, 12 of them.\n") == tokens)
    for (row, other) in zip(try a.logits(of: tokens), try b.logits(of: tokens)) {
      let largest = zip(row, other).map { abs($0 - $1) }.max() ?? .infinity
      let range = row.map(abs).max() ?? 0
      #expect(largest < within * range, "\(largest) of \(range)")
    }
  }

  /// Our own learner's tokenizer and a prompt of another form come back from both layouts.
  @Test(arguments: [PromptForm.instruction, .tag, .none])
  func theTokenizerAndThePromptComeBack(_ form: PromptForm) throws {
    try ToyMixture.inFolder { folder in
      let path = folder + "/train.jsonl"
      try ToyMixture.write(ToyMixture.firstOfTwo(60, seed: 1), to: path)
      var configuration = TrainerTests.configuration()
      configuration.length = .steps(1)
      configuration.form = form
      _ = try Trainer(configuration: configuration, examples: [path]).run(into: folder + "/model")
      let model = try LanguageModel.load(folder + "/model")
      _ = try model.writeGGUF(to: folder + "/model.gguf", format: .f16, name: "m")
      let read = try LanguageModel.load(folder + "/model.gguf")
      #expect(model.tokenizer.frame.form == form && read.tokenizer.frame == model.tokenizer.frame)
      #expect(model.tokenizer.frame.between.isEmpty == (form == .none))
      let text = "Don’t — 1234 café\n\n  (x) … {naïve}"
      #expect(read.tokenizer.encode(text) == model.tokenizer.encode(text))
      #expect(read.prompt("a?", task: "toy") == (form == .tag ? "toy: a?" : "a?"))
      #expect(read.prompt("toy a?", task: "toy") == "toy a?")
    }
  }

  @Test(arguments: [
    (#""end": 2"#, #""end": 9999"#, "a token from 0 to"),
    (#""format": "none""#, #""format": "nothing""#, "one of instruction, tag, none"),
    ("\"before\": [\n    0\n  ]", #""before": []"#, "at least one token"),
    (#""between""#, #""betwixt""#, "'between'"),
  ])
  func aWrongPromptFileIsAnError(_ old: String, _ new: String, _ message: String) throws {
    try ToyMixture.inFolder { folder in
      let path = folder + "/train.jsonl"
      try ToyMixture.write(ToyMixture.firstOfTwo(60, seed: 1), to: path)
      var configuration = TrainerTests.configuration()
      configuration.length = .steps(1)
      configuration.form = .none
      _ = try Trainer(configuration: configuration, examples: [path]).run(into: folder + "/model")
      let prompt = folder + "/model/prompt.json"
      let text = try MappedFile(path: prompt).withBytes { String(decoding: $0, as: UTF8.self) }
      try #require(text.contains(old), "\(text)")
      try GGUFBytes.write(Array(text.replacing(old, with: new).utf8), to: prompt)
      #expect {
        try LanguageModel.load(folder + "/model")
      } throws: { "\($0)".contains(message) }
    }
  }
}
