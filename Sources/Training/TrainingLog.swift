import Bytes
import JSON
import Records

/// The lines of `training_log.jsonl`, one a step. Nothing in it depends on the clock.
struct TrainingLog {
  static let fileName = "training_log.jsonl"

  /// One line's values.
  struct Entry {
    var step: Int
    /// Mean per target token, in nats.
    var loss: Double
    var learningRate: Double
    /// Before it was cut down.
    var gradientNorm: Double
    /// Since the start, input and target.
    var tokens: Int
    var validationLoss: Double?
  }

  private(set) var lines: [String] = []
  private(set) var losses: [Double] = []
  /// The evaluations so far.
  private(set) var validations: [(step: Int, loss: Double)] = []
  /// What a log of another kind needs of the lines.
  private(set) var entries: [Entry] = []

  mutating func append(_ entry: Entry) {
    var line = ValueDictionary()
    line["step"] = .integer(Int64(entry.step))
    line["loss"] = .number(entry.loss)
    line["learning_rate"] = .number(entry.learningRate)
    line["gradient_norm"] = .number(entry.gradientNorm)
    line["tokens"] = .integer(Int64(entry.tokens))
    line["validation_loss"] = entry.validationLoss.map(Value.number)
    var buffer = ByteBuffer()
    JSONText.append(.dictionary(line), to: &buffer)
    lines.append(buffer.text)
    note(entry)
  }

  private mutating func note(_ entry: Entry) {
    entries.append(entry)
    losses.append(entry.loss)
    if let loss = entry.validationLoss { validations.append((entry.step, loss)) }
  }

  /// The evaluation with the lowest loss, the first of equals.
  var best: (step: Int, loss: Double)? { validations.min { $0.loss < $1.loss } }

  /// How many evaluations came after the best.
  var validationsSinceBest: Int {
    guard let best else { return 0 }
    return validations.count { $0.step > best.step }
  }

  /// The mean loss of the last tenth of the steps.
  var lastLoss: Double {
    let last = losses.suffix(max(1, losses.count / 10))
    return last.isEmpty ? 0 : last.reduce(0, +) / Double(last.count)
  }

  func write(to path: String) throws(Diagnostic) -> AtomicFile.Summary {
    var file = try AtomicFile(path: path)
    for line in lines { try file.write(line + "\n") }
    return try file.commit()
  }

  init() {}

  /// Reads the lines that a checkpoint kept.
  init(path: String) throws {
    let parser = try JSONParser()
    try JSONLines.read(path) { bytes, line in
      let value = try parser.parse(bytes, path: path, line: line)
      let node = JSONNode(value, file: "\(path):\(line)", advice: "train without --resume")
      lines.append(String(decoding: bytes, as: UTF8.self))
      note(
        Entry(
          step: try node.required("step").integer(), loss: try node.required("loss").number(),
          learningRate: try node.required("learning_rate").number(),
          gradientNorm: try node.required("gradient_norm").number(),
          tokens: try node.required("tokens").integer(),
          validationLoss: try node.optional("validation_loss")?.number()))
    }
  }
}
