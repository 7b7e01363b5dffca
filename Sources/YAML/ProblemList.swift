public import Bytes

/// Collects what is wrong with a file, so that all of it is told at once.
public final class ProblemList {
  public private(set) var list: [Diagnostic] = []
  /// Beyond this many the rest is left out: one mistake often causes many.
  public static let most = 50

  public init() {}

  public func add(_ problem: Diagnostic) {
    // One text may be compiled several times; what is wrong with it is told once.
    if list.count < Self.most, !list.contains(problem) { list.append(problem) }
  }

  public func add(_ problems: Diagnostics) {
    for problem in problems.list { add(problem) }
  }

  /// - Throws: everything collected, in order; nothing when the list is empty.
  public func throwIfAny() throws(Diagnostics) {
    if !list.isEmpty { throw Diagnostics(list) }
  }
}
