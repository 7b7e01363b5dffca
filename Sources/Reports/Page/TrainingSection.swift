/// How training went: the loss over the steps.
struct TrainingSection {
  let report: Report

  var html: HTML {
    """
    <section id="training">
    <h2>Training</h2>
    \(content)
    </section>
    """
  }

  private var content: HTML {
    guard let points = report.training?.points, let first = points.first, let last = points.last else {
      return missing("Not trained here yet: there is no model/training_log.jsonl.")
    }
    guard points.count > 1 else { return missing("One step only: loss \(fixed(first.loss, decimals: 3)).") }
    let curve = LossCurve(points)
    let tokens: HTML = last.tokens.map { " on \(grouped($0)) tokens" } ?? ""
    let held = points.filter { $0.validationLoss != nil }
    return """
      <figure>
      \(curve.html)
      <figcaption>Loss per target token in nats over \(grouped(last.step)) steps\(tokens): \
      from \(fixed(curve.start, decimals: 3)) to \(fixed(curve.end, decimals: 3))\
      \(curve.bucket > 1 ? ", each point the mean of \(curve.bucket) entries of the log" : "").\
      \(heldOut(held))</figcaption>
      </figure>
      """
  }

  private func heldOut(_ points: [TrainingLog.Point]) -> String {
    guard let last = points.last, let loss = last.validationLoss else { return "" }
    let figure = "\(fixed(loss, decimals: 3)) at step \(grouped(last.step))"
    return points.count > 1
      ? " Dashed: on held-out examples, \(figure)." : " On held-out examples: \(figure)."
  }
}

/// The loss as a line, averaged so that a point is never narrower than a pixel.
struct LossCurve {
  /// Entries of the log to a point.
  let bucket: Int
  /// Loss at the first and the last point.
  let start: Double
  let end: Double
  private let line: [(step: Double, loss: Double)]
  private let held: [(step: Double, loss: Double)]

  /// - Parameter points: at least one.
  init(_ points: [TrainingLog.Point]) {
    let size = max(1, (points.count + 299) / 300)
    bucket = size
    line = stride(from: 0, to: points.count, by: size).map { first in
      let group = points[first..<min(first + size, points.count)]
      let count = Double(group.count)
      return (
        group.reduce(0) { $0 + Double($1.step) } / count, group.reduce(0) { $0 + $1.loss } / count
      )
    }
    held = points.compactMap { point in point.validationLoss.map { (Double(point.step), $0) } }
    start = line.first?.loss ?? .nan
    end = line.last?.loss ?? .nan
  }

  var html: HTML {
    let all = (line + held).map(\.loss).filter(\.isFinite)
    let yTicks = ticks(from: 0, to: max(all.max() ?? 1, 1e-3), count: 4)
    let high = max(all.max() ?? 1, yTicks.last ?? 1)
    let left = line.first?.step ?? 0
    let right = max(line.last?.step ?? 1, left + 1)
    let xTicks = ticks(from: left, to: right, count: 4)
    let dashed: HTML =
      held.count > 1
      ? "<polyline class=\"held\" points=\"\(path(held, left, right, high))\"/>" : ""
    return """
      <div class="chart">
      <svg class="plot" aria-hidden="true">
      \(yTicks.map { value -> HTML in
        let y = place(high - value, to: high)
        return "<text x=\"2.4rem\" y=\"\(y)\" dy=\".35em\" text-anchor=\"end\">\(trimmedNumber(value))</text>"
      })
      </svg>
      <svg class="plot" viewBox="0 0 1000 1000" preserveAspectRatio="none" role="img" aria-label="Loss from \
      \(fixed(start, decimals: 3)) to \(fixed(end, decimals: 3))">
      \(yTicks.map { value -> HTML in
        let y = fixedPlace(high - value, high)
        return "<line class=\"grid\" x1=\"0\" x2=\"1000\" y1=\"\(y)\" y2=\"\(y)\"/>"
      })
      <polyline class="curve" points="\(path(line, left, right, high))"/>\(dashed)
      </svg>
      <span></span>
      <div class="steps">\(Plot.axis(xTicks, from: left, to: right) { grouped(Int($0)) })</div>
      </div>
      """
  }

  private func path(_ points: [(step: Double, loss: Double)], _ left: Double, _ right: Double, _ high: Double)
    -> HTML
  {
    let pairs = points.filter { $0.loss.isFinite }.map { point in
      "\(fixedPlace(point.step - left, right - left)),\(fixedPlace(high - point.loss, high))"
    }
    return "\(pairs.joined(separator: " "))"
  }

  /// A share of 1,000, in tenths.
  private func fixedPlace(_ value: Double, _ whole: Double) -> String {
    let tenths = Int((max(0, min(1, value / whole)) * 10_000).rounded())
    return "\(tenths / 10).\(tenths % 10)"
  }
}
