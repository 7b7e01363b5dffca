import Transformer
import YAML

extension AdapterSettings {
  /// `lora: {rank: 16, alpha: 32, targets: [q, k, v, o]}`; every key may be left out.
  init(_ part: YAMLFields) {
    self.init()
    var fields = part
    rank = fields.integer("rank", in: 1...4_096) ?? rank
    alpha = fields.number("alpha", in: 1e-6...1e6) ?? Double(2 * rank)
    if let names = fields.strings("targets"), let node = fields.node("targets") {
      let known = AdapterTarget.allCases.map(\.rawValue)
      for name in names where !known.contains(name) {
        fields.problems.add(
          node.error("unknown target '\(name)'; expected of \(known.joined(separator: ", "))"))
      }
      targets = AdapterTarget.allCases.filter { names.contains($0.rawValue) }
      if names.isEmpty { fields.problems.add(node.error("expected at least one target, such as q or v")) }
    }
    fields.finish()
  }
}
