import Bytes

/// What training examples say twice, or say badly: repeats of records, inputs with several targets, empty
/// texts, targets that stand in their input.
struct RepeatAudit {
  /// Visits by record, and by record and template.
  private var records = SampledTable()
  private var pairs = SampledTable()
  /// By input the hash of its target; with the lowest bit set where a second target was met.
  private var inputs = SampledTable()
  /// By task.
  private(set) var targetsInInput: [Int]

  init(tasks: Int) { targetsInInput = Array(repeating: 0, count: tasks) }

  /// Takes an example in; whether its record is met for the first time, as far as is known.
  mutating func add(_ example: ExampleView, task: Int, template: Int) -> Bool {
    let record = mix64(example.record.hash64() &+ UInt64(task))
    var visits: UInt64 = 1
    records.update(record) { count in
      count += 1
      visits = count
    }
    pairs.update(mix64(record &+ UInt64(template &+ 1))) { $0 += 1 }
    let target = example.target.hash64() << 1
    inputs.update(example.input.hash64()) { known in
      if known == 0 {
        known = target | 2
      } else if known | 3 != target | 3 {
        known |= 1
      }
    }
    if example.choices == nil, example.target.count >= 3, example.input.place(of: example.target) != nil {
      targetsInInput[task] += 1
    }
    return visits == 1
  }

  struct Visits {
    var least = UInt64.max
    var most: UInt64 = 0
    /// How many were counted: all, or a sample.
    var counted = 0
    var share = 1.0
  }

  var recordVisits: Visits { visits(records) }
  var pairVisits: Visits { visits(pairs) }

  private func visits(_ table: SampledTable) -> Visits {
    var visits = Visits(counted: table.count, share: table.share)
    table.eachValue {
      visits.least = min(visits.least, $0)
      visits.most = max(visits.most, $0)
    }
    return visits
  }

  /// Inputs that occur with more than one target, of how many different inputs.
  var conflicts: (found: Int, of: Int) {
    var found = 0
    inputs.eachValue { found += Int($0 & 1) }
    return (found, inputs.count)
  }
}
