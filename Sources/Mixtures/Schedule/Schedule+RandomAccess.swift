extension Schedule {
  /// The example at a place of the mixture, without computing the others: O(tasks) time, nothing stored.
  ///
  /// The number of keys below x is known task by task, and grows by `total` from 0 to 1 nearly evenly, so
  /// two counts bracket place `index` between keys with a few examples between them, which are compared.
  ///
  /// - Parameter index: in 0..<total.
  package func place(at index: Int) -> Place {
    precondition(index >= 0 && index < total)
    let size = Double(total)
    var centre = (Double(index) + offset) / size
    centre += Double(index - countBelow(bound(centre))) / size
    var reach = 2 + Double(active.count).squareRoot()
    var low = bound(centre - reach / size)
    var high = bound(centre + reach / size)
    while countBelow(low) > index || countBelow(high) <= index {
      reach *= 4
      low = bound(centre - reach / size)
      high = bound(centre + reach / size)
    }
    var before = 0
    var candidates: [Place] = []
    for task in active {
      let first = countBelow(low, task: task)
      before += first
      let end = countBelow(high, task: task)
      var ordinal = first
      while ordinal < end {
        candidates.append(Place(task: task, ordinal: ordinal))
        ordinal += 1
      }
    }
    candidates.sort(by: precedes)
    return candidates[index - before]
  }

  /// A key as a multiple of 2⁻⁶⁴; nil is 1, above every key.
  private func bound(_ key: Double) -> UInt64? {
    guard key > 0 else { return 0 }
    return UInt64(exactly: (key * 0x1p64).rounded(.down))
  }

  private func countBelow(_ key: UInt64?) -> Int {
    guard let key else { return total }
    // Bare memory, as this loop over all tasks is what random access costs.
    return counts.withUnsafeBufferPointer { counts in
      phases.withUnsafeBufferPointer { phases in
        var sum = 0
        for task in 0..<min(counts.count, phases.count) {
          let (high, low) = key.multipliedFullWidth(by: UInt64(counts[task]))
          sum &+= Int(truncatingIfNeeded: high) &+ (low > UInt64(phases[task]) &<< 32 ? 1 : 0)
        }
        return sum
      }
    }
  }

  /// How many examples of a task have a key below `key` · 2⁻⁶⁴: j + u < key·n·2⁻⁶⁴, where the right side
  /// has the integer part `high` and the fraction `low`.
  private func countBelow(_ key: UInt64?, task: Int) -> Int {
    guard let key else { return counts[task] }
    let (high, low) = key.multipliedFullWidth(by: UInt64(counts[task]))
    return Int(high) + (low > UInt64(phases[task]) << 32 ? 1 : 0)
  }
}
