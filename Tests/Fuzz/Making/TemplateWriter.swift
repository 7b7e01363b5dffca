/// Writes templates that the compiler accepts more often than not, so that strange values reach the machine:
/// every filter, test and method, with arguments that nobody would give them.
struct TemplateWriter {
  var dice: Dice
  private var names = JinjaWords.fields

  init(_ dice: Dice) { self.dice = dice }

  mutating func template() -> String {
    var text = ""
    for _ in 0..<dice.size(upTo: 5) { text += statement(depth: 3) }
    return text
  }

  private mutating func statement(depth: Int) -> String {
    let inner = depth > 0 ? depth - 1 : 0
    switch depth > 0 ? dice.below(20) : dice.below(2) * 16 {
    case 16...19: return plainCall()
    case 0...6: return "{{ \(expression(depth: 4)) }}"
    case 7:
      return dice.pick(["a ", "\n", " ||| ", "é\n", "<b>", "{{ loop.index }}", "{{ loop.cycle(1, 2) }}"])
    case 8:
      return "{% if \(expression(depth: 2)) %}\(statement(depth: inner)){% else %}"
        + "\(statement(depth: inner)){% endif %}"
    case 9, 10:
      let head = dice.pick(["for i in ", "for k, v in ", "for (a, b), c in "])
      let tail = dice.pick(["", "", " if loop", " recursive", " if i"])
      let again = tail == " recursive" && dice.one(in: 2) ? "{{ loop(i) }}" : ""
      return "{% \(head)\(expression(depth: 2))\(tail) %}\(statement(depth: inner))\(again)"
        + "\(dice.pick(["", "{% else %}e"])){% endfor %}"
    case 11:
      names.append("x")
      return "{% set x = \(expression(depth: 4)) %}"
    case 12: return "{% set y | \(call(JinjaWords.filters)) %}\(statement(depth: inner)){% endset %}{{ y }}"
    case 13:
      names.append("m")
      return
        "{% macro m(a, b=\(expression(depth: 1))) %}\(statement(depth: inner)){{ a }}{{ caller() if caller }}"
        + "{% endmacro %}{{ m(\(arguments(depth: 1))) }}"
    case 14: return "{% filter \(call(JinjaWords.filters)) %}\(statement(depth: inner)){% endfilter %}"
    default:
      names.append("ns")
      return "{% set ns = namespace(a=\(expression(depth: 1))) %}{% set ns.a = \(expression(depth: 2)) %}"
        + "{% call m(1) %}\(statement(depth: inner)){% endcall %}"
    }
  }

  /// One filter, method or test on a field, with nothing between them and arguments at the edges.
  private mutating func plainCall() -> String {
    let given = (0..<dice.below(5)).map { _ in dice.one(in: 3) ? atom() : dice.pick(FuzzTokens.edges) }
    let arguments = given.joined(separator: ", ")
    let value = dice.one(in: 3) ? atom() : dice.pick(JinjaWords.fields)
    switch dice.below(8) {
    case 0...2: return "{{ \(value)|\(dice.pick(JinjaWords.filters))(\(arguments)) }}"
    case 3:
      return "{{ \(value)|\(dice.pick(JinjaWords.filters))"
        + "(\(dice.pick(JinjaWords.keywords))=\(dice.pick(FuzzTokens.edges)))|list }}"
    case 4, 5: return "{{ (\(value)).\(dice.pick(method()))(\(arguments)) }}"
    case 6: return "{{ \(value) is \(dice.pick(JinjaWords.tests))(\(dice.pick(FuzzTokens.edges))) }}"
    default:
      let name = dice.pick(JinjaWords.globals)
      return "{{ \(name)(\(arguments))|string|length }}{{ \(value)[\(given.joined(separator: ":"))] }}"
    }
  }

  private mutating func expression(depth: Int) -> String {
    guard depth > 0 else { return atom() }
    let inner = depth - 1
    switch dice.below(24) {
    case 0...2: return atom()
    case 3...8: return "\(expression(depth: inner))|\(call(JinjaWords.filters, depth: inner))"
    case 9...12: return "(\(expression(depth: inner))).\(call(method(), depth: inner))"
    case 13:
      let test = dice.pick(JinjaWords.tests)
      let argument = dice.one(in: 2) ? "(\(expression(depth: inner)))" : ""
      return "\(expression(depth: inner)) is \(dice.pick(["", "not "]))\(test)\(argument)"
    case 14...16:
      let sign = dice.pick([
        "+", "-", "*", "/", "//", "%", "**", "~", "==", "!=", "<", "<=", ">", ">=", " in ", " not in ",
        " and ",
        " or ",
      ])
      return "(\(expression(depth: inner)) \(sign) \(expression(depth: inner)))"
    case 17: return dice.pick(["-", "+", "not "]) + "(\(expression(depth: inner)))"
    case 18: return "(\(expression(depth: inner)))[\(expression(depth: inner))]"
    case 19:
      let bounds = (0..<3).map { _ in dice.one(in: 2) ? "" : expression(depth: inner > 1 ? 1 : 0) }
      return "(\(expression(depth: inner)))[\(bounds.joined(separator: ":"))]"
    case 20:
      return "(\(expression(depth: inner)) if \(expression(depth: inner)) else \(expression(depth: inner)))"
    case 21: return "[\(arguments(depth: inner, keywords: false))]"
    case 22: return "{\(expression(depth: inner)): \(expression(depth: inner))}"
    default: return call(JinjaWords.globals, depth: inner)
    }
  }

  private mutating func method() -> [String] {
    dice.pick(
      [
        JinjaWords.textMethods, JinjaWords.textMethods, JinjaWords.listMethods, JinjaWords.dictionaryMethods,
        JinjaWords.attributes,
      ], else: [])
  }

  private mutating func call(_ names: [String], depth: Int = 1) -> String {
    let name = dice.pick(names)
    return dice.one(in: 3) ? name : "\(name)(\(arguments(depth: depth)))"
  }

  private mutating func arguments(depth: Int, keywords: Bool = true) -> String {
    var all: [String] = []
    for _ in 0..<dice.below(4) { all.append(expression(depth: depth)) }
    if keywords, dice.one(in: 4) {
      all.append("\(dice.pick(JinjaWords.keywords))=\(expression(depth: depth))")
    }
    if keywords, dice.one(in: 30) { all.append(dice.pick(["*items", "**d", "*text", "**n"])) }
    return all.joined(separator: ", ")
  }

  private mutating func atom() -> String {
    switch dice.below(10) {
    case 0...3: dice.pick(names)
    case 4, 5: dice.pick(FuzzTokens.numbers)
    case 6...8: dice.pick(JinjaWords.literals)
    default:
      dice.pick(["'name'", "'a'", "'upper'", "'items'", "'text'", "'0'", "'common'", "'floor'", "'value'"])
    }
  }
}
