package import Bytes

/// A GGUF file's tensors under Hugging Face's names and in their order of rows.
package struct GGUFTensors: TensorSource, Sendable {
  private let file: GGUFFile
  private let configuration: ModelConfiguration
  /// Whether the rows of queries and keys stand as llama.cpp's `llama` turns them: the two numbers of a pair
  /// beside each other instead of half a head apart.
  private let isInterleaved: Bool
  /// llama.cpp's name of a tensor.
  private let ownNames: [String: String]
  package let names: [String]
  package var path: String { file.path }

  package init(_ file: GGUFFile, _ configuration: ModelConfiguration) throws(Diagnostic) {
    self.file = file
    self.configuration = configuration
    isInterleaved = try file.text("general.architecture") == "llama"
    var ownNames: [String: String] = [:]
    var names: [String] = []
    for tensor in file.tensors where tensor.name != "rope_freqs.weight" {
      let name = Self.name(of: tensor.name)
      names.append(name)
      ownNames[name] = tensor.name
    }
    self.names = names
    self.ownNames = ownNames
  }

  private func tensor(_ name: String) -> GGUFFile.Tensor? {
    ownNames[name].flatMap { file.tensor(named: $0) }
  }

  package func shape(of name: String) -> [Int]? { tensor(name)?.shape }

  package func copy(_ name: String, to memory: UnsafeMutablePointer<Float>) throws(Diagnostic) {
    guard let tensor = tensor(name) else { throw file.fail("no tensor '\(name)'") }
    let isTurned = name.contains(".q_proj.") || name.contains(".k_proj.")
    guard isInterleaved, isTurned else {
      file.copy(tensor, to: memory)
      return
    }
    let rows = tensor.shape[0]
    let width = tensor.shape.dropFirst().reduce(1, *)
    let turned = FloatMemory(count: rows * width)
    file.copy(tensor, to: turned.pointer)
    for row in 0..<rows {
      (memory + row * width).update(from: turned.pointer + ownRow(row, name) * width, count: width)
    }
    withExtendedLifetime(turned) {}
  }

  /// How the file writes a tensor's numbers.
  func format(of name: String) -> BlockFormat? { tensor(name)?.format }

  /// Gives each row of a matrix as the file writes it.
  func eachRow(_ name: String, _ body: (Int, UnsafeRawBufferPointer) -> Void) {
    guard let tensor = tensor(name), let rows = tensor.shape.first, rows > 0 else { return }
    file.withBytes(of: tensor) { bytes in
      let size = bytes.count / rows
      for row in 0..<rows {
        let start = ownRow(row, name) * size
        body(row, UnsafeRawBufferPointer(rebasing: bytes[start..<start + size]))
      }
    }
  }

  /// Where the file has a row.
  private func ownRow(_ row: Int, _ name: String) -> Int {
    guard isInterleaved, name.contains(".q_proj.") || name.contains(".k_proj.") else { return row }
    // Row i of the head's first half is the even row 2i, of its second half the odd one after it.
    let head = configuration.headWidth
    let (first, place) = (row / head * head, row % head)
    return first + (place < head / 2 ? 2 * place : 2 * (place - head / 2) + 1)
  }

  /// Hugging Face's name for one of llama.cpp's (gguf-py, `tensor_mapping.py`); other names stay.
  private static func name(of own: String) -> String {
    switch own {
    case "token_embd.weight": return "model.embed_tokens.weight"
    case "output_norm.weight": return "model.norm.weight"
    case "output.weight": return "lm_head.weight"
    default: break
    }
    let parts = own.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count == 4, parts[0] == "blk", let block = blocks.first(where: { $0.own == parts[2] }) else {
      return own
    }
    return "model.layers.\(parts[1]).\(block.name).\(parts[3])"
  }

  /// llama.cpp's name for one of Hugging Face's.
  static func ownName(of name: String) -> String {
    switch name {
    case "model.embed_tokens.weight": return "token_embd.weight"
    case "model.norm.weight": return "output_norm.weight"
    case "lm_head.weight": return "output.weight"
    default: break
    }
    let parts = name.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count >= 5, parts[0] == "model", parts[1] == "layers", let kind = parts.last else {
      return name
    }
    let module = parts[3..<parts.count - 1].joined(separator: ".")
    guard let block = blocks.first(where: { $0.name.utf8.elementsEqual(module.utf8) }) else { return name }
    return "blk.\(parts[2]).\(block.own).\(kind)"
  }

  private static let blocks: [(own: String, name: String)] = [
    ("attn_norm", "input_layernorm"), ("attn_q", "self_attn.q_proj"), ("attn_k", "self_attn.k_proj"),
    ("attn_v", "self_attn.v_proj"), ("attn_output", "self_attn.o_proj"),
    ("ffn_norm", "post_attention_layernorm"), ("ffn_gate", "mlp.gate_proj"), ("ffn_up", "mlp.up_proj"),
    ("ffn_down", "mlp.down_proj"),
  ]
}
