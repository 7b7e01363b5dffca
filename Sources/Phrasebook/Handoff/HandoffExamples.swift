import Bytes
import JSON
import Records
import Training

/// A mixture's examples as turns of a user and of the model, for programs that apply the chat template themselves.
enum HandoffExamples {
  enum Form {
    /// `{"messages": [user, assistant]}`
    case messages
    /// `{"prompt": [user], "completion": [assistant]}`
    case promptAndCompletion
  }

  /// Writes `data/train.jsonl` in the mixture's order and, where there are any, `data/validation.jsonl`.
  static func write(_ trainer: Trainer, _ output: String, _ form: Form) throws {
    try makeFolder(output + "/data")
    let parts = [
      ("train", trainer.examples, trainer.configuration.examples), ("validation", trainer.validation, nil),
    ]
    for (name, files, limit) in parts where !files.isEmpty {
      var file = try AtomicFile(path: output + "/data/\(name).jsonl")
      var line = ByteBuffer()
      try trainer.readTexts(files, first: limit, model: output + "/" + Trainer.HandoffName.model) {
        input, target in
        line.removeAll()
        JSONText.append(value(input, target, form), to: &line)
        line.append(10)
        try line.withBytes { (bytes) throws(Diagnostic) in try file.write(bytes) }
      }
      _ = try file.commit()
    }
  }

  private static func value(_ input: String, _ target: String, _ form: Form) -> Value {
    func turn(_ role: String, _ content: String) -> Value {
      .dictionary(ValueDictionary([("role", .string(role)), ("content", .string(content))]))
    }
    let (user, assistant) = (turn("user", input), turn("assistant", target))
    let pairs: [(String, Value)] =
      switch form {
      case .messages: [("messages", .list([user, assistant]))]
      case .promptAndCompletion: [("prompt", .list([user])), ("completion", .list([assistant]))]
      }
    return .dictionary(ValueDictionary(pairs))
  }
}
