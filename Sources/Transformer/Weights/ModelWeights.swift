package import Bytes

/// The parameters of one model.
package final class ModelWeights: Sendable {
  package let configuration: ModelConfiguration
  package let layout: ParameterLayout
  /// In the order of the layout. Written by the optimizer between passes, read by passes on any thread.
  package let values: FloatMemory

  /// All zero.
  package init(_ configuration: ModelConfiguration) {
    self.configuration = configuration
    layout = ParameterLayout(configuration)
    values = FloatMemory(count: layout.count)
  }

  /// Reads Llama's tensors from a safetensors file.
  package convenience init(_ configuration: ModelConfiguration, path: String) throws(Diagnostic) {
    let file = try Safetensors(path: path)
    let layout = ParameterLayout(configuration)
    guard file.tensors.count == layout.tensors.count else {
      throw Diagnostic(
        "\(file.tensors.count) tensors, but config.json asks for \(layout.tensors.count)",
        at: SourceLocation(path: path))
    }
    // Nothing is allocated for a configuration that the file does not bear out.
    for tensor in layout.tensors {
      guard let found = file.tensor(named: tensor.name), found.shape == tensor.shape else {
        throw Diagnostic(
          "no tensor '\(tensor.name)' of \(tensor.shape), which config.json asks for",
          at: SourceLocation(path: path))
      }
    }
    self.init(configuration)
    try read(file)
  }

  /// Copies every tensor of the layout from the file.
  package func read(_ file: Safetensors, prefix: String = "", into memory: FloatMemory? = nil)
    throws(Diagnostic)
  {
    for tensor in layout.tensors {
      try file.copy(
        prefix + tensor.name, shape: tensor.shape, to: (memory ?? values).pointer + tensor.offset)
    }
  }

  /// The tensors with their data in `memory`, for a safetensors file.
  package func tensors(
    of memory: FloatMemory? = nil, prefix: String = ""
  ) -> [(name: String, shape: [Int], data: UnsafePointer<Float>)] {
    layout.tensors.map { (prefix + $0.name, $0.shape, UnsafePointer((memory ?? values).pointer + $0.offset)) }
  }

  /// Draws the parameters a training starts from: gains 1, matrices normal with the deviation
  /// 1/√in, those that write to the residual stream smaller by √(2 · layers) (Radford et al. 2019).
  package func initialize(_ key: SeedKey) {
    for (index, tensor) in layout.tensors.enumerated() {
      let memory = values.pointer + tensor.offset
      guard tensor.isMatrix else {
        memory.update(repeating: 1, count: tensor.count)
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
