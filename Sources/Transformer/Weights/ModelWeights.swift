package import Bytes

/// The parameters of one model.
package final class ModelWeights: ParameterArray {
  package let configuration: ModelConfiguration
  package let layout: ParameterLayout
  /// In the order of the layout. Written by the optimizer between passes, read by passes on any thread.
  package let values: FloatMemory
  package var tensors: [ParameterLayout.Tensor] { layout.tensors }
  package let halves = HalfCopy()

  /// All zero.
  package init(_ configuration: ModelConfiguration) {
    self.configuration = configuration
    layout = ParameterLayout(configuration)
    values = FloatMemory(count: layout.count)
  }

  /// Reads the tensors from files in Hugging Face's or llama.cpp's layout.
  ///
  /// - Throws: a `Diagnostic` for a tensor that is missing, has another shape, or is not part of such a model.
  package convenience init(_ configuration: ModelConfiguration, from source: some TensorSource)
    throws(Diagnostic)
  {
    // Nothing is allocated for a configuration that the file does not bear out.
    let layout = ParameterLayout(configuration)
    for tensor in layout.tensors {
      guard let shape = source.shape(of: tensor.name), shape == tensor.shape else {
        throw Diagnostic(
          "no tensor '\(tensor.name)' of \(tensor.shape), which the model's configuration asks for",
          at: SourceLocation(path: source.path))
      }
    }
    let known = Set(layout.tensors.map(\.name))
    for name in source.names where !known.contains(name) && !Self.isDerived(name, configuration) {
      throw Diagnostic(
        "a tensor '\(name)', which the model's configuration does not ask for",
        at: SourceLocation(path: source.path))
    }
    self.init(configuration)
    for tensor in layout.tensors { try source.copy(tensor.name, to: values.pointer + tensor.offset) }
  }

  /// Reads Llama's tensors from a safetensors file.
  package convenience init(_ configuration: ModelConfiguration, path: String) throws(Diagnostic) {
    try self.init(configuration, from: try Safetensors(path: path))
  }

  /// Whether a tensor repeats what other tensors or the configuration say.
  private static func isDerived(_ name: String, _ configuration: ModelConfiguration) -> Bool {
    name.hasSuffix("rotary_emb.inv_freq") || configuration.tied && name == "lm_head.weight"
  }

  /// Leaves matrices in bf16 alone, for products that read nothing else: the weights can be neither written nor
  /// trained afterwards. The embedding stays, since its rows are read as they are.
  package func keepHalvesOnly() {
    halves.replace(tensors.filter(\.isMatrix), of: values) { $0.offset != layout.embedding }
  }

  /// Bytes of weights that `keepHalvesOnly` leaves.
  package static func bytesOfHalves(_ configuration: ModelConfiguration) -> Int {
    2 * configuration.parameters + 4 * configuration.vocabulary * configuration.dimension
  }

  /// Numbers that are in bf16 at a time while all weights are trained: the largest layer's and the head's.
  package var halfTurn: Int {
    (layout.layers.map(\.range.count).max() ?? 0) + configuration.vocabulary * configuration.dimension
  }

  /// Draws the parameters a training starts from: gains 1, biases 0, matrices normal with the deviation
  /// 1/√in, those that write to the residual stream smaller by √(2 · layers) (Radford et al. 2019).
  package func initialize(_ key: SeedKey) {
    for (index, tensor) in layout.tensors.enumerated() {
      let memory = values.pointer + tensor.offset
      guard tensor.isMatrix else {
        memory.update(repeating: tensor.isBias ? 0 : 1, count: tensor.count)
        continue
      }
      var deviation = 1 / Double(tensor.shape[1]).squareRoot()
      if tensor.name.hasSuffix("o_proj.weight") || tensor.name.hasSuffix("down_proj.weight") {
        deviation /= Double(2 * configuration.layers).squareRoot()
      }
      var draws = NormalDraws(key.part(UInt64(index)))
      for place in 0..<tensor.count { memory[place] = Float(draws.next() * deviation) }
    }
  }
}
