import Bytes
import Mixtures
import Testing

/// The order by its definition: all keys (j + u) / n, compared as fractions, ties by task.
private func sorted(_ schedule: Schedule) -> [Schedule.Place] {
  var keyed: [(numerator: Int128, place: Schedule.Place)] = []
  for task in schedule.counts.indices {
    for ordinal in 0..<schedule.counts[task] {
      let numerator = Int128(ordinal) * 0x1_0000_0000 + Int128(schedule.phases[task])
      keyed.append((numerator, Schedule.Place(task: task, ordinal: ordinal)))
    }
  }
  keyed.sort { a, b in
    let left = a.numerator * Int128(schedule.counts[b.place.task])
    let right = b.numerator * Int128(schedule.counts[a.place.task])
    return left == right ? a.place.task < b.place.task : left < right
  }
  return keyed.map(\.place)
}

private func random(_ dice: inout Dice, tasks: Int = 20, examples: Int = 40) -> Schedule {
  let counts = (0..<dice.roll(1...tasks)).map { _ in dice.rollBits(upTo: examples) }
  // Equal and extreme phases make ties.
  let coarse = dice.flip()
  let phases = counts.map { _ in
    coarse ? UInt32(dice.roll(0...3)) << 30 : UInt32(dice.roll(0...Int(UInt32.max)))
  }
  return Schedule(counts: counts, phases: phases)
}

private func walk(_ schedule: Schedule, from index: Int = 0) -> [Schedule.Place] {
  var cursor = ScheduleCursor(schedule, from: index)
  var places: [Schedule.Place] = []
  while let place = cursor.step() { places.append(place) }
  return places
}

struct ScheduleTests {
  @Test func mergingAndRandomAccessSortTheKeys() {
    for number in 0..<2_000 {
      var dice = Dice("schedule", number)
      let schedule = random(&dice)
      let expected = sorted(schedule)
      #expect(walk(schedule) == expected, "case \(number)")
      #expect((0..<schedule.total).map { schedule.place(at: $0) } == expected, "case \(number)")
    }
  }

  @Test func walkingMayBeginAnywhere() {
    for number in 0..<500 {
      var dice = Dice("cursor", number)
      let schedule = random(&dice)
      let whole = walk(schedule)
      let start = dice.roll(0...schedule.total)
      #expect(walk(schedule, from: start) == Array(whole[start...]), "case \(number), from \(start)")
    }
  }

  /// DESIGN section 6: every window holds a task of share r within 2 + r·M examples of its share.
  @Test func everyWindowHoldsItsShares() {
    for number in 0..<400 {
      var dice = Dice("window", number)
      let schedule = random(&dice, tasks: 12, examples: 40)
      let places = walk(schedule)
      let tasks = schedule.counts.count
      for task in 0..<tasks {
        let share = Double(schedule.counts[task]) / Double(max(1, schedule.total))
        // The window from a to b holds its share within the bound for all a and b exactly if the running
        // difference between count and share stays within it.
        var difference = 0.0
        var (low, high) = (0.0, 0.0)
        for place in places {
          difference += (place.task == task ? 1 : 0) - share
          low = min(low, difference)
          high = max(high, difference)
        }
        #expect(high - low <= 2 + share * Double(tasks) + 1e-9, "case \(number), task \(task)")
      }
    }
  }

  /// With 2,000 tasks and up to 2⁴⁰ examples the order cannot be written out; but a place is right if as many
  /// examples come before it as its index says.
  @Test func largeMixturesAreOrderedExactly() {
    for number in 0..<6 {
      var dice = Dice("large", number)
      let most = number < 3 ? 1_000_000 : 500_000_000
      let counts = (0..<2_000).map { _ in dice.rollBits(upTo: most) }
      let schedule = Schedule(counts: counts, phases: counts.map { _ in UInt32(dice.roll(0...0xFFFF_FFFF)) })
      for _ in 0..<12 {
        let index = dice.roll(0...schedule.total - 1)
        #expect(rank(of: schedule.place(at: index), in: schedule) == index)
      }
      #expect(rank(of: schedule.place(at: 0), in: schedule) == 0)
      #expect(rank(of: schedule.place(at: schedule.total - 1), in: schedule) == schedule.total - 1)
      let start = dice.roll(0...schedule.total - 30)
      var cursor = ScheduleCursor(schedule, from: start)
      for index in start..<start + 30 { #expect(cursor.step() == schedule.place(at: index)) }
    }
  }

  /// How many keys lie before a place's, by bisection over each task's keys.
  private func rank(of place: Schedule.Place, in schedule: Schedule) -> Int {
    func numerator(_ task: Int, _ ordinal: Int) -> UInt128 {
      UInt128(ordinal) << 32 + UInt128(schedule.phases[task])
    }
    var rank = 0
    for task in schedule.counts.indices {
      var (low, high) = (0, schedule.counts[task])
      while low < high {
        let middle = (low + high) / 2
        let left = numerator(task, middle) * UInt128(schedule.counts[place.task])
        let right = numerator(place.task, place.ordinal) * UInt128(schedule.counts[task])
        if left < right || left == right && task < place.task { low = middle + 1 } else { high = middle }
      }
      rank += low
    }
    return rank
  }

  @Test func theLargestMixtureFits() {
    let schedule = Schedule(counts: [Schedule.largestTotal - 1, 1], phases: [.max, .max])
    #expect(schedule.place(at: 0) == Schedule.Place(task: 0, ordinal: 0))
    #expect(schedule.place(at: Schedule.largestTotal - 1).task == 0)
    let last = Schedule(counts: [Schedule.largestTotal / 2, Schedule.largestTotal / 2], phases: [7, 7])
    for index in [0, 1, 2, 999_999_999_999, Schedule.largestTotal - 1] {
      #expect(last.place(at: index) == Schedule.Place(task: index % 2, ordinal: index / 2))
    }
  }
}
