/// Figures over the steps of a training as lines in one frame, from 0 to a little above the highest.
struct StepPlot {
  typealias Point = (step: Double, value: Double)

  struct Line {
    var points: [Point]
    /// The class of the drawing.
    var kind: StaticString
  }

  var lines: [Line]
  /// What the drawing shows, for those who do not see it.
  var label: String
  /// Of the whole plot, where it is not the usual height.
  var isLow = false
  /// A value of the scale, as text.
  var written: (Double) -> String

  var html: HTML {
    let all = lines.flatMap { $0.points.map(\.value) }.filter(\.isFinite)
    let steps = lines.flatMap { $0.points.map(\.step) }
    let most = all.max() ?? 1
    let yTicks = ticks(from: 0, to: most > 0 ? most : 1, count: isLow ? 2 : 4)
    let high = max(most, yTicks.last ?? 1, .leastNormalMagnitude)
    let left = steps.min() ?? 0
    let right = max(steps.max() ?? 1, left + 1)
    let xTicks = ticks(from: left, to: right, count: 4)
    return """
      <div class="chart\(isLow ? " low" : "" as HTML)">
      <svg class="plot" aria-hidden="true">
      \(yTicks.map { value -> HTML in
        let y = place(high - value, to: high)
        return "<text x=\"2.6rem\" y=\"\(y)\" dy=\".35em\" text-anchor=\"end\">\(written(value))</text>"
      })
      </svg>
      <svg class="plot" viewBox="0 0 1000 1000" preserveAspectRatio="none" role="img" aria-label="\(label)">
      \(yTicks.map { value -> HTML in
        let y = fixedPlace(high - value, high)
        return "<line class=\"grid\" x1=\"0\" x2=\"1000\" y1=\"\(y)\" y2=\"\(y)\"/>"
      })
      \(lines.filter { $0.points.count > 1 }.map { line -> HTML in
        let points = line.points.filter { $0.value.isFinite }.map { point in
          "\(fixedPlace(point.step - left, right - left)),\(fixedPlace(high - point.value, high))"
        }
        return "<polyline class=\"\("\(line.kind)")\" points=\"\(points.joined(separator: " "))\"/>"
      })
      </svg>
      <span></span>
      <div class="steps">\(Plot.axis(xTicks, from: left, to: right) { grouped(Int($0)) })</div>
      </div>
      """
  }

  /// A share of 1,000, in tenths.
  private func fixedPlace(_ value: Double, _ whole: Double) -> String {
    let tenths = Int((max(0, min(1, value / whole)) * 10_000).rounded())
    return "\(tenths / 10).\(tenths % 10)"
  }
}

/// A small number with as many significant digits as it needs, at most three: `0.002`, `5e−5`.
package func significant(_ value: Double) -> String {
  guard value.isFinite, value != 0 else { return value == 0 ? "0" : "–" }
  var (mantissa, exponent) = (value.magnitude, 0)
  while mantissa < 1, exponent > -300 { (mantissa, exponent) = (mantissa * 10, exponent - 1) }
  while mantissa >= 9.995 { (mantissa, exponent) = (mantissa / 10, exponent + 1) }
  let decimals = exponent < -3 || exponent > 6 ? 2 : max(0, 2 - exponent)
  var text = fixed(
    decimals == 2 && (exponent < -3 || exponent > 6) ? mantissa : value.magnitude, decimals: decimals)
  if text.utf8.contains(UInt8(ascii: ".")) {
    while text.hasSuffix("0") { text.removeLast() }
    if text.hasSuffix(".") { text.removeLast() }
  }
  if exponent < -3 || exponent > 6 { text += "e" + (exponent < 0 ? "−" : "") + String(exponent.magnitude) }
  return (value < 0 ? "−" : "") + text
}
