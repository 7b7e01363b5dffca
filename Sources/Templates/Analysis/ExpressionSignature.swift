extension Expression {
  /// The expression written in one way, whatever its blanks, quotes and parentheses were: equal texts mean equal
  /// expressions.
  var signature: String {
    switch kind {
    case .constant(let literal): literal.signature
    case .name(let name): name
    case .tuple(let items): "(" + Self.list(items) + ",)"
    case .list(let items): "[" + Self.list(items) + "]"
    case .dictionary(let pairs):
      "{" + pairs.map { $0.key.signature + ":" + $0.value.signature }.joined(separator: ",") + "}"
    case .attribute(let value, let name): "\(value.signature).\(name)"
    case .item(let value, let key): "\(value.signature)[\(key.signature)]"
    case .slice(let start, let stop, let step):
      [start, stop, step].map { $0?.signature ?? "" }.joined(separator: ":")
    case .call(let callee, let arguments): callee.signature + arguments.signature
    case .filter(let operand, let name, let arguments):
      (operand?.signature ?? "") + "|" + name + (arguments.isEmpty ? "" : arguments.signature)
    case .test(let operand, let name, let arguments):
      "(\(operand.signature) is \(name)\(arguments.isEmpty ? "" : arguments.signature))"
    case .unary(let symbol, let operand): "(\(symbol.rawValue) \(operand.signature))"
    case .binary(let symbol, let left, let right):
      "(\(left.signature)\(symbol.rawValue)\(right.signature))"
    case .and(let left, let right): "(\(left.signature) and \(right.signature))"
    case .or(let left, let right): "(\(left.signature) or \(right.signature))"
    case .compare(let first, let rest):
      "(" + first.signature + rest.map { " \($0.0.rawValue) \($0.1.signature)" }.joined() + ")"
    case .concatenation(let items): "(" + items.map(\.signature).joined(separator: "~") + ")"
    case .conditional(let test, let then, let otherwise):
      "(\(then.signature) if \(test.signature) else \(otherwise?.signature ?? ""))"
    }
  }

  private static func list(_ items: [Expression]) -> String {
    items.map(\.signature).joined(separator: ",")
  }
}

extension Literal {
  fileprivate var signature: String {
    switch self {
    case .none: "none"
    case .boolean(let flag): "\(flag)"
    case .integer(let number): "\(number)"
    case .bigInteger(let digits): digits
    case .number(let number): "\(number)"
    case .string(let text): "'" + text.replacing("\\", with: "\\\\").replacing("'", with: "\\'") + "'"
    }
  }
}

extension Arguments {
  fileprivate var signature: String {
    var parts = positional.map(\.signature)
    parts += keywords.map { "\($0.name)=\($0.value.signature)" }
    if let spread { parts.append("*" + spread.signature) }
    if let keywordSpread { parts.append("**" + keywordSpread.signature) }
    return "(" + parts.joined(separator: ",") + ")"
  }
}
