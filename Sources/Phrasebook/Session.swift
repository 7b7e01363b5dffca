import Synchronization

/// The version of the program and of the library, as manifests and results carry it.
public let phrasebookVersion = "0.1.0"

/// Where a command tells what it is doing. Called from any thread.
public protocol ProgressSink: Sendable {
  /// A stage has ended or begun: one line.
  func note(_ line: String)
  /// More than most users want to know.
  func detail(_ line: String)
  /// Something that the user should look at; the work goes on.
  func warning(_ line: String)
  /// The state of the running stage; each replaces the one before.
  func update(_ line: String)
}

/// A sink that tells nothing.
public struct SilentProgress: ProgressSink {
  public init() {}
  public func note(_ line: String) {}
  public func detail(_ line: String) {}
  public func warning(_ line: String) {}
  public func update(_ line: String) {}
}

/// Asks a long stage to stop where it can go on later: a training saves its state first. May be used from any
/// thread.
public final class StopRequest: Sendable {
  private let requested = Atomic(false)
  private let listeners = Atomic(0)

  public init() {}

  /// Whether anybody would notice a request.
  public var isHeard: Bool { listeners.load(ordering: .sequentiallyConsistent) > 0 }

  /// Asks for a stop.
  ///
  /// - Returns: false where it had been asked for before.
  @discardableResult
  public func request() -> Bool { !requested.exchange(true, ordering: .sequentiallyConsistent) }

  public var isRequested: Bool { requested.load(ordering: .sequentiallyConsistent) }

  /// Runs a stage that looks at `isRequested`.
  func heard<Result>(_ body: () throws -> Result) rethrows -> Result {
    listeners.add(1, ordering: .sequentiallyConsistent)
    defer { listeners.subtract(1, ordering: .sequentiallyConsistent) }
    return try body()
  }
}

/// What the stages of one command share: how many threads, where progress goes, and how to stop them.
public struct Session: Sendable {
  /// At least 1; results do not depend on it.
  public var threads: Int
  public var progress: any ProgressSink
  public var stop: StopRequest

  public init(
    threads: Int, progress: any ProgressSink = SilentProgress(), stop: StopRequest = StopRequest()
  ) {
    self.threads = max(1, threads)
    self.progress = progress
    self.stop = stop
  }
}

/// What a command gives back, for people and for programs.
public struct CommandResult: Sendable {
  /// One JSON document that ends in a line feed.
  public var json: String
  private let render: @Sendable (_ width: Int, _ colour: Bool) -> String

  public init(json: String, text: @escaping @Sendable (_ width: Int, _ colour: Bool) -> String) {
    self.json = json
    render = text
  }

  /// The text for a terminal of that many columns; ends in a line feed.
  public func text(width: Int, colour: Bool) -> String { render(width, colour) }
}
