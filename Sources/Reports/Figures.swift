/// A number with a fixed count of decimals, halves away from zero, with a true minus sign; `–` for what is
/// no number.
package func fixed(_ value: Double, decimals: Int) -> String {
  let scale = (0..<max(0, decimals)).reduce(1.0) { product, _ in product * 10 }
  let scaled = (value.magnitude * scale).rounded()
  guard scaled < 1e15 else { return "–" }
  let digits = String(Int(scaled))
  let padding = String(repeating: "0", count: max(0, decimals + 1 - digits.utf8.count))
  let padded = padding + digits
  let sign = value < 0 && scaled > 0 ? "−" : ""
  guard decimals > 0 else { return sign + grouped(digits) }
  let split = padded.index(padded.endIndex, offsetBy: -decimals)
  return sign + grouped(String(padded[..<split])) + "." + padded[split...]
}

/// A share as per cent with one decimal and without the sign.
package func percent(_ share: Double?) -> String { share.map { fixed($0 * 100, decimals: 1) } ?? "–" }

/// A whole number with a comma every three digits.
package func grouped(_ number: Int) -> String { (number < 0 ? "−" : "") + grouped(String(number.magnitude)) }

private func grouped(_ digits: String) -> String {
  var text = ""
  let count = digits.utf8.count
  for (place, digit) in digits.enumerated() {
    if place > 0, (count - place).isMultiple(of: 3) { text += "," }
    text.append(digit)
  }
  return text
}

/// Round values that divide a range into about `count` parts: 1, 2 or 5 times a power of ten apart.
package func ticks(from low: Double, to high: Double, count: Int) -> [Double] {
  guard high > low, low.isFinite, high.isFinite else { return [low] }
  let raw = (high - low) / Double(max(1, count))
  var power = 1.0
  while power * 10 <= raw { power *= 10 }
  while power > raw { power /= 10 }
  let step = [1.0, 2, 5, 10].map { $0 * power }.first { $0 >= raw } ?? raw
  var value = (low / step).rounded(.up) * step
  var all: [Double] = []
  while value <= high + step * 1e-9 {
    all.append(value + 0)
    value += step
  }
  return all
}
