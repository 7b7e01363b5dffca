/// Which of the ways of rendering Jinja a template is written for (DESIGN section 4).
public enum TemplateEnvironment: String, Sendable, Hashable, CaseIterable {
  /// PromptSource: lenient undefined values, `|||` divides input and targets, `answer_choices`.
  case promptsource
  /// lm-evaluation-harness: undefined values are errors, the trailing line break stays, `regex_replace`.
  case lmEval = "lm-eval"
  /// Hugging Face chat templates: blocks are trimmed, loop controls, values cannot be changed.
  case chat
  /// Jinja2 with its defaults.
  case jinja
  /// Jinja2 whose undefined values are errors.
  case jinjaStrict = "jinja-strict"
  /// Jinja2 with `trim_blocks` and `lstrip_blocks`.
  case jinjaTrim = "jinja-trim"
  /// Jinja2 with `keep_trailing_newline`.
  case jinjaKeepNewline = "jinja-keep-newline"

  /// The environments that users name; the others are for tests against Jinja2 itself.
  public static let named: [TemplateEnvironment] = [.promptsource, .lmEval, .chat]

  var lexicalRules: LexicalRules {
    var rules = LexicalRules()
    rules.trimsBlocks = self == .chat || self == .jinjaTrim
    rules.stripsBlocks = rules.trimsBlocks
    rules.keepsTrailingNewline = self == .lmEval || self == .jinjaKeepNewline
    return rules
  }

  var hasLoopControls: Bool { self == .chat }
  var hasGeneration: Bool { self == .chat }
  /// Undefined values fail when they are printed, compared or tested.
  var isStrict: Bool { self == .lmEval || self == .jinjaStrict }
  /// The sandbox of transformers: names with underscores and methods that change values are refused.
  var isSandboxed: Bool { self == .chat }
  /// Whether `|||` divides the output.
  var dividesOutput: Bool { self == .promptsource }
}
