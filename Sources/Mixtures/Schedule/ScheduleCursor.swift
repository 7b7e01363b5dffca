/// Walks a schedule place by place from any index on, in O(log tasks) a step, by a heap that holds each
/// task's next example.
package struct ScheduleCursor: Sendable {
  /// A task with the key of its next example, rounded down to a multiple of 2⁻⁶⁴: different rounded keys are in the
  /// order of the exact ones, and equal ones are compared exactly.
  private struct Entry {
    var key: UInt64
    var task: Int
  }

  private let schedule: Schedule
  private var next: [Int]
  /// A binary heap, the entry with the smallest key on top.
  private var heap: [Entry] = []

  /// - Parameter index: in 0...total.
  package init(_ schedule: Schedule, from index: Int = 0) {
    self.schedule = schedule
    if index <= 0 {
      next = Array(repeating: 0, count: schedule.counts.count)
    } else if index >= schedule.total {
      next = schedule.counts
    } else {
      let start = schedule.place(at: index)
      next = schedule.counts.indices.map { schedule.countBefore(start, task: $0) }
    }
    heap = schedule.counts.indices.filter { next[$0] < schedule.counts[$0] }.map { entry($0) }
    for root in stride(from: heap.count / 2 - 1, through: 0, by: -1) { siftDown(root) }
  }

  private func entry(_ task: Int) -> Entry {
    // The numerator takes 73 bits, and is below the count times 2³².
    let numerator = schedule.numerator(Schedule.Place(task: task, ordinal: next[task]))
    return Entry(
      key: UInt64(truncatingIfNeeded: (numerator << 32) / UInt128(schedule.counts[task])), task: task)
  }

  /// The next place; nil at the end of the mixture.
  package mutating func step() -> Schedule.Place? {
    guard let task = heap.first?.task else { return nil }
    let place = Schedule.Place(task: task, ordinal: next[task])
    next[task] += 1
    if next[task] == schedule.counts[task] {
      let last = heap.removeLast()
      guard !heap.isEmpty else { return place }
      heap[0] = last
    } else {
      heap[0] = entry(task)
    }
    siftDown(0)
    return place
  }

  private func precedes(_ a: Entry, _ b: Entry) -> Bool {
    guard a.key == b.key else { return a.key < b.key }
    return schedule.precedes(
      Schedule.Place(task: a.task, ordinal: next[a.task]), Schedule.Place(task: b.task, ordinal: next[b.task])
    )
  }

  private mutating func siftDown(_ start: Int) {
    var parent = start
    let sinking = heap[start]
    while true {
      var child = 2 * parent + 1
      guard child < heap.count else { break }
      if child + 1 < heap.count, precedes(heap[child + 1], heap[child]) { child += 1 }
      guard precedes(heap[child], sinking) else { break }
      heap[parent] = heap[child]
      parent = child
    }
    heap[parent] = sinking
  }
}
