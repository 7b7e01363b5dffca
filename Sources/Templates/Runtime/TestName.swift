/// The tests behind `is`, by their names in templates.
enum TestName: String, Sendable, CaseIterable {
  case odd, even, divisibleby, defined, undefined, filter, test, none, boolean, `false`, `true`, integer,
    float
  case lower, upper, string, mapping, number, sequence, iterable, callable, sameas, escaped, `in`
  case equal = "=="
  case eq, equalto
  case notEqual = "!="
  case ne
  case greater = ">"
  case gt, greaterthan
  case greaterEqual = ">="
  case ge
  case less = "<"
  case lt, lessthan
  case lessEqual = "<="
  case le

  var takesArgument: Bool {
    switch self {
    case .divisibleby, .sameas, .in, .equal, .eq, .equalto, .notEqual, .ne, .greater, .gt, .greaterthan,
      .greaterEqual, .ge, .less, .lt, .lessthan, .lessEqual, .le:
      true
    default: false
    }
  }

  var comparison: ComparisonOperator? {
    switch self {
    case .equal, .eq, .equalto: .equal
    case .notEqual, .ne: .notEqual
    case .greater, .gt, .greaterthan: .greater
    case .greaterEqual, .ge: .greaterEqual
    case .less, .lt, .lessthan: .less
    case .lessEqual, .le: .lessEqual
    case .in: .contained
    default: nil
    }
  }
}

extension Machine {
  func test(named name: Datum, _ value: Datum, _ call: CallArguments) throws(RenderFailure) -> Bool {
    guard let text = name.asText?.string, let test = TestName(rawValue: text) else {
      throw runtimeError("TemplateRuntimeError", "No test named '\(try string(name).string)'.")
    }
    return try self.test(test, value, call)
  }

  func test(_ test: TestName, _ value: Datum, _ call: CallArguments) throws(RenderFailure) -> Bool {
    var argument = Datum.missing
    if test.takesArgument || !call.positional.isEmpty || !call.names.isEmpty {
      let parameter = test == .divisibleby ? "num" : test == .in ? "seq" : test == .sameas ? "other" : "b"
      let parameters = test.takesArgument ? parameter : ""
      argument = try bind(
        call, Signature("test_\(test.rawValue)", parameters, required: test.takesArgument ? 1 : 0))[0]
    }
    if let comparison = test.comparison { return try compare(comparison, value, argument) }
    switch test {
    case .defined: return !value.isUndefined
    case .undefined: return value.isUndefined
    case .none: return value.isNone
    case .boolean: if case .boolean = value { return true } else { return false }
    case .true: if case .boolean(true) = value { return true } else { return false }
    case .false: if case .boolean(false) = value { return true } else { return false }
    case .integer: return value.typeName == "int"
    case .float: return value.typeName == "float"
    case .number: return number(value) != nil
    case .string: return value.asText != nil
    case .mapping: if case .dictionary = value { return true } else { return false }
    case .sequence: return isSequence(value)
    case .iterable: return try isIterable(value)
    case .callable: return isCallable(value)
    case .escaped: return value.isMarkup
    case .sameas: return value.isSame(as: argument)
    case .odd: return try equal(try binary(.modulo, value, .integer(2)), .integer(1))
    case .even: return try equal(try binary(.modulo, value, .integer(2)), .integer(0))
    case .divisibleby: return try equal(try binary(.modulo, value, argument), .integer(0))
    case .lower: return hasProperty(.islower, try string(value))
    case .upper: return hasProperty(.isupper, try string(value))
    case .filter:
      try requireHashable(value)
      return value.asText.flatMap { Filter(rawValue: $0.string) }?.exists(in: environment) ?? false
    case .test:
      try requireHashable(value)
      return value.asText.flatMap { TestName(rawValue: $0.string) } != nil
    default: return false
    }
  }

  /// Whether `len` and `__getitem__` are there.
  private func isSequence(_ value: Datum) -> Bool {
    switch value {
    case .text, .markup, .list, .tuple, .dictionary: true
    case .object(let object): object.box is RangeBox || object.box is BytesBox
    case .undefined: !isStrict
    default: false
    }
  }

  private func isIterable(_ value: Datum) throws(RenderFailure) -> Bool {
    if case .undefined(let note) = value, note.box.isStrict { throw undefinedFailure(note.box) }
    return try cursor(over: value) != nil
  }

  private func isCallable(_ value: Datum) -> Bool {
    switch value {
    case .undefined: return true
    case .object(let object):
      switch object.box {
      case is MacroBox, is FunctionBox, is MethodBox, is TypeBox, is JoinerBox, is LoopBox, is BlockBox:
        return true
      default: return false
      }
    default: return false
    }
  }
}
