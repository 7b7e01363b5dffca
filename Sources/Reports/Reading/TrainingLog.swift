internal import Bytes
internal import JSON

/// What training wrote down: `model/training_log.jsonl`, a line a step.
public struct TrainingLog: Sendable, Hashable {
  public struct Point: Sendable, Hashable {
    public var step: Int
    /// Mean cross entropy over target tokens, in nats.
    public var loss: Double
    public var learningRate: Double?
    /// Tokens trained on so far.
    public var tokens: Int?
    public var validationLoss: Double?
  }

  public var points: [Point]

  init(path: String) throws {
    points = []
    let parser = try JSONParser()
    try JSONLines.read(path) { bytes, line in
      let value = try parser.parse(bytes, path: path, line: line)
      let node = JSONNode(value, file: "\(path):\(line)", advice: "train again")
      points.append(
        Point(
          step: try node.required("step").integer(), loss: try node.required("loss").number(),
          learningRate: try node.optional("learning_rate")?.number(),
          tokens: try node.optional("tokens")?.integer(),
          validationLoss: try node.optional("validation_loss")?.number()))
    }
  }
}
