import Bytes

/// What a few examples of each task say of the files that a build would write.
public struct PlanSample: Sendable {
  /// A task's examples, spread evenly over those that it would get.
  public struct Task: Sendable {
    /// Bytes of an example's line, on average.
    public var lineBytes = 0.0
    public var inputs: [String] = []
    public var targets: [String] = []
  }

  /// As many as the plan has tasks; empty ones for tasks that are held out.
  public private(set) var tasks: [Task] = []

  /// - Parameter perTask: examples looked at, at least 1.
  /// - Throws: for an example that cannot be rendered, as a build would.
  public init(of plan: MixturePlan, perTask: Int = 64) throws {
    var renderer = ExampleLineRenderer(plan)
    var line = ByteBuffer()
    for (place, task) in plan.tasks.enumerated() {
      var sample = Task()
      let count = min(max(1, perTask), task.count)
      // The key only keeps the sample from falling in step with the templates; a tenth of a plan needs no more.
      let few = min(task.count, Int(UInt32.max))
      for ordinal in evenSample(of: few, limit: count, key: plan.seeds.evaluation(task: task.task.name)) {
        line.removeAll()
        try renderer.append(
          plan.example(Schedule.Place(task: place, ordinal: ordinal)), index: plan.total - 1, to: &line)
        sample.lineBytes += Double(line.count) / Double(count)
        try line.withBytes { bytes in
          guard let example = try ExampleView.parse(UnsafeRawBufferPointer(rebasing: bytes.dropLast())) else {
            return
          }
          sample.inputs.append(example.input)
          sample.targets.append(example.target)
        }
      }
      tasks.append(sample)
    }
  }
}

extension PlannedTask {
  /// How often training meets a record, least and most: every form goes through the records in its own order.
  public var visitsPerRecord: ClosedRange<Int> {
    guard trainingRecords > 0 else { return 0...0 }
    var (least, most) = (0, 0)
    for form in forms {
      let (low, more) = form.count.quotientAndRemainder(dividingBy: trainingRecords)
      least += low
      most += low + (more > 0 ? 1 : 0)
    }
    return least...most
  }

  /// How often training uses a seen template, least and most.
  public var visitsPerTemplate: ClosedRange<Int> {
    var uses = Array(repeating: 0...0, count: task.templates.count)
    for form in forms {
      let (low, more) = form.count.quotientAndRemainder(dividingBy: form.templates.count)
      for template in form.templates {
        uses[template] =
          uses[template].lowerBound + low...uses[template].upperBound + low + (more > 0 ? 1 : 0)
      }
    }
    let seen = seen.map { uses[$0] }
    return (seen.map(\.lowerBound).min() ?? 0)...(seen.map(\.upperBound).max() ?? 0)
  }
}
