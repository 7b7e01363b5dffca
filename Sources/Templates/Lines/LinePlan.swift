/// A template as a list of texts, where it is no more than that: literals, texts derived from the record's
/// fields alone, and choices between them. What loops and variables a template has, go through constants and
/// were worked out when it was compiled.
///
/// Such a template's examples are written straight as lines of JSON, and templates that derive the same text
/// of a record share it. A template that is more than a list of texts has no plan; the machine renders it.
struct LinePlan: Sendable {
  enum Step: Sendable {
    /// Appends a literal, as UTF-8.
    case literal([UInt8])
    /// Appends a derived text.
    case derived(Int)
    /// Goes on at a step where a derived value is false.
    case skipUnless(Int, Int)
    case jump(Int)
    /// Appends one of the literals, drawn.
    case draw([[UInt8]])
    /// Ends a part and begins the next: `|||`.
    case divide
  }

  var steps: [Step] = []
  /// What the steps derive from a record, each once.
  var derivations: [Derivation] = []
  /// Whether a divider stands in a branch, so that only the rendering tells how many parts there are.
  var dividesInBranches = false
}

/// A text or a truth value that depends on nothing but the record's fields.
struct Derivation: Sendable {
  enum Use: String, Sendable {
    case text
    case truth
  }

  /// The same for the same derivation of any template.
  var key: String
  var expression: Expression
  var use: Use
  /// The field, where it depends on one only.
  var field: String?
}

extension Expression {
  /// A text that is the same for expressions that mean the same, wherever they stand.
  var key: String {
    func list(_ items: [Expression]) -> String { items.map(\.key).joined(separator: ",") }
    func call(_ arguments: Arguments) -> String {
      let keywords = arguments.keywords.map { "\(quoted($0.name))=\($0.value.key)" }.joined(separator: ",")
      let spreads = [arguments.spread, arguments.keywordSpread].map { $0?.key ?? "" }
      return "(\(list(arguments.positional));\(keywords);\(spreads[0]);\(spreads[1]))"
    }
    // Lengths before texts: no text can pretend to be something else.
    func quoted(_ text: String) -> String { "\(text.utf8.count):\(text)" }
    return switch kind {
    case .constant(.string(let text)): "'\(quoted(text))"
    case .constant(.number(let number)): "#\(number.bitPattern)"
    case .constant(.integer(let number)): "i\(number)"
    case .constant(.bigInteger(let digits)): "i\(digits)"
    case .constant(.boolean(let flag)): flag ? "true" : "false"
    case .constant(.none): "none"
    case .name(let name): "$\(quoted(name))"
    case .tuple(let items): "t(\(list(items)))"
    case .list(let items): "[\(list(items))]"
    case .dictionary(let pairs): "{\(list(pairs.flatMap { [$0.key, $0.value] }))}"
    case .attribute(let value, let name): "\(value.key).\(quoted(name))"
    case .item(let value, let index): "\(value.key)[\(index.key)]"
    case .slice(let start, let stop, let step):
      "s(\([start, stop, step].map { $0?.key ?? "" }.joined(separator: ":")))"
    case .call(let callee, let arguments): "c(\(callee.key))\(call(arguments))"
    case .filter(let operand, let name, let arguments): "(\(operand?.key ?? "")|\(name)\(call(arguments)))"
    case .test(let operand, let name, let arguments): "(\(operand.key)?\(name)\(call(arguments)))"
    case .unary(let operation, let operand): "(\(operation.rawValue) \(operand.key))"
    case .binary(let operation, let left, let right): "(\(left.key)\(operation.rawValue)\(right.key))"
    case .and(let left, let right): "(\(left.key) and \(right.key))"
    case .or(let left, let right): "(\(left.key) or \(right.key))"
    case .compare(let first, let rest):
      "(\(first.key)\(rest.map { " \($0.0.rawValue) \($0.1.key)" }.joined()))"
    case .concatenation(let parts): "~(\(list(parts)))"
    case .conditional(let test, let then, let otherwise):
      "if(\(test.key),\(then.key),\(otherwise?.key ?? ""))"
    }
  }
}
