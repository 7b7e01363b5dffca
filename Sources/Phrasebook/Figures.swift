import Glibc

/// A number with a fixed count of decimals, rounded half away from zero; for progress and summaries.
func decimal(_ value: Double, _ places: Int) -> String {
  guard value.isFinite, abs(value) < 1e15 else { return "\(value)" }
  let scale = pow(10, Double(places))
  let whole = Int64((abs(value) * scale).rounded())
  let sign = value < 0 && whole > 0 ? "-" : ""
  guard places > 0 else { return sign + String(whole) }
  let digits = String(whole)
  let padded = String(repeating: "0", count: max(0, places + 1 - digits.count)) + digits
  return sign + padded.dropLast(places) + "." + padded.suffix(places)
}

/// Seconds as people say them: `42s`, `3m 05s`, `2h 10m`.
func duration(_ seconds: Double) -> String {
  guard seconds.isFinite, seconds >= 0, seconds < 1e9 else { return "?" }
  let whole = Int(seconds.rounded())
  func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
  if whole < 60 { return "\(whole)s" }
  if whole < 3_600 { return "\(whole / 60)m \(two(whole % 60))s" }
  return "\(whole / 3_600)h \(two(whole / 60 % 60))m"
}
