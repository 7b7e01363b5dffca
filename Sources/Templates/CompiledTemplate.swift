public import Bytes
public import Records

/// A template made into a program, which may be shared between threads.
public final class CompiledTemplate: Sendable {
  public let source: TemplateSource
  public let environment: TemplateEnvironment
  public let limits: RenderLimits

  private init(_ source: TemplateSource, _ environment: TemplateEnvironment, _ limits: RenderLimits) {
    self.source = source
    self.environment = environment
    self.limits = limits
  }

  /// Compiles a template.
  ///
  /// - Parameters:
  ///   - schema: the fields of the corpus; a name that is neither one of them nor set by the template is then
  ///     an error. Without a schema, records are given as dictionaries.
  /// - Throws: everything found wrong at once, at its line and column.
  public static func compile(
    _ source: TemplateSource, schema: Schema? = nil, environment: TemplateEnvironment = .promptsource,
    limits: RenderLimits = RenderLimits()
  ) throws(Diagnostics) -> CompiledTemplate {
    CompiledTemplate(source, environment, limits)
  }

  /// The program as text, one instruction a line.
  public var listing: String { "" }
}
