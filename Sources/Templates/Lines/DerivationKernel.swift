/// How a derivation is computed: the common ones by code of their own, all others by the machine. A kernel
/// that meets a value it is not made for leaves it to the machine as well.
enum DerivationKernel: BitwiseCopyable {
  /// The field as it is printed.
  case field(Int)
  case lower(Int)
  case upper(Int)
  case trim(Int)
  case capitalize(Int)
  case replace(Int, old: Text, new: Text)
  /// How many parts `split` gives.
  case splitCount(Int, separator: Text)
  /// How many characters the field has.
  case length(Int)
  case machine

  /// - Parameters:
  ///   - field: gives a field's place among those that kernels read.
  ///   - arena: holds the kernel's texts.
  init(
    _ expression: Expression, _ use: Derivation.Use, _ arena: LineArena, _ field: (String) -> Int
  ) {
    self = use == .text ? Self.kernel(expression, arena, field) ?? .machine : .machine
  }

  private static func kernel(
    _ expression: Expression, _ arena: LineArena, _ field: (String) -> Int
  ) -> DerivationKernel? {
    if case .name(let name) = expression.kind { return .field(field(name)) }
    guard let call = operation(expression) else { return nil }
    if call.name == "length", call.texts.isEmpty, let split = operation(call.operand), split.name == "split",
      split.texts.count == 1, !split.texts[0].isEmpty, split.isMethod,
      case .name(let name) = split.operand.kind
    {
      return .splitCount(field(name), separator: Text(arena.literal(split.texts[0])))
    }
    // What was split at a text and is joined with it is as it was.
    if call.name == "join", !call.isMethod, call.texts.count == 1, let split = operation(call.operand),
      split.name == "split", split.isMethod, split.texts == call.texts, !split.texts[0].isEmpty,
      case .name(let name) = split.operand.kind
    {
      return .field(field(name))
    }
    guard case .name(let name) = call.operand.kind else { return nil }
    switch (call.name, call.texts.count) {
    case ("lower", 0): return .lower(field(name))
    case ("upper", 0): return .upper(field(name))
    case ("trim", 0) where !call.isMethod, ("strip", 0) where call.isMethod: return .trim(field(name))
    case ("length", 0) where !call.isMethod, ("count", 0) where !call.isMethod: return .length(field(name))
    case ("capitalize", 0): return .capitalize(field(name))
    case ("replace", 2) where !call.texts[0].isEmpty:
      return .replace(
        field(name), old: Text(arena.literal(call.texts[0])), new: Text(arena.literal(call.texts[1])))
    default: return nil
    }
  }

  /// A filter or a method with texts for arguments.
  private static func operation(
    _ expression: Expression
  ) -> (operand: Expression, name: String, texts: [[UInt8]], isMethod: Bool)? {
    switch expression.kind {
    case .filter(let operand?, let name, let arguments):
      return texts(arguments).map { (operand, name, $0, false) }
    case .call(let callee, let arguments):
      guard case .attribute(let receiver, let name) = callee.kind else { return nil }
      return texts(arguments).map { (receiver, name, $0, true) }
    default: return nil
    }
  }

  private static func texts(_ arguments: Arguments) -> [[UInt8]]? {
    guard arguments.keywords.isEmpty, arguments.spread == nil, arguments.keywordSpread == nil else {
      return nil
    }
    var texts: [[UInt8]] = []
    for argument in arguments.positional {
      guard case .constant(.string(let text)) = argument.kind else { return nil }
      texts.append(Array(text.utf8))
    }
    return texts
  }

  /// The place of the field that it reads.
  var field: Int? {
    switch self {
    case .field(let field), .lower(let field), .upper(let field), .trim(let field), .capitalize(let field),
      .replace(let field, _, _), .splitCount(let field, _), .length(let field):
      field
    case .machine: nil
    }
  }
}
