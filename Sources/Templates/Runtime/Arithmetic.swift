internal import BigInt
import Bytes
import Glibc

/// `+ - * / // % **` and signs.
extension Machine {
  func binary(_ operation: BinaryOperator, _ a: Datum, _ b: Datum) throws(RenderFailure) -> Datum {
    if case .integer(let x) = a, case .integer(let y) = b {
      return try integers(operation, x, y)
    }
    if case .undefined(let note) = a { throw undefinedFailure(note.box) }
    // A text on the left of % formats its right side, undefined or not.
    if operation == .modulo, let format = a.asText {
      return try formatted(format, with: b, isMarkup: a.isMarkup)
    }
    if case .undefined(let note) = b {
      // "x" * undefined and [..] + undefined reach the undefined's own refusal through reflection.
      throw undefinedFailure(note.box)
    }
    if let x = number(a), let y = number(b) { return try numbers(operation, x, y) }
    switch operation {
    case .add: if let sum = try concatenated(a, b) { return sum }
    case .multiply:
      if let times = count(b), let repeated = try repeated(a, times) { return repeated }
      if let times = count(a), let repeated = try repeated(b, times) { return repeated }
      if isSequence(a) || isSequence(b) {
        throw typeError(
          "can't multiply sequence by non-int of type '\((isSequence(a) ? b : a).typeName)'")
      }
    case .subtract:
      if let difference = try viewDifference(a, b) { return difference }
    default: break
    }
    let name = operation == .power ? "** or pow()" : operation.rawValue
    throw typeError("unsupported operand type(s) for \(name): '\(a.typeName)' and '\(b.typeName)'")
  }

  func unary(_ operation: UnaryOperator, _ value: Datum) throws(RenderFailure) -> Datum {
    switch (operation, value) {
    case (.not, _): return .boolean(try !isTrue(value))
    case (_, .undefined(let note)): throw undefinedFailure(note.box)
    case (.negative, .number(let number)): return .number(-number)
    case (.positive, .number): return value
    case (.negative, .big(let big)): return try region.integer(-big.box.value)
    case (.positive, .big): return value
    case (.negative, .integer(let number)):
      return number == .min ? try region.integer(-BigNumber(number)) : .integer(-number)
    case (.positive, .integer): return value
    case (.negative, .boolean(let flag)): return .integer(flag ? -1 : 0)
    case (.positive, .boolean(let flag)): return .integer(flag ? 1 : 0)
    default: throw typeError("bad operand type for unary \(operation.rawValue): '\(value.typeName)'")
    }
  }

  // MARK: Numbers

  enum Number {
    case whole(BigNumber)
    case real(Double)

    var real: Double {
      switch self {
      case .whole(let value): double(value)
      case .real(let value): value
      }
    }
  }

  func number(_ value: Datum) -> Number? {
    switch value {
    case .integer(let number): .whole(BigNumber(number))
    case .boolean(let flag): .whole(flag ? 1 : 0)
    case .big(let big): .whole(big.box.value)
    case .number(let number): .real(number)
    default: nil
    }
  }

  private func integers(_ operation: BinaryOperator, _ x: Int, _ y: Int) throws(RenderFailure) -> Datum {
    switch operation {
    case .add:
      let (sum, overflow) = x.addingReportingOverflow(y)
      if !overflow { return .integer(sum) }
    case .subtract:
      let (difference, overflow) = x.subtractingReportingOverflow(y)
      if !overflow { return .integer(difference) }
    case .multiply:
      let (product, overflow) = x.multipliedReportingOverflow(by: y)
      if !overflow { return .integer(product) }
    case .floorDivide where y != 0 && x != .min:
      let whole = x / y
      return .integer(x % y != 0 && (x < 0) != (y < 0) ? whole - 1 : whole)
    case .modulo where y != 0 && x != .min:
      let rest = x % y
      return .integer(rest != 0 && (rest < 0) != (y < 0) ? rest + y : rest)
    case .divide where y != 0 && x.magnitude < 1 << 53 && y.magnitude < 1 << 53:
      return .number(Double(x) / Double(y))
    default: break
    }
    return try wholes(operation, BigNumber(x), BigNumber(y))
  }

  private func numbers(_ operation: BinaryOperator, _ x: Number, _ y: Number) throws(RenderFailure) -> Datum {
    if case .whole(let a) = x, case .whole(let b) = y { return try wholes(operation, a, b) }
    for side in [x, y] {
      if case .whole(let value) = side, double(value).isInfinite {
        throw runtimeError("OverflowError", "int too large to convert to float")
      }
    }
    return .number(try reals(operation, x.real, y.real))
  }

  private func wholes(
    _ operation: BinaryOperator, _ x: BigNumber, _ y: BigNumber
  ) throws(RenderFailure) -> Datum {
    switch operation {
    case .add: return try region.integer(x + y)
    case .subtract: return try region.integer(x - y)
    case .multiply:
      try checkBits(x.bitWidth + y.bitWidth)
      return try region.integer(x * y)
    case .divide:
      guard y != 0 else { throw runtimeError("ZeroDivisionError", "division by zero") }
      let result = quotient(x, y)
      guard result.isFinite else {
        throw runtimeError("OverflowError", "integer division result too large for a float")
      }
      return .number(result)
    case .floorDivide, .modulo:
      guard y != 0 else {
        throw runtimeError("ZeroDivisionError", "integer division or modulo by zero")
      }
      var (whole, rest) = x.quotientAndRemainder(dividingBy: y)
      if rest != 0, (rest.sign == .minus) != (y.sign == .minus) {
        whole -= 1
        rest += y
      }
      return try region.integer(operation == .modulo ? rest : whole)
    case .power: return try power(x, y)
    }
  }

  private func checkBits(_ bits: Int) throws(RenderFailure) {
    guard bits <= integerBits else {
      throw .tooLongInteger
    }
  }

  private func power(_ x: BigNumber, _ y: BigNumber) throws(RenderFailure) -> Datum {
    if y.sign == .minus {
      guard x != 0 else {
        throw runtimeError("ZeroDivisionError", "0.0 cannot be raised to a negative power")
      }
      return .number(try reals(.power, double(x), double(y)))
    }
    if y == 0 { return .integer(1) }
    if x.magnitude <= 1 { return try region.integer(x == -1 && y % 2 == 0 ? 1 : x) }
    guard let exponent = Int(exactly: y), exponent <= 1 << 20 else {
      throw .tooLongInteger
    }
    try checkBits((x.bitWidth - 1) * exponent)
    return try region.integer(x.raised(to: exponent))
  }

  private func reals(_ operation: BinaryOperator, _ x: Double, _ y: Double) throws(RenderFailure) -> Double {
    switch operation {
    case .add: return x + y
    case .subtract: return x - y
    case .multiply: return x * y
    case .divide:
      guard y != 0 else { throw runtimeError("ZeroDivisionError", "float division by zero") }
      return x / y
    case .modulo, .floorDivide:
      guard y != 0 else {
        throw runtimeError(
          "ZeroDivisionError", operation == .modulo ? "float modulo" : "float floor division by zero")
      }
      // CPython's float_divmod.
      var rest = fmod(x, y)
      var whole = (x - rest) / y
      if rest != 0 {
        if (y < 0) != (rest < 0) {
          rest += y
          whole -= 1
        }
      } else {
        rest = copysign(0, y)
      }
      if operation == .modulo { return rest }
      if whole == 0 { return copysign(0, x / y) }
      let floored = floor(whole)
      return whole - floored > 0.5 ? floored + 1 : floored
    case .power:
      if x == 0, y < 0 {
        throw runtimeError("ZeroDivisionError", "0.0 cannot be raised to a negative power")
      }
      if x < 0, y.isFinite, y != y.rounded() {
        throw runtimeError("ValueError", "a complex number, which templates cannot print")
      }
      let result = pow(x, y)
      if result.isInfinite, x.isFinite, y.isFinite {
        throw runtimeError("OverflowError", "(34, 'Numerical result out of range')")
      }
      return result
    }
  }

  // MARK: Sequences

  private func isSequence(_ value: Datum) -> Bool {
    switch value {
    case .text, .markup, .list, .tuple: true
    default: false
    }
  }

  /// An integer that can say how often.
  private func count(_ value: Datum) -> Int? {
    switch value {
    case .integer(let number): number
    case .boolean(let flag): flag ? 1 : 0
    case .big(let big): big.box.value.sign == .minus ? 0 : .max
    default: nil
    }
  }

  private func concatenated(_ a: Datum, _ b: Datum) throws(RenderFailure) -> Datum? {
    switch (a, b) {
    case (.text(let x), .text(let y)): return .text(try joined(x, y))
    case (.markup(let x), .markup(let y)): return .markup(try joined(x, y))
    case (.markup(let x), .text(let y)): return .markup(try joined(x, try escaped(y)))
    case (.text(let x), .markup(let y)): return .markup(try joined(try escaped(x), y))
    case (.list(let x), .list(let y)): return try region.list(x.box.items + y.box.items)
    case (.tuple(let x), .tuple(let y)): return try region.tuple(x.box.items + y.box.items)
    case (.text, _), (.markup, _):
      throw typeError("can only concatenate str (not \"\(b.typeName)\") to str")
    case (.list, _): throw typeError("can only concatenate list (not \"\(b.typeName)\") to list")
    case (.tuple, _): throw typeError("can only concatenate tuple (not \"\(b.typeName)\") to tuple")
    default: return nil
    }
  }

  /// Two texts as one; in place where the first was the last thing made.
  func joined(_ x: Text, _ y: Text) throws(RenderFailure) -> Text {
    if y.isEmpty { return x }
    if x.isEmpty { return y }
    try checkSize(x.count + y.count)
    return try region.join(x, y)
  }

  func repeated(_ value: Datum, _ times: Int) throws(RenderFailure) -> Datum? {
    let times = max(0, times)
    switch value {
    case .text(let text): return .text(try repeatedText(text, times))
    case .markup(let text): return .markup(try repeatedText(text, times))
    case .list(let list): return try region.list(try repeatedItems(list.box.items, times))
    case .tuple(let tuple): return try region.tuple(try repeatedItems(tuple.box.items, times))
    default: return nil
    }
  }

  func repeatedText(_ text: Text, _ times: Int) throws(RenderFailure) -> Text {
    guard !text.isEmpty, times > 0 else { return .empty }
    try checkProduct(text.count, times)
    let place = try region.allocate(text.count * times)
    for index in 0..<times { memcpy(place + index * text.count, text.start, text.count) }
    return Text(start: UnsafePointer(place.assumingMemoryBound(to: UInt8.self)), count: text.count * times)
  }

  private func repeatedItems(_ items: [Datum], _ times: Int) throws(RenderFailure) -> [Datum] {
    guard !items.isEmpty else { return [] }
    try checkProduct(items.count * MemoryLayout<Datum>.stride, times)
    var all: [Datum] = []
    all.reserveCapacity(items.count * times)
    for _ in 0..<times { all += items }
    return all
  }

  /// Keys that only the first has; a set in Python, a list here.
  private func viewDifference(_ a: Datum, _ b: Datum) throws(RenderFailure) -> Datum? {
    guard let view = a.object(as: ViewBox.self), view.kind == .keys else { return nil }
    var kept: [Datum] = []
    for key in view.dictionary.keys where try !contains(b, key) { kept.append(key) }
    return try region.list(kept)
  }
}

extension BigNumber {
  /// The power by squaring from the highest bit of the exponent on: nothing larger than the result is computed.
  ///
  /// - Parameter exponent: at least 1.
  fileprivate func raised(to exponent: Int) -> BigNumber {
    var result = self
    for bit in stride(from: Int.bitWidth - 2 - exponent.leadingZeroBitCount, through: 0, by: -1) {
      result *= result
      if exponent >> bit & 1 == 1 { result *= self }
    }
    return result
  }
}
