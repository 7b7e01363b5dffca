package import Bytes

/// The order of a mixture: example j of task m stands at key `(j + u_m) / n_m`, and the mixture is the
/// examples sorted by key, ties by task.
///
/// Keys are compared exactly, as fractions of integers, so that the one-by-one merge (`ScheduleCursor`) and
/// the random access (`place(at:)`) cannot disagree. The phases `u_m` are multiples of 2⁻³².
package struct Schedule: Sendable {
  /// Example number `ordinal` of a task.
  package struct Place: Sendable, Hashable {
    package var task: Int
    package var ordinal: Int

    package init(task: Int, ordinal: Int) {
      self.task = task
      self.ordinal = ordinal
    }
  }

  /// n, task by task.
  package let counts: [Int]
  /// u · 2³², task by task.
  package let phases: [UInt32]
  package let total: Int
  /// Tasks with examples.
  let active: [Int]
  /// How many examples more than `total` · x have a key below x, on average.
  let offset: Double
  /// More examples would overflow the exact comparison: j·2³² + u takes 73 bits and n 41.
  package static let largestTotal = 1 << 40

  /// - Parameters:
  ///   - counts: at least 0; their sum is at most `largestTotal`.
  ///   - phases: as many as counts.
  package init(counts: [Int], phases: [UInt32]) {
    precondition(counts.count == phases.count && counts.allSatisfy { $0 >= 0 })
    self.counts = counts
    self.phases = phases
    total = counts.reduce(0, +)
    active = counts.indices.filter { counts[$0] > 0 }
    // A task holds x·n − u examples below x, rounded up: half an example more on average.
    offset = active.reduce(0.0) { $0 + Double(phases[$1]) * 0x1p-32 - 0.5 }
    precondition(total <= Self.largestTotal)
  }

  /// Phases drawn under a seed and the name of each task, so that a further task moves no other.
  package init(counts: [Int], names: [String], key: SeedKey) {
    let phases = names.map { UInt32(truncatingIfNeeded: key.part($0).value >> 32) }
    self.init(counts: counts, phases: phases)
  }

  /// The exact key of a place: numerator over (count · 2³²).
  func numerator(_ place: Place) -> UInt128 {
    UInt128(place.ordinal) << 32 | UInt128(phases[place.task])
  }

  /// Whether one place comes before another.
  func precedes(_ a: Place, _ b: Place) -> Bool {
    let left = numerator(a) * UInt128(counts[b.task])
    let right = numerator(b) * UInt128(counts[a.task])
    return left != right ? left < right : a.task < b.task
  }

  /// How many examples of a task come before a place.
  func countBefore(_ place: Place, task: Int) -> Int {
    guard counts[task] > 0 else { return 0 }
    let (quotient, remainder) = (numerator(place) * UInt128(counts[task]))
      .quotientAndRemainder(dividingBy: UInt128(counts[place.task]))
    // Numerators below the quotient come first; one equal to it too, where the key or the task decides so.
    let bound = remainder > 0 || task < place.task ? quotient + 1 : quotient
    let phase = UInt128(phases[task])
    return bound <= phase ? 0 : min(counts[task], Int((bound - phase - 1) >> 32) + 1)
  }
}
