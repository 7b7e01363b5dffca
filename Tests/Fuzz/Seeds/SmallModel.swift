import Bytes
import Transformer

/// A model that is small enough to be mutated whole, in both layouts.
enum SmallModel {
  /// The parts of a case: a GGUF file, or the files of a folder in Hugging Face's layout.
  struct Files: Sendable {
    var gguf: [UInt8]
    var folder: [(name: String, bytes: [UInt8])]
  }

  /// The names of a folder's files.
  static let names = [
    "config.json", "tokenizer.json", "tokenizer_config.json", "prompt.json", "model.safetensors",
  ]

  /// Writes models into a new folder and reads their files.
  static func files(in folder: String) throws -> [Files] {
    var all: [Files] = []
    for (number, biases) in [ModelConfiguration.AttentionBiases.none, .queryKeyValue].enumerated() {
      var learner = TokenizerLearner()
      learner.add("ab abc ababc the the 12 é")
      let tokenizer = try learner.learn(vocabulary: 264).framed(.marks, number == 0 ? .tag : .instruction)
      let configuration = ModelConfiguration(
        vocabulary: tokenizer.vocabulary, dimension: 4, layers: 1, heads: 2, keyValueHeads: 1,
        hiddenDimension: 4, contextLength: 32, tied: number == 0, biases: biases,
        rotaryScaling: number == 0 ? .none : .linear(factor: 2))
      let weights = ModelWeights(configuration)
      weights.initialize(SeedKey(seed: 1))
      let model = LanguageModel(weights: weights, tokenizer: tokenizer)
      let place = folder + "/model\(number)"
      try model.save(place)
      _ = try model.writeGGUF(to: place + ".gguf", format: .f16, name: "small")
      let gguf = try MappedFile(path: place + ".gguf").withBytes { Array($0) }
      var files: [(name: String, bytes: [UInt8])] = []
      for name in names where fileExists(place + "/" + name) {
        files.append((name, try MappedFile(path: place + "/" + name).withBytes { Array($0) }))
      }
      all.append(Files(gguf: gguf, folder: files))
    }
    return all
  }
}
