import Bytes
import Mixtures
import Records
import Testing

/// Rates beyond one cap and one temperature.
struct NestedRateTests {
  private let folder: TemporaryFolder
  private let tasks: [MixtureTask]

  init() throws {
    let folder = try TemporaryFolder()
    self.folder = folder
    tasks = try [("a", "x", 100), ("b", "x", 400), ("c", "y", 900), ("d", "y", 1_600)].enumerated().map {
      place, task in
      try sumTask(task.0, cluster: task.1, records: task.2, from: 3_000 * place, in: folder)
    }
  }

  private func plan(_ change: (inout MixtureSettings) -> Void) throws(Diagnostics) -> MixturePlan {
    var settings = MixtureSettings(name: "rates", seed: 3, total: 10_000)
    settings.splits = SplitFractions(validation: 0, test: 0)
    settings.evaluation = EvaluationLimits(testRecords: 0, validationRecords: 0)
    change(&settings)
    return try MixturePlan(tasks, settings: settings)
  }

  private func expectRates(_ plan: MixturePlan, _ expected: [Double]) {
    let sum = expected.reduce(0, +)
    for (task, weight) in zip(plan.tasks, expected) {
      #expect(abs(task.rate - weight / sum) < 1e-12, "\(task.task.name): \(task.rate) for \(weight / sum)")
    }
  }

  @Test func capsOfTasksAndClusters() throws {
    expectRates(try plan { $0.caps = ["d": 50] }, [100, 400, 900, 50])
    expectRates(
      try plan {
        $0.cap = 500
        $0.caps = ["d": 800]
      }, [100, 400, 500, 800])
    // 900 + 1,600 are made 1,000 in their proportion; the cluster x lies below its cap.
    expectRates(try plan { $0.clusterCaps = ["y": 1_000, "x": 600] }, [100, 400, 360, 640])
    // The temperature comes last.
    expectRates(
      try plan {
        $0.clusterCaps = ["y": 250]
        $0.temperature = 2
      }, [10, 20, 90.0.squareRoot(), 160.0.squareRoot()])
  }

  /// By hand: 10,000 at two epochs. a and b take 200 and 800; 9,000 for two are more than c's 1,800; d takes the rest,
  /// but has no more than 3,200.
  @Test func uniMaxGivesWhatSmallTasksCannotTake() throws {
    let plan = try plan {
      $0.rates = .uniMax(maximumEpochs: 2)
      $0.total = 5_000
    }
    #expect(plan.tasks.map(\.count) == [200, 800, 1_800, 2_200])
    let wide = try self.plan {
      $0.rates = .uniMax(maximumEpochs: 100)
      $0.total = 4_000
    }
    #expect(wide.tasks.map(\.count) == [1_000, 1_000, 1_000, 1_000])
    #expect(throws: Diagnostics.self) {
      try self.plan {
        $0.rates = .uniMax(maximumEpochs: 2)
        $0.total = 6_001
      }
    }
  }

  /// No task beyond its limit, all tasks below it alike, for random sizes: what defines UniMax.
  @Test func uniMaxHoldsItsDefinition() throws {
    for number in 0..<2_000 {
      var dice = Dice("unimax", number)
      let records = (0..<dice.roll(1...12)).map { _ in 1 + dice.rollBits(upTo: 5_000) }
      let epochs = 0.5 + dice.unit() * 8
      let limits = records.map { (Double($0) * epochs).rounded(.down) }
      let total = max(1, Int(limits.reduce(0, +) * dice.unit()))
      let inputs = records.enumerated().map { RateInput(name: "\($0.offset)", records: $0.element) }
      guard
        let weights = try? rateWeights(
          inputs, rule: .uniMax(maximumEpochs: epochs), cap: nil, temperature: 1, total: total)
      else {
        #expect(limits.reduce(0, +) < Double(total))
        continue
      }
      #expect(abs(weights.reduce(0, +) - Double(total)) < 1e-6)
      let open = zip(weights, limits).filter { $0.0 < $0.1 - 1e-6 }.map(\.0)
      for (weight, limit) in zip(weights, limits) { #expect(weight <= limit + 1e-9) }
      for weight in open { #expect(abs(weight - (open.first ?? 0)) < 1e-6) }
      #expect(weights.allSatisfy { $0 <= (open.first ?? .infinity) + 1e-6 })
    }
  }

  @Test func partsMultiply() throws {
    var one = MixturePart(name: "one")
    one.weight = 3
    one.tasks = ["a", "c"]
    one.rates = .equal
    var two = MixturePart(name: "two")
    two.weight = 1
    two.tasks = ["b", "d"]
    two.temperature = 2
    let parts = [one, two]
    // b and d by the square roots of 400 and 1,600.
    expectRates(try plan { $0.parts = parts }, [3.0 / 8, 1.0 / 12, 3.0 / 8, 2.0 / 12])
    // Without weights a part counts for its records: 1,000 and 2,000 here.
    let bare = parts.map { part in
      var part = part
      part.weight = nil
      return part
    }
    expectRates(try plan { $0.parts = bare }, [1.0 / 6, 2.0 / 9, 1.0 / 6, 4.0 / 9])
    expectRates(
      try plan {
        $0.parts = bare
        $0.rates = .equal
      }, [1.0 / 4, 1.0 / 6, 1.0 / 4, 1.0 / 3])
    // A part inside a part.
    var outer = MixturePart(name: "outer")
    outer.weight = 1
    outer.parts = [bare[0], bare[1]]
    expectRates(try plan { $0.parts = [outer] }, [1.0 / 6, 2.0 / 9, 1.0 / 6, 4.0 / 9])
  }

  @Test func partsThatDoNotAddUpAreRefused() throws {
    func problem(_ parts: [MixturePart]) -> String {
      do throws(Diagnostics) {
        _ = try plan { $0.parts = parts }
        return ""
      } catch {
        return "\(error)"
      }
    }
    func part(_ name: String, _ tasks: [String], weight: Double? = nil) -> MixturePart {
      var part = MixturePart(name: name)
      (part.tasks, part.weight) = (tasks, weight)
      return part
    }
    #expect(problem([part("p", ["a", "b", "c"])]).contains("the task 'd' is in no part"))
    #expect(
      problem([part("p", ["a", "b"]), part("q", ["b", "c", "d"])]).contains("'b' stands in two parts"))
    #expect(problem([part("p", ["a", "b", "c", "d", "dd"])]).contains("unknown task 'dd'"))
    #expect(
      problem([part("p", ["a", "b"], weight: 1), part("q", ["c", "d"])]).contains(
        "some parts of 'rates' have a weight"))
  }
}
