/// Templates that a file's records go through one after the other, made ready to be written as lines of JSON;
/// may be shared between threads, as nothing in it changes.
public final class LineTemplates: @unchecked Sendable {
  /// All compiled for the same environment.
  public let templates: [CompiledTemplate]
  /// By template; nil where only the machine renders it.
  let lines: [LinkedLine?]
  let derivations: [LinkedDerivation]
  /// The derivations that the machine computes, as functions.
  let program: Program
  /// The fields that derivations read.
  let fields: [String]
  let environment: TemplateEnvironment
  let limits: RenderLimits
  let keys: LineKeys
  private let arena: LineArena
  /// The literals that drawing steps choose from.
  var drawn: [UnsafeRawBufferPointer] { arena.drawn }

  struct LinkedDerivation: BitwiseCopyable, @unchecked Sendable {
    let kernel: DerivationKernel
    let function: Int
    let use: Derivation.Use
    /// The only field that it depends on; -1 where there are more.
    let field: Int
  }

  /// - Parameter keys: which keys the lines have.
  public init(_ templates: [CompiledTemplate], keys: LineKeys = LineKeys()) {
    self.templates = templates
    self.keys = keys
    environment = templates.first?.environment ?? .promptsource
    limits = templates.first?.limits ?? RenderLimits()
    let arena = LineArena()
    let program = Program()
    let compiler = Compiler(
      TemplateText("", keepsTrailingNewline: false), environment: environment, program: program,
      constantChoices: nil, isChecking: false)
    var places: [String: Int] = [:]
    var derivations: [LinkedDerivation] = []
    var fields: [String] = []
    func field(_ name: String) -> Int {
      if let known = fields.firstIndex(where: { $0.utf8.elementsEqual(name.utf8) }) { return known }
      fields.append(name)
      return fields.count - 1
    }
    var lines: [LinkedLine?] = []
    for template in templates {
      guard let plan = template.plan, template.environment == environment, template.limits == limits,
        !keys.onlyFirstTarget || plan.mayHaveOneTarget
      else {
        lines.append(nil)
        continue
      }
      let linked = plan.derivations.map { derivation in
        if let known = places[derivation.key] { return known }
        places[derivation.key] = derivations.count
        derivations.append(
          LinkedDerivation(
            kernel: DerivationKernel(derivation.expression, derivation.use, arena, field),
            function: compiler.compileAlone(derivation.expression), use: derivation.use,
            field: derivation.field.map(field) ?? -1))
        return derivations.count - 1
      }
      lines.append(LineLinker.link(plan, template, keys, derivations: linked, arena))
    }
    _ = program.link()
    self.arena = arena
    self.program = program
    self.derivations = derivations
    self.fields = fields
    self.lines = lines
  }

}
