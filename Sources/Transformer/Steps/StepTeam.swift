import Glibc
import Synchronization

/// Threads that wait for the next piece of work awake: a step of generation is made of hundreds of pieces of some
/// microseconds each, too short for threads that have to be woken.
final class StepTeam {
  private let desk = Desk()
  private var members: [pthread_t] = []

  init(threads: Int) {
    for _ in 1..<max(1, threads) {
      var member = pthread_t()
      let held = Unmanaged.passRetained(desk)
      let code = pthread_create(
        &member, nil,
        { desk in
          if let desk { Unmanaged<Desk>.fromOpaque(desk).takeRetainedValue().serve() }
          return nil
        }, held.toOpaque())
      // With fewer threads the work is done all the same.
      if code == 0 { members.append(member) } else { held.release() }
    }
  }

  deinit {
    desk.close()
    for member in members { pthread_join(member, nil) }
  }

  /// Runs `work` for 0..<count, each once, by any of the threads; ends when all are done.
  func divide(_ count: Int, _ work: (Int) -> Void) {
    guard !members.isEmpty, count > 1 else {
      for piece in 0..<count { work(piece) }
      return
    }
    withoutActuallyEscaping(work) { desk.run(count, members: members.count, $0) }
  }

  /// - Note: `@unchecked Sendable`: `work` and `count` are written while no member works, before `round` says so.
  private final class Desk: @unchecked Sendable {
    private let round = Atomic(0)
    private let next = Atomic(0)
    private let busy = Atomic(0)
    private let isClosed = Atomic(false)
    private var work: ((Int) -> Void)?
    private var count = 0
    /// Looks before a waiting thread lets others go first, and before it sleeps.
    private static let looks = (awake: 2_000, yielding: 300)

    func run(_ count: Int, members: Int, _ work: @escaping (Int) -> Void) {
      self.work = work
      self.count = count
      next.store(0, ordering: .relaxed)
      busy.store(members, ordering: .relaxed)
      round.add(1, ordering: .releasing)
      takePieces()
      wait { busy.load(ordering: .acquiring) == 0 }
      self.work = nil
    }

    func serve() {
      var seen = 0
      while true {
        wait { round.load(ordering: .acquiring) != seen }
        seen += 1
        if isClosed.load(ordering: .acquiring) { return }
        takePieces()
        busy.subtract(1, ordering: .releasing)
      }
    }

    func close() {
      isClosed.store(true, ordering: .releasing)
      round.add(1, ordering: .releasing)
    }

    private func takePieces() {
      guard let work else { return }
      while true {
        let piece = next.add(1, ordering: .relaxed).oldValue
        guard piece < count else { return }
        work(piece)
      }
    }

    private func wait(_ isOver: () -> Bool) {
      var looks = 0
      while !isOver() {
        looks += 1
        if looks > Self.looks.awake + Self.looks.yielding {
          usleep(50)
        } else if looks > Self.looks.awake {
          sched_yield()
        }
      }
    }
  }
}
