public import Bytes
public import Records

/// Runs a template's program; keeps its memory between records, and serves one thread.
public final class Renderer {
  public let template: CompiledTemplate

  public init(_ template: CompiledTemplate) {
    self.template = template
  }

  /// Renders a record of the schema that the template was compiled for.
  ///
  /// - Parameters:
  ///   - key: seed and record; the random filters draw from its part named by the template's id.
  ///   - example: its texts are replaced; on an error they are undefined.
  public func render(
    _ record: PackedRecord, key: SeedKey, into example: inout RenderedExample
  ) throws(RenderFailure) {
    example.removeAll()
    throw RenderFailure(.runtime, "no program")
  }

  /// Renders variables given by name.
  public func render(
    _ variables: ValueDictionary, key: SeedKey, into example: inout RenderedExample
  ) throws(RenderFailure) {
    example.removeAll()
    throw RenderFailure(.runtime, "no program")
  }
}
