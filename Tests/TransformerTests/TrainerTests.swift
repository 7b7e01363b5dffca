import Bytes
import JSON
import Records
import Testing
import Training
import Transformer

@Suite struct TrainerTests {
  static func configuration() -> TrainingConfiguration {
    var configuration = TrainingConfiguration()
    configuration.model = .shape(
      ModelConfiguration(
        vocabulary: 0, dimension: 32, layers: 2, heads: 2, keyValueHeads: 1, hiddenDimension: 64,
        contextLength: 0))
    configuration.vocabularySize = 300
    configuration.length = .steps(12)
    configuration.tokensPerStep = 400
    configuration.contextLength = 64
    return configuration
  }

  static func files(_ folder: String) throws -> [String: [UInt8]] {
    var files: [String: [UInt8]] = [:]
    for name in try namesInFolder(folder) {
      if isFolder(folder + "/" + name) {
        for (inner, bytes) in try Self.files(folder + "/" + name) { files[name + "/" + inner] = bytes }
        continue
      }
      let file = try MappedFile(path: folder + "/" + name)
      withExtendedLifetime(file) { files[name] = Array(file.bytes) }
    }
    return files
  }

  @Test func oneAndTwoThreadsGiveTheSameBytes() throws {
    try ToyMixture.inFolder { folder in
      try ToyMixture.write(ToyMixture.firstOfTwo(200, seed: 1), to: folder + "/train.jsonl")
      var configuration = Self.configuration()
      for threads in 1...2 {
        configuration.threads = threads
        _ = try Trainer(configuration: configuration, examples: [folder + "/train.jsonl"])
          .run(into: folder + "/model\(threads)")
      }
      let one = try Self.files(folder + "/model1")
      #expect(
        one.keys.sorted() == [
          "config.json", "model.safetensors", "tensorboard/events.out.tfevents.0.phrasebook",
          "tokenizer.json", "tokenizer_config.json", "training_log.jsonl",
        ])
      #expect(one == (try Self.files(folder + "/model2")))
    }
  }

  struct Interruption: Error {}

  @Test(arguments: [1, 5, 11]) func aStoppedRunResumesToTheSameBytes(_ last: Int) throws {
    try ToyMixture.inFolder { folder in
      let path = folder + "/train.jsonl"
      try ToyMixture.write(ToyMixture.firstOfTwo(200, seed: 1), to: path)
      try ToyMixture.write(ToyMixture.firstOfTwo(20, seed: 2), to: folder + "/held.jsonl")
      var configuration = Self.configuration()
      configuration.validateEvery = 4
      configuration.checkpointEvery = 2
      let trainer = Trainer(
        configuration: configuration, examples: [path], validation: [folder + "/held.jsonl"])
      let whole = try trainer.run(into: folder + "/whole")

      // A run that dies after some step leaves what stood on disk then: simulated by copying the folder's
      // files at that moment and resuming there.
      _ = try trainer.run(into: folder + "/killed") { progress in
        guard progress.step == last else { return }
        _ = try? Self.copy(folder + "/killed", to: folder + "/resumed")
      }
      let resumed = try trainer.run(into: folder + "/resumed", resume: true)
      #expect(whole == resumed)
      #expect(try Self.files(folder + "/whole") == Self.files(folder + "/resumed"))
    }
  }

  static func copy(_ from: String, to: String) throws {
    try makeFolder(to)
    for name in try namesInFolder(from) {
      if (try? namesInFolder(from + "/" + name)) != nil {
        try copy(from + "/" + name, to: to + "/" + name)
      } else {
        var file = try AtomicFile(path: to + "/" + name)
        let original = try MappedFile(path: from + "/" + name)
        try file.write(original.bytes)
        withExtendedLifetime(original) {}
        _ = try file.commit()
      }
    }
  }

  @Test func aCheckpointOfOtherSettingsIsRefused() throws {
    try ToyMixture.inFolder { folder in
      let path = folder + "/train.jsonl"
      try ToyMixture.write(ToyMixture.firstOfTwo(200, seed: 1), to: path)
      var configuration = Self.configuration()
      configuration.checkpointEvery = 2
      _ = try Trainer(configuration: configuration, examples: [path]).run(into: folder + "/a") { progress in
        if progress.step == 5 { _ = try? Self.copy(folder + "/a", to: folder + "/b") }
      }
      configuration.learningRate *= 2
      #expect {
        try Trainer(configuration: configuration, examples: [path]).run(into: folder + "/b", resume: true)
      } throws: { error in
        "\(error)".contains("belongs to another training")
      }
    }
  }

  @Test func aToyIsLearnt() throws {
    try ToyMixture.inFolder { folder in
      let path = folder + "/train.jsonl"
      try ToyMixture.write(ToyMixture.firstOfTwo(1500, seed: 1), to: path)
      var configuration = Self.configuration()
      configuration.length = .epochs(3)
      configuration.learningRate = 5e-3
      configuration.threads = 2
      let summary = try Trainer(configuration: configuration, examples: [path]).run(into: folder + "/model")
      #expect(summary.loss < 0.3)
      let model = try LanguageModel.load(folder + "/model")
      let held = ToyMixture.firstOfTwo(60, seed: 9)
      let requests = held.map { GenerationRequest(prompt: $0.input, maximumTokens: 8) }
      let answers = try model.generate(requests, threads: 2)
      let right = try zip(answers, held).count { try $0.get().text == $1.target }
      #expect(right >= 54, "\(right) of 60")
    }
  }

  @Test func aLossThatIsNoNumberNamesItsExamples() throws {
    try ToyMixture.inFolder { folder in
      let path = folder + "/train.jsonl"
      try ToyMixture.write(ToyMixture.firstOfTwo(100, seed: 1), to: path)
      var configuration = Self.configuration()
      configuration.learningRate = 1e30
      configuration.clip = 0
      configuration.warmUp = 0
      #expect {
        try Trainer(configuration: configuration, examples: [path]).run(into: folder + "/model")
      } throws: { error in
        let text = "\(error)"
        return text.contains("the loss is no number at step") && text.contains("in the batch of the examples")
      }
    }
  }

  @Test func aLongInputIsCutAtItsFrontAndCounted() throws {
    try ToyMixture.inFolder { folder in
      let path = folder + "/train.jsonl"
      var examples = ToyMixture.firstOfTwo(50, seed: 1)
      examples.append(ToyMixture.example(String(repeating: "0", count: 100), "red", index: 50))
      try ToyMixture.write(examples, to: path)
      let summary = try Trainer(configuration: Self.configuration(), examples: [path]).run(
        into: folder + "/m")
      #expect(summary.cutInputs > 0)
      // 100 digits are 100 tokens; with two marks before the target they fill the context of 64.
      let tokenizer = try LanguageModel.load(folder + "/m").tokenizer
      let target = tokenizer.encode("red").count + 1
      #expect(summary.cutTokens == 100 + 2 + target - 64)
      #expect(summary.cutInputs == 1)
    }
  }

  @Test func aTargetLongerThanTheContextIsAnError() throws {
    try ToyMixture.inFolder { folder in
      let path = folder + "/train.jsonl"
      try ToyMixture.write([ToyMixture.example("x", String(repeating: "0", count: 80), index: 7)], to: path)
      #expect {
        try Trainer(configuration: Self.configuration(), examples: [path]).run(into: folder + "/m")
      } throws: { error in
        "\(error)".contains("the target of example 7 has 81 tokens")
      }
    }
  }
}
