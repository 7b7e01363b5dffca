public import Bytes
import JSON
public import Records

/// A template made into a program, which may be shared between threads.
public final class CompiledTemplate: @unchecked Sendable {
  public let source: TemplateSource
  public let environment: TemplateEnvironment
  public let limits: RenderLimits
  /// The fields that records have; nil where they are given as dictionaries.
  public let schema: Schema?
  let program: Program
  /// The answer choices' own program; nil where the template has none or they are constant.
  let choicesProgram: Program?
  /// Answer choices that are the same for every record.
  package let constantChoices: [String]?
  /// Target and choices in lm-eval.
  let harness: HarnessPrograms?
  /// The template as a list of texts, where it is no more than that.
  let plan: LinePlan?
  /// Its name as JSON.
  let quotedName: UnsafeRawBufferPointer

  private init(
    _ source: TemplateSource, _ environment: TemplateEnvironment, _ limits: RenderLimits, _ schema: Schema?,
    _ program: Program, _ choicesProgram: Program?, _ constantChoices: [String]?,
    _ harness: HarnessPrograms?, _ plan: LinePlan?
  ) {
    self.source = source
    self.environment = environment
    self.limits = limits
    self.schema = schema
    self.program = program
    self.choicesProgram = choicesProgram
    self.constantChoices = constantChoices
    self.harness = harness
    self.plan = plan
    var name = ByteBuffer()
    JSONText.appendString(source.name, to: &name)
    let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: name.count, alignment: 1)
    name.withBytes { memory.copyMemory(from: $0) }
    quotedName = UnsafeRawBufferPointer(memory)
  }

  deinit { quotedName.deallocate() }

  /// Compiles a template.
  ///
  /// - Parameters:
  ///   - schema: the fields of the corpus; a name that is neither one of them nor set by the template is then
  ///     an error. Without a schema, records are given as dictionaries.
  ///   - environment: nil: the one that the template's file names, else PromptSource's.
  /// - Throws: everything found wrong at once, at its line and column.
  public static func compile(
    _ source: TemplateSource, schema: Schema? = nil, environment: TemplateEnvironment? = nil,
    limits: RenderLimits = RenderLimits()
  ) throws(Diagnostics) -> CompiledTemplate {
    var compilation = Compilation(
      source: source, schema: schema, environment: environment ?? source.environment ?? .promptsource,
      limits: limits)
    // Trees are walked, and in the end taken apart, as deep as they are.
    let outcome = withDeepStack { () -> Result<CompiledTemplate, Diagnostics> in
      do throws(Diagnostics) { return .success(try compilation.run()) } catch { return .failure(error) }
    }
    let compiled = try outcome.get()
    if !source.steps.isEmpty {
      try compileSteps(of: source, schema: schema, environment: compiled.environment, limits: limits)
    }
    return compiled
  }

  /// Compiles several templates, such as those of a file.
  ///
  /// - Throws: everything that is wrong with any of them.
  public static func compileAll(
    _ sources: [TemplateSource], schema: Schema? = nil, environment: TemplateEnvironment? = nil,
    limits: RenderLimits = RenderLimits()
  ) throws(Diagnostics) -> [CompiledTemplate] {
    var compiled: [CompiledTemplate] = []
    var problems: [Diagnostic] = []
    for source in sources {
      do throws(Diagnostics) {
        compiled.append(try compile(source, schema: schema, environment: environment, limits: limits))
      } catch {
        problems += error.list
      }
    }
    guard problems.isEmpty else { throw Diagnostics(problems) }
    return compiled
  }

  static func make(
    _ compilation: Compilation, _ program: Program, _ choicesProgram: Program?, _ constantChoices: [String]?,
    _ harness: HarnessPrograms?, _ plan: LinePlan?
  ) -> CompiledTemplate {
    CompiledTemplate(
      compilation.source, compilation.environment, compilation.limits, compilation.schema, program,
      choicesProgram, constantChoices, harness, plan)
  }

  /// Whether examples are written by a plan, without the machine.
  package var hasPlan: Bool { plan != nil }

  /// The program as text, one instruction a line.
  public var listing: String {
    let main = program.listing
    if let constantChoices {
      return "answer choices: \(constantChoices.map { "'\($0)'" }.joined(separator: ", "))\n\n" + main
    }
    return choicesProgram.map { "answer choices\n" + $0.listing + "\n" + main } ?? main
  }
}
