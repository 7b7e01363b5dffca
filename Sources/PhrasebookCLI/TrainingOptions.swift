public import ArgumentParser
public import Phrasebook

/// What replaces a recipe's choices about model and training.
struct TrainingOptions: ParsableArguments {
  @Option(help: ArgumentHelp("Optimizer steps.", valueName: "n"))
  var steps: Int?

  @Option(
    help: ArgumentHelp(
      "tiny or small from scratch, with other sizes as in small,layers=4; smollm2, a GGUF file or a model's folder "
        + "to go on from.", valueName: "name"))
  var model: String?

  @Option(help: ArgumentHelp("The highest learning rate.", valueName: "rate"))
  var learningRate: Double?

  @Option(help: "How the learning rate goes down.")
  var schedule: Recipe.Schedule?

  @Option(help: "Whose loss is made smaller: the targets' alone, or that of all tokens.")
  var objective: Recipe.Objective?

  @Option(
    help: "What a model reads: the input, the task's name before it, or the input with no mark around it.")
  var format: Recipe.PromptFormat?

  @Option(
    help: "What stands around inputs: the model's marks, what its chat template writes, or a line break.")
  var chat: Recipe.ChatChoice?

  @Option(help: ArgumentHelp("Steps between evaluations on validation records.", valueName: "n"))
  var validateEvery: Int?

  @Option(
    help: ArgumentHelp(
      "Evaluations without a lower loss after which training ends (0: none).", valueName: "n"))
  var patience: Int?

  @Option(help: "Which weights are the model: the last, or those with the lowest validation loss.")
  var choose: Recipe.ChosenWeights?

  @Flag(help: "Train low-rank adapters beside the matrices in place of the weights.")
  var lora = false

  @Option(help: "What matrix products read: 32-bit floats, bfloat16, or this where the processor has it.")
  var precision: Recipe.Precision?

  func validate() throws {
    if let steps, steps < 1 { throw ValidationError("'--steps' must be at least 1, found \(steps).") }
    if let learningRate, !(1e-8...10).contains(learningRate) {
      throw ValidationError("'--learning-rate' must be from 1e-8 to 10, found \(learningRate).")
    }
    if let validateEvery, validateEvery < 1 {
      throw ValidationError("'--validate-every' must be at least 1, found \(validateEvery).")
    }
    if let patience, patience < 0 {
      throw ValidationError("'--patience' must be at least 0, found \(patience).")
    }
  }

  var options: TrainOptions {
    var options = TrainOptions(steps: steps, model: model)
    options.learningRate = learningRate
    options.schedule = schedule
    options.objective = objective
    options.format = format
    options.chat = chat
    options.validateEvery = validateEvery
    options.patience = patience
    options.chosenWeights = choose
    options.lora = lora
    options.precision = precision
    return options
  }
}

extension Recipe.Schedule: ExpressibleByArgument {}
extension Recipe.Objective: ExpressibleByArgument {}
extension Recipe.PromptFormat: ExpressibleByArgument {}
extension Recipe.ChatChoice: ExpressibleByArgument {}
extension Recipe.ChosenWeights: ExpressibleByArgument {}
extension Recipe.Precision: ExpressibleByArgument {}
