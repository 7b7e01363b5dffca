import Bytes
import Glibc
import JSON
import Records
import Testing
import Transformer

/// Models in Hugging Face's and llama.cpp's layouts: what is written in one is read from the others.
@Suite struct PretrainedFolderTests {
  /// A small model of one of the architectures, with SmolLM's tokenizer of the fixture.
  static func model(_ biases: ModelConfiguration.AttentionBiases) throws -> LanguageModel {
    let tokenizer = try PretrainedTokenizerTests.fixture(1).tokenizer
    let isPlain = biases == .queryKeyValue
    let configuration = ModelConfiguration(
      vocabulary: tokenizer.vocabulary + 2, dimension: 32, layers: 2, heads: 4, keyValueHeads: 2,
      hiddenDimension: 48, contextLength: 64, ropeTheta: isPlain ? 700 : 500_000, normEpsilon: 0x1p-20,
      tied: isPlain,
      headWidth: isPlain ? nil : 12, biases: biases,
      rotaryScaling: isPlain
        ? .linear(factor: 2)
        : .llama3(factor: 8, lowFrequencyFactor: 1, highFrequencyFactor: 4, originalContext: 8192))
    try configuration.validate()
    let weights = ModelWeights(configuration)
    weights.initialize(SeedKey(seed: 4))
    for tensor in weights.layout.tensors {
      for place in 0..<tensor.count {
        let memory = weights.values.pointer + tensor.offset + place
        // Biases other than 0; and every number one that BF16 holds exactly.
        let value = tensor.isBias ? sin(Float(place)) : memory.pointee
        memory.pointee = Float(bitPattern: value.bitPattern & 0xFFFF_0000)
      }
    }
    return LanguageModel(weights: weights, tokenizer: tokenizer)
  }

  static let architectures: [ModelConfiguration.AttentionBiases] = [.none, .queryKeyValue, .all]

  static func expectSame(_ a: LanguageModel, _ b: LanguageModel) throws {
    #expect(a.configuration == b.configuration)
    #expect(a.tokenizer.frame == b.tokenizer.frame)
    let tokens = a.tokenizer.encode("The quick brown fox, 12 of them.\n")
    #expect(b.tokenizer.encode("The quick brown fox, 12 of them.\n") == tokens)
    #expect(try a.logits(of: tokens) == b.logits(of: tokens))
  }

  @Test(arguments: architectures)
  func whatIsSavedIsLoaded(_ biases: ModelConfiguration.AttentionBiases) throws {
    try ToyMixture.inFolder { folder in
      let model = try Self.model(biases)
      try model.save(folder)
      try Self.expectSame(model, try LanguageModel.load(folder))
    }
  }

  /// Half of the tensors in BF16 in one file, half in F32 in another, found through the index.
  @Test func shardsAreOneModel() throws {
    try ToyMixture.inFolder { folder in
      let model = try Self.model(.all)
      try model.save(folder)
      try removeTree(folder + "/model.safetensors")
      let map = try Self.writeShards(model.weights, folder)
      try Self.write(Self.index(map), to: folder + "/model.safetensors.index.json")
      try Self.expectSame(model, try LanguageModel.load(folder))
    }
  }

  @Test(arguments: [
    ("b.safetensors", "../b.safetensors", "in no file of the folder"),
    ("b.safetensors", "c.safetensors", "c.safetensors"),
    ("model.norm.weight", "model.norm.weird", "but the index says otherwise"),
    ("weight_map", "weight", "expected 'weight_map'"),
  ])
  func aWrongIndexIsAnError(_ old: String, _ new: String, _ message: String) throws {
    try ToyMixture.inFolder { folder in
      let model = try Self.model(.none)
      try model.save(folder)
      try removeTree(folder + "/model.safetensors")
      let index = Self.index(try Self.writeShards(model.weights, folder))
      try Self.write(index.replacing(old, with: new), to: folder + "/model.safetensors.index.json")
      #expect {
        try LanguageModel.load(folder)
      } throws: { "\($0)".contains(message) }
    }
  }

  private static func index(_ map: [(String, String)]) -> String {
    let map = ValueDictionary(map.map { ($0, .string($1)) })
    return JSONText.line(.dictionary(ValueDictionary([("weight_map", .dictionary(map))])))
  }

  private static func writeShards(_ weights: ModelWeights, _ folder: String) throws -> [(String, String)] {
    var map: [(String, String)] = []
    for (part, name) in ["a.safetensors", "b.safetensors"].enumerated() {
      var header: [String] = []
      var data: [UInt8] = []
      for (number, tensor) in weights.layout.tensors.enumerated() where number % 2 == part {
        let start = data.count
        for place in 0..<tensor.count {
          let bits = weights.values.pointer[tensor.offset + place].bitPattern
          data += part == 0 ? GGUFBytes.number(UInt16(bits >> 16)) : GGUFBytes.number(bits)
        }
        let type = part == 0 ? "BF16" : "F32"
        header.append(
          #""\#(tensor.name)":{"dtype":"\#(type)","shape":\#(tensor.shape),"data_offsets":[\#(start),\#(data.count)]}"#
        )
        map.append((tensor.name, name))
      }
      let text = "{" + header.joined(separator: ",") + "}"
      try GGUFBytes.write(GGUFBytes.text(text) + data, to: folder + "/" + name)
    }
    return map
  }

  private static func write(_ text: String, to path: String) throws {
    var file = try AtomicFile(path: path)
    try file.write(text)
    _ = try file.commit()
  }

  /// The rows of queries and keys lie as llama.cpp's converter turns them for `llama` and not for `qwen2`.
  @Test(arguments: architectures)
  func aGGUFFileIsTheSameModel(_ biases: ModelConfiguration.AttentionBiases) throws {
    try ToyMixture.inFolder { folder in
      let model = try Self.model(biases)
      try GGUFBytes(model).write(to: folder + "/model.gguf")
      try Self.expectSame(model, try LanguageModel.load(folder + "/model.gguf"))
    }
  }

  @Test(arguments: [
    (#""llama""#, #""gpt2""#, "the architecture 'gpt2' cannot be loaded"),
    (#""silu""#, #""gelu""#, "expected \"silu\" at 'hidden_act'"),
    (#""mlp_bias": false"#, #""mlp_bias": true"#, "expected false at 'mlp_bias'"),
    (#""hidden_size": 32"#, #""hidden_size": 1000000000000"#, "expected a dimension of"),
    (#""hidden_size": 32"#, #""hidden_size": -32"#, "expected a dimension of"),
    (#""hidden_size": 32"#, #""hidden_size": "32""#, "expected an integer at 'hidden_size'"),
    (#""hidden_size": 32"#, #""hidden_size": 64"#, "no tensor 'model.embed_tokens.weight' of"),
    (#""num_hidden_layers": 2"#, #""num_hidden_layers": 1"#, "a tensor 'model.layers.1."),
    (#""num_hidden_layers": 2"#, #""num_hidden_layers": 99999999"#, "expected 1 to 1,024 layers"),
    (#""num_key_value_heads": 2"#, #""num_key_value_heads": 3"#, "that divide the 4 heads"),
    (#""num_attention_heads": 4"#, #""num_attention_heads": 0"#, "expected heads"),
    (#""head_dim": 12"#, #""head_dim": 13"#, "of an even width"),
    (#""rope_type": "llama3""#, #""rope_type": "yarn""#, "expected one of default, linear, llama3"),
    (#""factor": 8.0"#, #""factor": -8.0"#, "possible numbers"),
    (#""eos_token_id": "#, #""eos_token_id": 99"#, "begins or ends texts"),
    (#""vocab_size": 34"#, #""vocab_size": 3"#, "the tokenizer has 343 tokens"),
    (#""rope_theta": 500000.0"#, #""rope_theta": 0"#, "positive rope theta"),
  ])
  func aWrongConfigurationIsAnError(_ old: String, _ new: String, _ message: String) throws {
    try ToyMixture.inFolder { folder in
      try Self.model(.none).save(folder)
      let path = folder + "/config.json"
      let text = try MappedFile(path: path).withBytes { String(decoding: $0, as: UTF8.self) }
      try #require(text.contains(old))
      try Self.write(text.replacing(old, with: new), to: path)
      #expect {
        try LanguageModel.load(folder)
      } throws: { "\($0)".contains(message) }
    }
  }

  /// transformers 5 writes base and scaling of the angles into `rope_parameters`.
  @Test func laterConfigurationsAreRead() throws {
    let value = try Self.model(.none).configuration.value(begin: 0, end: 1)
    guard case .dictionary(var keys) = value, case .dictionary(var scaling)? = keys["rope_scaling"] else {
      throw Fixtures.Mismatch()
    }
    scaling["rope_theta"] = keys["rope_theta"]
    keys["rope_parameters"] = .dictionary(scaling)
    keys["rope_theta"] = nil
    keys["rope_scaling"] = nil
    #expect(try ModelConfiguration(.dictionary(keys), path: "c") == ModelConfiguration(value, path: "c"))
  }
}

extension GGUFBytes {
  /// A model as llama.cpp's `convert_hf_to_gguf.py` writes it, in F32.
  init(_ model: LanguageModel) throws {
    self.init()
    let c = model.configuration
    let isQwen = c.biases == .queryKeyValue
    let name = isQwen ? "qwen2" : "llama"
    let vocabulary = try Fixtures.value("rules.json").items[1]["tokenizer"]
    guard case .dictionary(let tokens) = vocabulary["model"]["vocab"] else { throw Fixtures.Mismatch() }
    let marks = vocabulary["added_tokens"].items.map { $0["content"].text }
    let texts = tokens.keys + marks
    let merges = vocabulary["model"]["merges"].items.map { $0.items.map(\.text).joined(separator: " ") }
    func add(_ key: String, _ number: Int) {
      pairs.append(Pair(key: key, type: 4, bytes: Self.number(UInt32(number))))
    }
    func add(_ key: String, _ number: Double) {
      pairs.append(Pair(key: key, type: 6, bytes: Self.number(Float(number).bitPattern)))
    }
    func add(_ key: String, _ value: String) {
      pairs.append(Pair(key: key, type: 8, bytes: Self.text(value)))
    }
    func add(_ key: String, _ values: [String]) {
      pairs.append(
        Pair(key: key, type: 9, bytes: Self.list(8, count: UInt64(values.count), values.flatMap(Self.text))))
    }
    add("general.architecture", name)
    add(name + ".block_count", c.layers)
    add(name + ".context_length", c.contextLength)
    add(name + ".embedding_length", c.dimension)
    add(name + ".feed_forward_length", c.hiddenDimension)
    add(name + ".attention.head_count", c.heads)
    add(name + ".attention.head_count_kv", c.keyValueHeads)
    add(name + ".attention.key_length", c.headWidth)
    add(name + ".attention.layer_norm_rms_epsilon", c.normEpsilon)
    add(name + ".rope.freq_base", c.ropeTheta)
    if isQwen {
      add(name + ".rope.scaling.type", "linear")
      add(name + ".rope.scaling.factor", 2.0)
    }
    add("tokenizer.ggml.model", "gpt2")
    add("tokenizer.ggml.pre", "smollm")
    add("tokenizer.ggml.tokens", texts)
    add("tokenizer.ggml.merges", merges)
    let kinds = texts.indices.flatMap { Self.number(Int32($0 < tokens.count ? 1 : 3)) }
    pairs.append(
      Pair(
        key: "tokenizer.ggml.token_type", type: 9, bytes: Self.list(5, count: UInt64(texts.count), kinds)))
    for tensor in model.weights.layout.tensors {
      let width = tensor.shape.dropFirst().reduce(1, *)
      var rows = (0..<tensor.shape[0]).map { row in
        (0..<width).map { model.weights.values.pointer[tensor.offset + row * width + $0] }
      }
      if !isQwen, tensor.name.contains("q_proj") || tensor.name.contains("k_proj") {
        // `weights.reshape(heads, 2, half, …).swapaxes(1, 2)`
        let half = c.headWidth / 2
        let old = rows
        for head in 0..<rows.count / c.headWidth {
          for i in 0..<half {
            for side in 0..<2 {
              rows[head * c.headWidth + 2 * i + side] = old[head * c.headWidth + side * half + i]
            }
          }
        }
      }
      addTensor(Self.ownName(tensor.name), tensor.shape, rows.flatMap { $0 })
    }
    if !isQwen {
      // Llama 3's blend, written once more as llama.cpp's converter computes it.
      let divisors = (0..<c.headWidth / 2).map { i -> Float in
        let wavelength = 2 * Double.pi * pow(c.ropeTheta, Double(2 * i) / Double(c.headWidth))
        if wavelength < 8192 / 4 { return 1 }
        if wavelength > 8192 { return 8 }
        let smooth = (8192 / wavelength - 1) / 3
        return Float(1 / ((1 - smooth) / 8 + smooth))
      }
      addTensor("rope_freqs.weight", [divisors.count], divisors)
    }
  }

  private mutating func addTensor(_ name: String, _ shape: [Int], _ numbers: [Float]) {
    while data.count % 32 != 0 { data.append(0) }
    tensors.append(
      Tensor(
        name: name, dimensions: shape.reversed().map(UInt64.init), type: 0, offset: UInt64(data.count)))
    for number in numbers { data += Self.number(number.bitPattern) }
  }

  private static func ownName(_ name: String) -> String {
    var own = name.replacing("model.layers.", with: "blk.")
    for (theirs, ours) in [
      ("model.embed_tokens", "token_embd"), ("model.norm", "output_norm"), ("lm_head", "output"),
      ("post_attention_layernorm", "ffn_norm"), ("input_layernorm", "attn_norm"),
      ("self_attn.q_proj", "attn_q"),
      ("self_attn.k_proj", "attn_k"), ("self_attn.v_proj", "attn_v"), ("self_attn.o_proj", "attn_output"),
      ("mlp.gate_proj", "ffn_gate"), ("mlp.up_proj", "ffn_up"), ("mlp.down_proj", "ffn_down"),
    ] { own = own.replacing(theirs, with: ours) }
    return own
  }
}
