import Bytes
import Glibc

/// Appends a number as Python's `repr` writes it: the shortest digits that read back as the same number, in
/// positional notation between 1e-4 and 1e16.
func appendNumber(_ value: Double, to buffer: inout ByteBuffer) {
  if value.isNaN { return buffer.append("nan") }
  if value.isInfinite { return buffer.append(value < 0 ? "-inf" : "inf") }
  if value.sign == .minus { buffer.append(UInt8(ascii: "-")) }
  if value == 0 { return buffer.append("0.0") }
  let (digits, exponent) = shortestDigits(value.magnitude)
  if exponent < -4 || exponent >= 16 {
    buffer.append(digits[0])
    if digits.count > 1 {
      buffer.append(UInt8(ascii: "."))
      buffer.append(Array(digits[1...]))
    }
    buffer.append(exponent < 0 ? "e-" : "e+")
    if exponent.magnitude < 10 { buffer.append(UInt8(ascii: "0")) }
    buffer.append(decimal: Int(exponent.magnitude))
  } else if exponent < 0 {
    buffer.append("0.")
    for _ in 0..<(-exponent - 1) { buffer.append(UInt8(ascii: "0")) }
    buffer.append(digits)
  } else {
    for place in 0...max(exponent, digits.count - 1) {
      if place == exponent + 1 { buffer.append(UInt8(ascii: ".")) }
      buffer.append(place < digits.count ? digits[place] : UInt8(ascii: "0"))
    }
    if digits.count <= exponent + 1 { buffer.append(".0") }
  }
}

/// The shortest decimal digits of a positive number and the power of ten of the first.
private func shortestDigits(_ value: Double) -> (digits: [UInt8], exponent: Int) {
  var digits: [UInt8] = []
  var pointPlace: Int?
  var exponent = 0
  let text = Array(value.description.utf8)
  for (index, byte) in text.enumerated() {
    if byte == UInt8(ascii: ".") {
      pointPlace = digits.count
    } else if byte == UInt8(ascii: "e") {
      exponent = Int(String(decoding: text[(index + 1)...], as: UTF8.self)) ?? 0
      break
    } else {
      digits.append(byte)
    }
  }
  exponent += (pointPlace ?? digits.count) - 1
  let leading = digits.prefix { $0 == 48 }.count
  digits.removeFirst(leading)
  exponent -= leading
  while digits.count > 1, digits.last == 48 { digits.removeLast() }
  return (digits, exponent)
}

/// The number in C's `printf` notation (`f`, `e` or `g`), which is Python's too.
func decimal(_ value: Double, _ conversion: Character, precision: Int, alternate: Bool = false) -> String {
  let format = "%\(alternate ? "#" : "").\(precision)\(conversion)"
  return withVaList([value]) { arguments in
    var small = [CChar](repeating: 0, count: 64)
    let size = withVaList([value]) { vsnprintf(&small, small.count, format, $0) }
    guard size >= small.count else { return text(of: small, size) }
    var large = [CChar](repeating: 0, count: Int(size) + 1)
    vsnprintf(&large, large.count, format, arguments)
    return text(of: large, size)
  }
}

private func text(of characters: [CChar], _ size: Int32) -> String {
  String(decoding: characters.prefix(max(0, Int(size))).map { UInt8(bitPattern: $0) }, as: UTF8.self)
}

/// Reads a number as Python's `float()` does; nil where Python raises `ValueError`.
func parseNumber(_ text: Text) -> Double? {
  let trimmed = text.trimmed { $0.isPythonSpace }
  var digits = ""
  var previous: Unicode.Scalar = " "
  for scalar in trimmed.scalars {
    if scalar == "_" {
      guard previous.isPythonDecimal else { return nil }
    } else {
      guard previous != "_" || scalar.isPythonDecimal else { return nil }
      digits.unicodeScalars.append(asciiDigit(scalar))
    }
    previous = scalar
  }
  guard previous != "_", !digits.isEmpty else { return nil }
  let bare = digits.hasPrefix("-") || digits.hasPrefix("+") ? String(digits.dropFirst()) : digits
  switch bare.lowercased() {
  case "inf", "infinity": return digits.hasPrefix("-") ? -.infinity : .infinity
  case "nan": return .nan
  default: break
  }
  let isPlain = bare.utf8.allSatisfy { isDecimal($0) || "+-.eE".utf8.contains($0) }
  guard isPlain, bare.utf8.contains(where: isDecimal),
    bare.utf8.first.map({ isDecimal($0) || $0 == 46 }) == true
  else { return nil }
  // strtod takes what Double(_:) refuses: `1.`, `.5`, `1e400`.
  var end: UnsafeMutablePointer<CChar>?
  return digits.withCString { start in
    let value = strtod(start, &end)
    return end == UnsafeMutablePointer(mutating: start + digits.utf8.count) ? value : nil
  }
}

/// The ASCII digit of the same value, or the scalar itself.
func asciiDigit(_ scalar: Unicode.Scalar) -> Unicode.Scalar {
  guard scalar.value >= 128, scalar.isPythonDecimal, let value = scalar.properties.numericValue else {
    return scalar
  }
  return Unicode.Scalar(UInt8(48 + Int(value)))
}
