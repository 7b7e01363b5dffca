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
    /// Since the start, input and target.
    var tokens: Int
    var validationLoss: Double?
  }

  private(set) var lines: [String] = []
  private(set) var losses: [Double] = []

  mutating func append(_ entry: Entry) {
    var line = ValueDictionary()
    line["step"] = .integer(Int64(entry.step))
    line["loss"] = .number(entry.loss)
    line["learning_rate"] = .number(entry.learningRate)
    line["tokens"] = .integer(Int64(entry.tokens))
    line["validation_loss"] = entry.validationLoss.map(Value.number)
    var buffer = ByteBuffer()
    JSONText.append(.dictionary(line), to: &buffer)
    lines.append(buffer.text)
    losses.append(entry.loss)
  }

  /// The mean loss of the last tenth of the steps.
  var lastLoss: Double {
    let last = losses.suffix(max(1, losses.count / 10))
    return last.isEmpty ? 0 : last.reduce(0, +) / Double(last.count)
  }

  func write(to path: String) throws(Diagnostic) {
    var file = try AtomicFile(path: path)
    for line in lines { try file.write(line + "\n") }
    _ = try file.commit()
  }

  init() {}

  /// Reads the lines that a checkpoint kept.
  init(path: String) throws {
    let parser = try JSONParser()
    var lines: [String] = []
    var losses: [Double] = []
    try JSONLines.read(path) { bytes, line in
      guard case .dictionary(let fields) = try parser.parse(bytes, path: path, line: line),
        let loss = fields["loss"].flatMap(Self.number)
      else {
        throw Diagnostic("no line of a training log", at: SourceLocation(path: path, line: line))
      }
      lines.append(String(decoding: bytes, as: UTF8.self))
      losses.append(loss)
    }
    self.lines = lines
    self.losses = losses
  }

  private static func number(_ value: Value) -> Double? {
    switch value {
    case .number(let number): number
    case .integer(let number): Double(number)
    default: nil
    }
  }
}
