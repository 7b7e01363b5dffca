/// Why a record could not be rendered.
public struct RenderFailure: Error, Sendable, Hashable {
  public enum Kind: String, Sendable, Hashable {
    /// A value that is not there was used.
    case undefined
    /// An operation that the values' types do not have.
    case type
    /// Any other error of the template's own.
    case runtime
    /// One of `RenderLimits` was reached.
    case limit
  }

  public var kind: Kind
  /// In the words of Python's own message where it has one, after the name of Python's exception.
  public var message: String
  /// The line of the template, from 1; 0 when unknown.
  public var line: Int

  public init(_ kind: Kind, _ message: String, line: Int = 0) {
    self.kind = kind
    self.message = message
    self.line = line
  }
}

extension RenderFailure: CustomStringConvertible {
  public var description: String { line > 0 ? "line \(line): \(message)" : message }
}
