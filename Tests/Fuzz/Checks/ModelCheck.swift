import Bytes
import Transformer

/// A model's files: an error, or a model that answers, is written and read again.
struct ModelCheck {
  private let test: FuzzCase

  init(_ test: FuzzCase) { self.test = test }

  func run(_ outcome: inout Outcome) throws {
    for path in ["model", "again"] { try removeTree(path) }
    try makeFolder("model")
    for name in SmallModel.names { if let bytes = test[name] { try writeFile("model/" + name, bytes) } }
    var path = "model"
    if let bytes = test["model.gguf"] {
      path = "model.gguf"
      try writeFile(path, bytes)
    }
    let model: LanguageModel
    do {
      model = try LanguageModel.load(path)
    } catch {
      return try outcome.note(error)
    }
    let answer = try self.answer(model)
    outcome.note(answer)
    do {
      try model.save("again")
      let again = try self.answer(try LanguageModel.load("again"))
      guard again.utf8.elementsEqual(answer.utf8) else {
        throw Violation("read: \(answer)\nwritten and read again: \(again)")
      }
    } catch let error as Diagnostic {
      // A vocabulary may be such that no file can hold it: marks that are each other's names.
      try outcome.note(error)
    }
  }

  private func answer(_ model: LanguageModel) throws -> String {
    let tokenizer = model.tokenizer
    var encoder = TokenEncoder(tokenizer, marks: .tokens)
    let text = model.prompt("The fox's 123 <|end|> naïve\n\n x", task: "t")
    let ids = encoder.encode(text)
    guard ids.allSatisfy({ $0 >= 0 && Int($0) < tokenizer.vocabulary }) else {
      throw Violation("tokens that there are not: \(ids)")
    }
    let tokens = Array(
      (ids + [tokenizer.begin, tokenizer.end]).suffix(min(6, model.configuration.contextLength)))
    let logits = try model.logits(of: tokens)
    guard logits.count == tokens.count, logits.allSatisfy({ $0.count == model.configuration.vocabulary })
    else {
      throw Violation("\(logits.count) rows of logits for \(tokens.count) tokens")
    }
    return "\(ids) \(tokenizer.decode(ids)) \(logits.map { $0.prefix(3).map { $0.isNaN ? 0 : $0 } })"
  }
}
