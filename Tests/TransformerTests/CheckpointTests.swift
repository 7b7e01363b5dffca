import Bytes
import JSON
import Records
import Testing
import Training
import Transformer

/// What a training keeps while it runs, and when it ends before its last step.
@Suite struct CheckpointTests {
  /// A training on a toy with evaluations, and how it ended.
  private static func train(
    _ folder: String, _ change: (inout TrainingConfiguration) -> Void, resume: Bool = false,
    progress: (TrainingProgress) -> Void = { _ in }
  ) throws -> TrainingSummary {
    let path = folder + "/train.jsonl"
    if !fileExists(path) {
      try ToyMixture.write(ToyMixture.firstOfTwo(200, seed: 1), to: path)
      try ToyMixture.write(ToyMixture.firstOfTwo(20, seed: 2), to: folder + "/held.jsonl")
    }
    var configuration = TrainerTests.configuration()
    configuration.checkpointEvery = 2
    configuration.validateEvery = 2
    change(&configuration)
    let trainer = Trainer(
      configuration: configuration, examples: [path], validation: [folder + "/held.jsonl"])
    return try trainer.run(into: folder + "/model", resume: resume, progress: progress)
  }

  private static func names(_ folder: String) throws -> [String] {
    try namesInFolder(folder + "/model/checkpoints")
  }

  @Test func theLastAndTheBestAreKept() throws {
    try ToyMixture.inFolder { folder in
      var seen: [[String]] = []
      _ = try Self.train(folder, { $0.keptCheckpoints = 2 }) { progress in
        if progress.step == 9 { seen.append((try? Self.names(folder)) ?? []) }
      }
      #expect(seen == [["best", "step-00000006", "step-00000008"]])
      #expect(try Self.names(folder) == ["best", "step-00000008", "step-00000010"])
      #expect(try LanguageModel.load(folder + "/model/checkpoints/best").configuration.layers == 2)
      _ = try Self.train(folder, { _ in })
      #expect(!fileExists(folder + "/model/checkpoints"))
    }
  }

  /// A rate that lets the loss rise after a while: the model is that of the lowest loss, not the last.
  @Test func theBestWeightsAreChosen() throws {
    try ToyMixture.inFolder { folder in
      func change(_ configuration: inout TrainingConfiguration) {
        configuration.length = .steps(60)
        configuration.learningRate = 0.1
        configuration.schedule = .constant
        configuration.keptCheckpoints = 1
        configuration.spike = 0
        configuration.choice = .best
      }
      let summary = try Self.train(folder, change)
      let points = try Self.validations(folder)
      let lowest = try #require(points.min { $0.loss < $1.loss })
      #expect(summary.chosenStep == lowest.step && summary.validationLoss == lowest.loss)
      #expect(lowest.step < 60, "the loss must rise for this test to say anything")
      let best = try MappedFile(path: folder + "/model/checkpoints/best/model.safetensors")
      let model = try MappedFile(path: folder + "/model/model.safetensors")
      #expect(Array(best.bytes) == Array(model.bytes))
      withExtendedLifetime((best, model)) {}

      let early = try Self.train(folder) { configuration in
        change(&configuration)
        configuration.patience = 3
      }
      let stop = try #require(Self.stop(points.map(\.loss), patience: 3))
      #expect(early.steps == points[stop].step && early.endedEarly == (early.steps < 60))
      #expect(early.chosenStep == points[stop - 3].step)
    }
  }

  /// The evaluation at which three in a row were no better than the best before them.
  private static func stop(_ losses: [Double], patience: Int) -> Int? {
    losses.indices.first { place in
      guard place >= patience, let best = losses[...place].min() else { return false }
      return losses[...place].firstIndex(of: best) == place - patience
    }
  }

  private static func validations(_ folder: String) throws -> [(step: Int, loss: Double)] {
    var points: [(step: Int, loss: Double)] = []
    let parser = try JSONParser()
    try JSONLines.read(folder + "/model/training_log.jsonl") { bytes, line in
      let value = try parser.parse(bytes, path: "log", line: line)
      if case .number(let loss) = value["validation_loss"] { points.append((points.count * 2 + 2, loss)) }
    }
    return points
  }

  @Test(arguments: ["parameters.safetensors", "training_log.jsonl", "checkpoint.json"])
  func aDamagedCheckpointIsAnError(_ name: String) throws {
    try ToyMixture.inFolder { folder in
      _ = try Self.train(folder, { $0.keptCheckpoints = 2 })
      let path = folder + "/model/checkpoints/step-00000010/" + name
      let whole = try MappedFile(path: path)
      var bytes = Array(whole.bytes)
      withExtendedLifetime(whole) {}
      bytes[bytes.count / 2] ^= 1
      try GGUFBytes.write(bytes, to: path)
      #expect {
        try Self.train(folder, { $0.keptCheckpoints = 2 }, resume: true)
      } throws: { error in
        let text = "\(error)"
        return text.contains("step-00000010")
          && (name == "checkpoint.json" || text.contains("is damaged: '\(name)' is missing or not as"))
          && (text.contains("remove the folder") || text.contains("belongs to another training"))
      }
      // As the message says: the checkpoint before it is whole.
      try removeTree(folder + "/model/checkpoints/step-00000010")
      var first = 0
      _ = try Self.train(folder, { $0.keptCheckpoints = 2 }, resume: true) { progress in
        if first == 0 { first = progress.step }
      }
      #expect(first == 9)
    }
  }

  @Test func aLeapOfTheLossNamesItsExamples() throws {
    try ToyMixture.inFolder { folder in
      // The mixture's last step holds what was never seen, after the loss had become small.
      var examples = ToyMixture.firstOfTwo(2_000, seed: 1)
      for number in 0..<40 {
        examples.append(
          ToyMixture.example("first of 7\(number)?", "zebra quagga \(number)", index: 2_000 + number))
      }
      let path = folder + "/train.jsonl"
      try ToyMixture.write(examples, to: path)
      var configuration = TrainerTests.configuration()
      configuration.length = .epochs(1)
      configuration.learningRate = 5e-3
      #expect {
        try Trainer(configuration: configuration, examples: [path]).run(into: folder + "/model")
      } throws: { error in
        "\(error)".contains("the loss leaps to") && "\(error)".contains(", 20")
      }
      configuration.spike = 0
      _ = try Trainer(configuration: configuration, examples: [path]).run(into: folder + "/model")
    }
  }

  /// Passes smaller than a step give the same gradients up to rounding: the losses stay close.
  @Test func smallerPassesAddUp() throws {
    try ToyMixture.inFolder { folder in
      let whole = try Self.train(folder, { _ in })
      let parts = try Self.train(folder, { $0.tokensPerPass = 30 })
      #expect(abs(whole.loss - parts.loss) < 1e-3 * whole.loss, "\(whole.loss) and \(parts.loss)")
    }
  }
}
