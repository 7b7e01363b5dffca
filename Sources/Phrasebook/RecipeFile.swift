public import Bytes
import YAML

extension Recipe {
  /// Reads a recipe.
  ///
  /// - Throws: `Diagnostics` with everything that is wrong in the file, each with its line.
  public static func load(_ path: String) throws(Diagnostics) -> Recipe {
    let root = try YAMLDocument.load(path: path)
    let problems = ProblemList()
    guard var fields = YAMLFields(root, "a recipe", problems) else { throw Diagnostics(problems.list) }
    let name = fields.required("name") ?? ""
    if !name.isEmpty, !isPlainName(name), let node = fields.node("name") {
      problems.add(
        node.error("a recipe's name holds letters, digits, '.', '_' and '-' only; it names a folder"))
    }
    let seed = fields.integer("seed", in: 0...Int.max) ?? 0
    var recipe = Recipe(
      path: path, text: root.fileBytes, name: name, seed: UInt64(seed), corpora: "", templates: "",
      tasks: nil, mixture: MixtureChoice(), holdOut: HoldOutChoice(), records: RecordChoice(),
      model: ModelChoice(), training: TrainingChoice(), evaluation: EvaluationChoice())
    recipe.corpora = recipe.resolve(fields.string("corpora") ?? "corpora")
    recipe.templates = recipe.resolve(fields.string("templates") ?? "templates")
    recipe.tasks = fields.node("tasks").flatMap { tasks($0, problems) }
    if let part = fields.fields("mixture") { recipe.mixture = MixtureChoice(part) }
    if let part = fields.fields("hold_out") { recipe.holdOut = HoldOutChoice(part) }
    if let part = fields.fields("records") { recipe.records = RecordChoice(part) }
    recipe.model = ModelChoice(fields.node("model"), problems) ?? recipe.model
    if let part = fields.fields("training") { recipe.training = TrainingChoice(part) }
    if let part = fields.fields("otherwise") {
      recipe.otherwise = AlternativeChoice(part)
      if recipe.model.weights == nil {
        problems.add(
          part.node.error(
            "'otherwise' is what is trained where the weights of 'model' cannot be had; name weights there, or leave "
              + "it out"))
      }
    }
    if let part = fields.fields("evaluation") { recipe.evaluation = EvaluationChoice(part) }
    fields.finish()
    try problems.throwIfAny()
    return recipe
  }

  /// Whether a text can name a file or folder of ours on every system.
  static func isPlainName(_ name: String) -> Bool {
    let bytes = Array(name.utf8)
    let allowed = bytes.allSatisfy { byte in
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"):
        true
      default: false
      }
    }
    return allowed && !bytes.isEmpty && bytes.count <= 100 && bytes[0] != UInt8(ascii: ".")
  }

  /// `all`, or a list of names and of mappings `{name, scale}`.
  private static func tasks(_ node: YAMLNode, _ problems: ProblemList) -> [TaskChoice]? {
    if node.text == "all" { return nil }
    guard case .sequence(let items) = node.kind else {
      problems.add(node.error("'tasks' must be 'all' or a list of task names, found \(node.description)"))
      return nil
    }
    if items.isEmpty { problems.add(node.error("'tasks' is empty; name at least one task, or write 'all'")) }
    var choices: [TaskChoice] = []
    for item in items {
      guard let choice = task(item, problems) else { continue }
      if choices.contains(where: { $0.name == choice.name }) {
        problems.add(item.error("the task '\(choice.name)' stands here twice; keep one"))
      }
      choices.append(choice)
    }
    return choices
  }

  private static func task(_ item: YAMLNode, _ problems: ProblemList) -> TaskChoice? {
    if let name = item.text { return TaskChoice(name: name) }
    guard var fields = YAMLFields(item, "a task", problems) else { return nil }
    let name = fields.required("name")
    let scale = fields.number("scale", in: 1e-9...1e9) ?? 1
    fields.finish()
    return name.map { TaskChoice(name: $0, scale: scale) }
  }
}
