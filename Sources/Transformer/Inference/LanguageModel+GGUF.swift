package import Bytes
import Glibc
import JSON

extension LanguageModel {
  /// Writes the model and its tokenizer as one file that llama.cpp and `load` read.
  ///
  /// Matrices are F16 or, where their rows divide into blocks, Q8_0; gains and biases stay F32.
  ///
  /// - Parameter format: `.f16` or `.q8Symmetric`.
  package func writeGGUF(
    to path: String, format: BlockFormat, name: String
  ) throws(Diagnostic) -> AtomicFile.Summary {
    let isQwen = configuration.biases == .queryKeyValue
    var writer = GGUFWriter()
    writer.add("general.architecture", isQwen ? "qwen2" : "llama")
    writer.add("general.type", "model")
    writer.add("general.name", name)
    // llama.cpp's numbers for "mostly F16" and "mostly Q8_0".
    writer.add("general.file_type", format == .q8Symmetric ? 7 : 1)
    writer.add("general.quantization_version", 2)
    addShape(isQwen ? "qwen2" : "llama", to: &writer)
    addTokenizer(to: &writer)
    var sources: [String: ParameterLayout.Tensor] = [:]
    var tensors: [GGUFWriter.Tensor] = []
    for tensor in weights.layout.tensors {
      let own = GGUFTensors.ownName(of: tensor.name)
      sources[own] = tensor
      let isBlocked = tensor.isMatrix && tensor.shape[1] % format.blockLength == 0
      tensors.append(
        GGUFWriter.Tensor(
          name: own, shape: tensor.shape, format: !tensor.isMatrix ? .f32 : isBlocked ? format : .f16))
    }
    let divisors = rotaryDivisors
    if let divisors {
      tensors.append(GGUFWriter.Tensor(name: "rope_freqs.weight", shape: [divisors.count], format: .f32))
    }
    return try writer.write(tensors, to: path) { (tensor) throws(Diagnostic) in
      guard let source = sources[tensor.name] else {
        return (divisors ?? []).withUnsafeBufferPointer { BlockFormat.f32.quantize($0) }
      }
      let isTurned =
        !isQwen && (source.name.contains(".q_proj.") || source.name.contains(".k_proj."))
      return bytes(of: source, tensor.format, isTurned: isTurned)
    }
  }

  /// What llama.cpp divides the angles by; nil where they are not stretched in Llama 3's way.
  private var rotaryDivisors: [Float]? {
    guard case .llama3 = configuration.rotaryScaling else { return nil }
    let half = configuration.headWidth / 2
    return (0..<half).map { pair in
      let frequency = pow(configuration.ropeTheta, -Double(pair) / Double(half))
      return Float(configuration.rotaryScaling.divisor(ofFrequency: frequency))
    }
  }

  /// A tensor's numbers; rows of queries and keys, if turned, with the two numbers of a pair beside each other, as
  /// llama.cpp's `llama` has them.
  private func bytes(
    of tensor: ParameterLayout.Tensor, _ format: BlockFormat, isTurned: Bool
  ) -> [UInt8] {
    let start = weights.values.pointer + tensor.offset
    guard isTurned else {
      return format.quantize(UnsafeBufferPointer(start: start, count: tensor.count))
    }
    let (rows, head) = (tensor.shape[0], configuration.headWidth)
    let width = tensor.count / max(1, rows)
    let turned = FloatMemory(count: tensor.count)
    for row in 0..<rows {
      let (first, place) = (row / head * head, row % head)
      let from = first + (place % 2 == 0 ? place / 2 : head / 2 + place / 2)
      (turned.pointer + row * width).update(from: start + from * width, count: width)
    }
    defer { withExtendedLifetime(turned) {} }
    return format.quantize(UnsafeBufferPointer(start: turned.pointer, count: tensor.count))
  }

  private func addShape(_ architecture: String, to writer: inout GGUFWriter) {
    let c = configuration
    func key(_ name: String) -> String { architecture + "." + name }
    writer.add(key("vocab_size"), c.vocabulary)
    writer.add(key("context_length"), c.contextLength)
    writer.add(key("embedding_length"), c.dimension)
    writer.add(key("block_count"), c.layers)
    writer.add(key("feed_forward_length"), c.hiddenDimension)
    writer.add(key("attention.head_count"), c.heads)
    writer.add(key("attention.head_count_kv"), c.keyValueHeads)
    writer.add(key("attention.key_length"), c.headWidth)
    writer.add(key("attention.value_length"), c.headWidth)
    writer.add(key("attention.layer_norm_rms_epsilon"), c.normEpsilon)
    writer.add(key("rope.dimension_count"), c.headWidth)
    writer.add(key("rope.freq_base"), c.ropeTheta)
    if case .linear(let factor) = c.rotaryScaling {
      writer.add(key("rope.scaling.type"), "linear")
      writer.add(key("rope.scaling.factor"), factor)
    }
  }

  private func addTokenizer(to writer: inout GGUFWriter) {
    writer.add("tokenizer.ggml.model", "gpt2")
    writer.add("tokenizer.ggml.pre", tokenizer.rule.ggufName)
    if tokenizer.rule == .plain { writer.add(Tokenizer.pieceRuleKey, tokenizer.rule.rawValue) }
    if tokenizer.hasOwnFrame {
      writer.add(Tokenizer.promptKey, JSONText.line(PromptFile.value(tokenizer.frame)))
    }
    var names = tokenizer.names
    // Normal, as llama.cpp counts the kinds of tokens.
    var kinds = [Int32](repeating: 1, count: names.count)
    for token in tokenizer.added.all { kinds[Int(token.id)] = token.isMark ? 3 : 4 }
    for place in 0..<configuration.vocabulary where place >= names.count || names[place].isEmpty {
      // A row of the embedding that no text leads to.
      if place < names.count {
        names[place] = "[PAD\(place)]"
        kinds[place] = 5
      } else {
        names.append("[PAD\(place)]")
        kinds.append(5)
      }
    }
    writer.add("tokenizer.ggml.tokens", names)
    writer.add("tokenizer.ggml.token_type", kinds)
    writer.add("tokenizer.ggml.merges", tokenizer.pairs.map { names[Int($0.0)] + " " + names[Int($0.1)] })
    writer.add("tokenizer.ggml.bos_token_id", Int(tokenizer.begin))
    writer.add("tokenizer.ggml.eos_token_id", Int(tokenizer.end))
    writer.add("tokenizer.ggml.padding_token_id", Int(tokenizer.end))
    writer.add("tokenizer.ggml.add_bos_token", tokenizer.isPrefixed)
    writer.add("tokenizer.chat_template", tokenizer.chatTemplate)
  }
}
