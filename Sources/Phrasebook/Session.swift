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

/// What the stages of one command share: how many threads, and where progress goes.
public struct Session: Sendable {
  /// At least 1; results do not depend on it.
  public var threads: Int
  public var progress: any ProgressSink

  public init(threads: Int, progress: any ProgressSink = SilentProgress()) {
    self.threads = max(1, threads)
    self.progress = progress
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
