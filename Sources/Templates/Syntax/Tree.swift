/// An expression and where it stands.
struct Expression: Sendable {
  indirect enum Kind: Sendable {
    case constant(Literal)
    case name(String)
    case tuple([Expression])
    case list([Expression])
    case dictionary([(key: Expression, value: Expression)])
    case attribute(Expression, String)
    case item(Expression, Expression)
    case slice(start: Expression?, stop: Expression?, step: Expression?)
    case call(Expression, Arguments)
    /// Without an operand it stands in a filter block and takes the block's text.
    case filter(Expression?, String, Arguments)
    case test(Expression, String, Arguments)
    case unary(UnaryOperator, Expression)
    case binary(BinaryOperator, Expression, Expression)
    case and(Expression, Expression)
    case or(Expression, Expression)
    case compare(Expression, [(ComparisonOperator, Expression)])
    case concatenation([Expression])
    case conditional(test: Expression, then: Expression, otherwise: Expression?)
  }

  var kind: Kind
  /// Bytes of the normalized source.
  var range: Range<Int>
  /// How many levels of expressions there are, this one included.
  var depth = 1
}

/// A value that the source spells out.
enum Literal: Sendable {
  case none
  case boolean(Bool)
  case integer(Int)
  /// Decimal digits of a number beyond 64 bits.
  case bigInteger(String)
  case number(Double)
  case string(String)
}

enum UnaryOperator: String, Sendable {
  case not
  case negative = "-"
  case positive = "+"
}

enum BinaryOperator: String, Sendable {
  case add = "+"
  case subtract = "-"
  case multiply = "*"
  case divide = "/"
  case floorDivide = "//"
  case modulo = "%"
  case power = "**"
}

enum ComparisonOperator: String, Sendable {
  case equal = "=="
  case notEqual = "!="
  case less = "<"
  case lessEqual = "<="
  case greater = ">"
  case greaterEqual = ">="
  case contained = "in"
  case notContained = "not in"
}

/// What stands between a call's parentheses.
struct Arguments: Sendable {
  var positional: [Expression] = []
  var keywords: [(name: String, value: Expression)] = []
  /// `*expression`
  var spread: Expression?
  /// `**expression`
  var keywordSpread: Expression?

  var isEmpty: Bool {
    positional.isEmpty && keywords.isEmpty && spread == nil && keywordSpread == nil
  }
}

/// What an assignment writes to.
indirect enum Target: Sendable {
  case name(String, Range<Int>)
  case namespace(String, attribute: String, Range<Int>)
  case tuple([Target], Range<Int>)
}

struct Statement: Sendable {
  indirect enum Kind: Sendable {
    case text(String)
    case output(Expression)
    case conditional([(test: Expression, body: [Statement])], otherwise: [Statement])
    case loop(ForLoop)
    case assign(Target, Expression)
    case assignBlock(Target, filter: Expression?, body: [Statement])
    case with([(Target, Expression)], body: [Statement])
    case macro(Macro)
    case callBlock(Macro, call: Expression)
    case filterBlock(Expression, body: [Statement])
    case block(Block)
    case autoescape(Expression, body: [Statement])
    case evaluate(Expression)
    case scope([Statement])
    case breakLoop
    case continueLoop
    /// `include`, `import`, `from` or `extends`: there is no other template to be had.
    case external(tag: String)
  }

  var kind: Kind
  /// The whole of a text or an output; the tag's name of a statement.
  var range: Range<Int>
}

struct ForLoop: Sendable {
  var target: Target
  var iterable: Expression
  var test: Expression?
  var isRecursive: Bool
  var body: [Statement]
  var otherwise: [Statement]
}

/// A macro, or the body of a call block, which is a macro without a name.
struct Macro: Sendable {
  var name: String?
  var parameters: [(name: String, range: Range<Int>)]
  /// The defaults of the last parameters.
  var defaults: [Expression]
  var body: [Statement]
}

struct Block: Sendable {
  var name: String
  var isScoped: Bool
  var isRequired: Bool
  var body: [Statement]
}
