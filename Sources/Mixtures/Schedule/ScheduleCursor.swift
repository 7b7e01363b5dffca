/// Walks a schedule place by place from any index on, in O(log tasks) a step, by a heap that holds each
/// task's next example.
package struct ScheduleCursor: Sendable {
  private let schedule: Schedule
  private var next: [Int]
  /// A binary heap of tasks, the one with the smallest next key on top.
  private var heap: [Int] = []

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
    heap = schedule.counts.indices.filter { next[$0] < schedule.counts[$0] }
    for root in stride(from: heap.count / 2 - 1, through: 0, by: -1) { siftDown(root) }
  }

  /// The next place; nil at the end of the mixture.
  package mutating func step() -> Schedule.Place? {
    guard let task = heap.first else { return nil }
    let place = Schedule.Place(task: task, ordinal: next[task])
    next[task] += 1
    if next[task] == schedule.counts[task] {
      let last = heap.removeLast()
      guard !heap.isEmpty else { return place }
      heap[0] = last
    }
    siftDown(0)
    return place
  }

  private func precedes(_ a: Int, _ b: Int) -> Bool {
    schedule.precedes(
      Schedule.Place(task: a, ordinal: next[a]), Schedule.Place(task: b, ordinal: next[b]))
  }

  private mutating func siftDown(_ start: Int) {
    var parent = start
    while true {
      var smallest = parent
      for child in [2 * parent + 1, 2 * parent + 2] where child < heap.count {
        if precedes(heap[child], heap[smallest]) { smallest = child }
      }
      guard smallest != parent else { return }
      heap.swapAt(parent, smallest)
      parent = smallest
    }
  }
}
