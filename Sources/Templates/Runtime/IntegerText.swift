internal import BigInt
import Glibc

/// Reads an integer as Python's `int(text, base)` does; nil where Python raises `ValueError`.
///
/// - Parameter base: 2 through 36, or 0 to go by the prefix.
func parseInteger(_ text: Text, base: Int) -> BigNumber? {
  var digits = Array(text.trimmed { $0.isPythonSpace }.scalars.map { asciiDigit($0) })
  var isNegative = false
  if let sign = digits.first, sign == "-" || sign == "+" {
    isNegative = sign == "-"
    digits.removeFirst()
  }
  var base = base
  if digits.count >= 2, digits[0] == "0" {
    let prefixes: [Unicode.Scalar: Int] = ["x": 16, "X": 16, "o": 8, "O": 8, "b": 2, "B": 2]
    if let radix = prefixes[digits[1]], base == 0 || base == radix {
      base = radix
      digits.removeFirst(2)
      if digits.first == "_" { digits.removeFirst() }
    } else if base == 0 {
      // A leading zero without a prefix is only allowed for zero itself.
      guard digits.allSatisfy({ $0 == "0" || $0 == "_" }) else { return nil }
    }
  }
  if base == 0 { base = 10 }
  guard let first = digits.first, first != "_", digits.last != "_" else { return nil }
  var plain = ""
  var previous: Unicode.Scalar = "0"
  for digit in digits {
    if digit == "_" {
      guard previous != "_" else { return nil }
    } else {
      guard digit.isASCII, digit != "-", digit != "+" else { return nil }
      plain.unicodeScalars.append(digit)
    }
    previous = digit
  }
  // Python refuses longer decimal texts too (sys.set_int_max_str_digits).
  guard plain.utf8.count <= (base & (base - 1) == 0 ? 1 << 18 : 4300) else { return nil }
  if plain.utf8.count <= 18, let small = Int(plain, radix: base) {
    return BigNumber(isNegative ? -small : small)
  }
  guard let value = BigNumber(plain, radix: base) else { return nil }
  return isNegative ? -value : value
}

/// The integer nearest to zero; nil for infinities and NaN.
func wholeNumber(_ value: Double) -> BigNumber? {
  value.isFinite ? BigNumber(exactly: value.rounded(.towardZero)) : nil
}

/// The double nearest to an integer, ties to even; infinite beyond the largest.
func double(_ value: BigNumber) -> Double {
  let magnitude = value.magnitude
  let width = magnitude.bitWidth
  guard width > 64 else {
    return value.sign == .minus ? -Double(UInt64(magnitude)) : Double(UInt64(magnitude))
  }
  guard width <= 1024 else { return value.sign == .minus ? -.infinity : .infinity }
  // 64 leading bits, the last of which also stands for every bit below.
  let shift = width - 64
  var leading = UInt64(magnitude >> shift)
  if magnitude.trailingZeroBitCount < shift { leading |= 1 }
  let result = Double(sign: .plus, exponent: shift, significand: Double(leading))
  return value.sign == .minus ? -result : result
}

/// `a / b` correctly rounded.
func quotient(_ a: BigNumber, _ b: BigNumber) -> Double {
  let isNegative = (a.sign == .minus) != (b.sign == .minus)
  let numerator = a.magnitude
  let denominator = b.magnitude
  guard numerator > 0 else { return isNegative ? -0.0 : 0 }
  // 66 or more bits of the quotient, the last one sticky, then one rounding.
  let shift = 66 - (numerator.bitWidth - denominator.bitWidth)
  let scaled = shift > 0 ? numerator << shift : numerator
  let divisor = shift < 0 ? denominator << -shift : denominator
  let (whole, rest) = scaled.quotientAndRemainder(dividingBy: divisor)
  let sticky = rest > 0 ? whole | 1 : whole
  let result = scalbn(double(BigNumber(sticky)), -shift)
  return isNegative ? -result : result
}
