/// A file of examples to write: a stretch of the training mixture, or an evaluation cell.
struct ExampleFile: Sendable {
  enum Content: Sendable {
    case training
    case evaluation(EvaluationCell)
  }

  var content: Content
  /// Relative to the mixture's folder.
  var path: String
  /// The indices of its examples.
  var range: Range<Int>

  var isEvaluation: Bool {
    if case .evaluation = content { true } else { false }
  }

  /// A file of training examples.
  static func shard(_ shard: Int, of plan: MixturePlan) -> ExampleFile {
    let shards = plan.settings.shards
    return ExampleFile(
      content: .training,
      path: OutputFolder.shardName(shard, of: shards, plan.settings.compression),
      range: shardStart(shard, of: shards, plan.total)..<shardStart(shard + 1, of: shards, plan.total))
  }

  static func evaluation(of plan: MixturePlan) -> [ExampleFile] {
    EvaluationFile.allCases.map { file in
      let cell = EvaluationCell(file, of: plan)
      return ExampleFile(content: .evaluation(cell), path: file.path, range: 0..<cell.count)
    }
  }

  /// All files of a mixture in the order in which they are written.
  static func all(of plan: MixturePlan) -> [ExampleFile] {
    (0..<plan.settings.shards).map { shard($0, of: plan) } + evaluation(of: plan)
  }

  /// Shards differ by at most one example. The product stays below 2⁵⁷.
  private static func shardStart(_ shard: Int, of shards: Int, _ total: Int) -> Int {
    shard * total / shards
  }

  /// Gives a stretch of the file's examples with their indices to `body`, in order.
  func forEach<Failure: Error>(
    in range: Range<Int>, of plan: MixturePlan, _ body: (PlannedExample, Int) throws(Failure) -> Void
  ) throws(Failure) {
    switch content {
    case .training:
      var cursor = ScheduleCursor(plan.schedule, from: range.lowerBound)
      for index in range {
        guard let place = cursor.step() else { return }
        try body(plan.example(place), index)
      }
    case .evaluation(let cell):
      for index in range { try body(cell.example(at: index), index) }
    }
  }
}
