public import ArgumentParser
public import Phrasebook

struct ScoreCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "score",
    abstract: "Let a model score answers or continue texts, a JSON line each.",
    discussion: """
      Example:
        phrasebook score requests.jsonl --model smollm2
      """)

  @Argument(help: "JSON lines with 'prompt' and, where answers are to be scored, 'choices'.")
  var requests: String

  @Option(help: ArgumentHelp("A model's folder, a GGUF file or smollm2.", valueName: "path"))
  var model: String

  @Option(help: "What the model computes with.")
  var precision: ScorePrecision = .f32

  @OptionGroup var common: CommonOptions

  func run() throws {
    try scoreRequests(requests, model: model, precision: precision, in: common.session) {
      try standardOutput($0)
    }
  }
}

extension ScorePrecision: ExpressibleByArgument {}
