internal import Bytes
internal import JSON

/// Which model was trained, and how: `model/training.json`.
public struct TrainedModel: Sendable, Hashable {
  /// What it went on from, or its preset.
  public var name: String
  public var isPretrained: Bool
  /// The model that the recipe prefers and that could not be had.
  public var inPlaceOf: String?
  public var reason: String?
  /// Whether adapters were trained in place of the weights.
  public var hasAdapters: Bool
  /// What matrix products read.
  public var precision: String
  public var parameters: Int
  public var examples: Int

  init(path: String) throws {
    let node = try JSONNode.read(path, advice: "train again")
    name = try node.required("model").text()
    isPretrained = try node.required("pretrained").boolean()
    inPlaceOf = try node.optional("in_place_of")?.text()
    reason = try node.optional("reason")?.text()
    hasAdapters = try node.required("trained").text() == "adapters"
    precision = try node.required("precision").text()
    parameters = try node.required("parameters").integer()
    examples = try node.required("examples").integer()
  }
}
