internal import BigInt
import Bytes
import Glibc

/// `abs`, `int`, `float`, `round`, `sum`, `min` and `max`.
extension Machine {
  func applyNumber(_ filter: Filter, to value: Datum, _ a: BoundArguments) throws(RenderFailure) -> Datum {
    switch filter {
    case .abs: return try magnitude(value)
    case .int:
      return try toInteger(value, default: a.given(0) ?? .integer(0), base: try integer(a[1], default: 10))
    case .float: return try toNumber(value) ?? a.given(0) ?? .number(0)
    case .round: return try rounded(value, a)
    case .sum: return try sum(value, a)
    default:
      var cursor = try requireCursor(over: value)
      guard var best = try cursor.next(self) else {
        return try undefined("No aggregated item, sequence was empty.")
      }
      let key = try keyFunction(a[1], caseSensitive: try flag(a[0]))
      var bestKey = try key(best)
      while let item = try cursor.next(self) {
        try countIteration()
        let itemKey = try key(item)
        if try filter == .max ? compare(.greater, itemKey, bestKey) : precedes(itemKey, bestKey) {
          (best, bestKey) = (item, itemKey)
        }
      }
      return best
    }
  }

  private func magnitude(_ value: Datum) throws(RenderFailure) -> Datum {
    switch number(value) {
    case .whole(let whole): return try region.integer(BigNumber(whole.magnitude))
    case .real(let real): return .number(real.magnitude)
    case nil: throw typeError("bad operand type for abs(): '\(value.typeName)'")
    }
  }

  private func toInteger(_ value: Datum, default fallback: Datum, base: Int) throws(RenderFailure) -> Datum {
    if case .undefined(let note) = value { throw undefinedFailure(note.box) }
    if let text = value.asText {
      guard base == 0 || (2...36).contains(base) else { return try fromReal(value, fallback) }
      if let whole = parseInteger(text, base: base) { return try region.integer(whole) }
      return try fromReal(value, fallback)
    }
    switch number(value) {
    case .whole(let whole): return try region.integer(whole)
    case .real(let real):
      if let whole = wholeNumber(real) { return try region.integer(whole) }
      // int(nan) is a ValueError and then the default; int(inf) an OverflowError that nobody catches.
      if real.isInfinite {
        throw runtimeError("OverflowError", "cannot convert float infinity to integer")
      }
      return fallback
    case nil: return fallback
    }
  }

  private func fromReal(_ value: Datum, _ fallback: Datum) throws(RenderFailure) -> Datum {
    guard case .number(let real)? = try toNumber(value), let whole = wholeNumber(real) else {
      return fallback
    }
    return try region.integer(whole)
  }

  /// `float(value)`, nil where Python raises TypeError or ValueError.
  private func toNumber(_ value: Datum) throws(RenderFailure) -> Datum? {
    if case .undefined(let note) = value { throw undefinedFailure(note.box) }
    if let text = value.asText { return parseNumber(text).map { .number($0) } }
    switch number(value) {
    case .whole(let whole):
      let real = double(whole)
      if real.isInfinite { throw runtimeError("OverflowError", "int too large to convert to float") }
      return .number(real)
    case .real(let real): return .number(real)
    case nil: return nil
    }
  }

  private func rounded(_ value: Datum, _ a: BoundArguments) throws(RenderFailure) -> Datum {
    let method = a.given(1) ?? .text(Text("common"))
    let name = try string(method).string
    guard ["common", "ceil", "floor"].contains(name) else {
      throw runtimeError("FilterArgumentError", "method must be common, ceil or floor")
    }
    if name == "common" {
      guard let number = number(value) else {
        let type = value.isUndefined ? (isStrict ? "StrictUndefined" : "Undefined") : value.typeName
        throw typeError("type \(type) doesn't define __round__ method")
      }
      let digits: Int? = a[0].isNone ? nil : try integer(a[0], default: 0)
      switch number {
      case .whole(let whole): return try region.integer(digits.map { rounded(whole, $0) } ?? whole)
      case .real(let real):
        guard let digits else {
          guard let whole = wholeNumber(real.rounded(.toNearestOrEven)) else {
            throw valueError("cannot convert float NaN to integer")
          }
          return try region.integer(whole)
        }
        return .number(try rounded(real, digits))
      }
    }
    // func(value * 10**precision) / 10**precision
    let scale = try binary(.power, .integer(10), a.given(0) ?? .integer(0))
    let scaled = try binary(.multiply, value, scale)
    let whole: Datum
    switch self.number(scaled) {
    case .whole(let number): whole = try region.integer(number)
    case .real(let real):
      guard let number = wholeNumber(name == "ceil" ? real.rounded(.up) : real.rounded(.down)) else {
        throw runtimeError("OverflowError", "cannot convert float infinity to integer")
      }
      whole = try region.integer(number)
    case nil: throw typeError("must be real number, not \(scaled.typeName)")
    }
    return try binary(.divide, whole, scale)
  }

  private func rounded(_ whole: BigNumber, _ digits: Int) -> BigNumber {
    guard digits < 0 else { return whole }
    // A number of so many bits has fewer decimal digits than a third of them.
    guard digits.magnitude <= UInt(whole.magnitude.bitWidth / 3 + 1) else { return 0 }
    let unit = BigNumber(10).power(-digits)
    let parts = whole.magnitude.quotientAndRemainder(dividingBy: unit.magnitude)
    var count = parts.quotient
    let twice = parts.remainder * 2
    if twice > unit.magnitude || twice == unit.magnitude && count % 2 == 1 { count += 1 }
    let result = BigNumber(count * unit.magnitude)
    return whole.sign == .minus ? -result : result
  }

  /// To the nearest multiple of 10^-digits of the number's exact value, ties to even, as CPython does.
  private func rounded(_ real: Double, _ digits: Int) throws(RenderFailure) -> Double {
    guard real.isFinite, digits <= 323 else { return real }
    if digits >= 0 {
      let text = decimal(real, "f", precision: digits)
      return strtod(text, nil)
    }
    guard digits >= -308 else { return copysign(0, real) }
    // The exact decimal expansion of the magnitude, rounded by hand.
    let exact = decimal(real.magnitude, "f", precision: 60)
    let whole = exact.prefix { $0 != "." }
    let unit = BigNumber(10).power(-digits)
    guard let value = BigNumber(String(whole), radix: 10) else { return real }
    var (count, rest) = value.quotientAndRemainder(dividingBy: unit)
    let twice = rest * 2
    let hasFraction = exact.drop { $0 != "." }.dropFirst().contains { $0 != "0" }
    if twice > unit || twice == unit && (hasFraction || count % 2 == 1) { count += 1 }
    rest = count * unit
    let result = double(rest)
    if result.isInfinite { throw runtimeError("OverflowError", "rounded value too large to represent") }
    return copysign(result, real)
  }

  private func sum(_ value: Datum, _ a: BoundArguments) throws(RenderFailure) -> Datum {
    var total = a.given(1) ?? .integer(0)
    if total.asText != nil { throw typeError("sum() can't sum strings [use ''.join(seq) instead]") }
    var cursor = try requireCursor(over: value)
    let path = try attributePath(a[0])
    while let item = try cursor.next(self) {
      try countIteration()
      let addend = try follow(path, item)
      total = try binary(.add, total, addend)
    }
    return total
  }
}
