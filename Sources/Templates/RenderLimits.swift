/// Bounds that keep a hostile or broken template from taking all memory or time; each ends a rendering with
/// an error that names it, as `phrasebook render` calls it.
public struct RenderLimits: Sendable, Hashable {
  /// Bytes that one rendering may put out.
  public var outputBytes = 16 << 20
  /// Steps of all loops of one rendering together.
  public var loopIterations = 10_000_000
  /// Macros, recursive loops and nested values inside each other.
  public var recursion = 200
  /// Items of one `range`.
  public var rangeLength = 1_000_000
  /// Bytes of values that one rendering may hold.
  public var memoryBytes = 256 << 20

  public init() {}
}

/// The failures of limits.
extension RenderFailure {
  static func tooMuchOutput(_ limits: RenderLimits) -> RenderFailure {
    RenderFailure(
      .limit, "more than \(limits.outputBytes) bytes of output; render less, or raise --output-bytes")
  }

  static func tooManySteps(_ limits: RenderLimits) -> RenderFailure {
    RenderFailure(
      .limit, "more than \(limits.loopIterations) steps of loops; loop less, or raise --loop-iterations")
  }

  static func tooDeep(_ limits: RenderLimits) -> RenderFailure {
    RenderFailure(
      .limit,
      "more than \(limits.recursion) calls or values inside each other; recurse less, or raise --recursion")
  }

  /// The stack has no room for what the limit would allow.
  static var tooDeepForStack: RenderFailure {
    RenderFailure(.limit, "calls or values too deep inside each other for the stack; recurse less")
  }

  static func tooLongRange(_ limits: RenderLimits) -> RenderFailure {
    RenderFailure(
      .limit, "a range of more than \(limits.rangeLength) items; make it shorter, or raise --range-length")
  }

  static func tooMuchMemory(_ bytes: Int) -> RenderFailure {
    RenderFailure(.limit, "more than \(bytes) bytes of values; render less, or raise --memory-bytes")
  }

  /// Python's own integers have no such bound, but nothing that templates do needs longer ones.
  static var tooLongInteger: RenderFailure {
    RenderFailure(.limit, "an integer of more than a million bits; compute with smaller ones")
  }
}
