package import Bytes

/// The adapters of one model: for each target of each layer a matrix A, [rank][in], and a matrix B, [out][rank].
package final class LowRankAdapters: ParameterArray {
  package let settings: AdapterSettings
  /// `model.layers.0.self_attn.q_proj.lora_A.weight` and so on; PEFT writes `base_model.model.` before them.
  package let tensors: [ParameterLayout.Tensor]
  package let values: FloatMemory
  package let halves = HalfCopy()

  /// Where the matrices of one target stand in the array.
  struct Place: Sendable {
    var down: Int
    var up: Int
  }

  /// One dictionary a layer.
  let places: [[AdapterTarget: Place]]

  /// A drawn, uniform within ±1/√in as PEFT does; B zero, so that the model is unchanged at first.
  package init(_ configuration: ModelConfiguration, _ settings: AdapterSettings, _ key: SeedKey) {
    self.settings = settings
    var tensors: [ParameterLayout.Tensor] = []
    var places: [[AdapterTarget: Place]] = []
    var count = 0
    func add(_ name: String, _ shape: [Int]) -> Int {
      count = (count + 15) / 16 * 16
      let tensor = ParameterLayout.Tensor(name: name, shape: shape, offset: count)
      tensors.append(tensor)
      count += tensor.count
      return tensor.offset
    }
    for index in 0..<configuration.layers {
      var layer: [AdapterTarget: Place] = [:]
      for target in settings.targets {
        let name = "model.layers.\(index).\(target.module)"
        let shape = target.shape(configuration)
        let down = add(name + ".lora_A.weight", [settings.rank, shape.inputs])
        let up = add(name + ".lora_B.weight", [shape.outputs, settings.rank])
        layer[target] = Place(down: down, up: up)
      }
      places.append(layer)
    }
    self.tensors = tensors
    self.places = places
    values = FloatMemory(count: (count + 15) / 16 * 16)
    for (index, tensor) in tensors.enumerated() where tensor.name.hasSuffix(".lora_A.weight") {
      var generator = SeededGenerator(key.part(UInt64(index)))
      let bound = 1 / Float(tensor.shape[1]).squareRoot()
      for place in 0..<tensor.count {
        values.pointer[tensor.offset + place] = Float.random(in: -bound...bound, using: &generator)
      }
    }
  }

  /// Adds alpha/rank · B·A to every target's matrix: afterwards the weights alone are the model.
  package func merge(into weights: ModelWeights) throws(Diagnostic) {
    for tensor in weights.layout.tensors {
      guard let place = place(of: tensor.name) else { continue }
      let (outputs, inputs) = (tensor.shape[0], tensor.shape[1])
      // B scaled beforehand, so that the product adds to the weights in place.
      let scaled = FloatMemory(count: outputs * settings.rank)
      for i in 0..<scaled.count { scaled.pointer[i] = settings.scale * values.pointer[place.up + i] }
      try MatrixProduct.alone { () throws(Diagnostic) in
        try MatrixProduct.inputGradient(
          scaled.pointer, values.pointer + place.down, into: weights.values.pointer + tensor.offset,
          rows: outputs, inputs: inputs, outputs: settings.rank, adding: true)
      }
    }
    weights.halves.refresh(from: weights.values)
  }

  private func place(of matrix: String) -> Place? {
    for (index, layer) in places.enumerated() {
      for (target, place) in layer where matrix == "model.layers.\(index).\(target.module).weight" {
        return place
      }
    }
    return nil
  }
}
