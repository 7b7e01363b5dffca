/// Bounds that keep a hostile or broken template from taking all memory or time; each ends a rendering with
/// an error that names it.
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
