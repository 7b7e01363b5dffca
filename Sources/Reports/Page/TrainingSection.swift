/// How training went: the loss over the steps.
struct TrainingSection {
  let report: Report

  var html: HTML {
    """
    <section id="training">
    <h2>Training</h2>
    \(model)
    \(content)
    </section>
    """
  }

  /// Which model it was, and what it stands in for.
  private var model: HTML {
    guard let trained = report.trained else { return "" }
    let how = trained.isPretrained ? "Pretrained weights, gone on from" : "From scratch"
    let part = trained.hasAdapters ? ", adapters alone trained" : ""
    var instead: HTML = ""
    if let name = trained.inPlaceOf {
      let reason = trained.reason.map { " (\($0))" } ?? ""
      instead = " It stands in for \(name), which could not be had\(reason)."
    }
    return """
      <p>\(how): \(trained.name), \(grouped(trained.parameters)) parameters\(part); \
      \(grouped(trained.examples)) examples, products in \(trained.precision).\(instead)</p>
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
      \(rates(points))
      """
  }

  /// The learning rate under the loss, where the log has it.
  private func rates(_ points: [TrainingLog.Point]) -> HTML {
    let rates = points.compactMap { point in point.learningRate.map { (Double(point.step), $0) } }
    guard rates.count > 1, let highest = rates.map(\.1).max(), let last = rates.last?.1 else { return "" }
    // The shape of a schedule needs no more points than that.
    let stride = max(1, (rates.count + 299) / 300)
    let shown = rates.indices.filter { $0 % stride == 0 || $0 == rates.count - 1 }.map { rates[$0] }
    let plot = StepPlot(
      lines: [StepPlot.Line(points: shown, kind: "curve")],
      label: "Learning rate up to \(significant(highest)), at the end \(significant(last))", isLow: true,
      written: significant)
    return """
      <figure>
      \(plot.html)
      <figcaption>Learning rate: up to \(significant(highest)), at the end \(significant(last)).</figcaption>
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
  private let line: [(step: Double, value: Double)]
  private let held: [(step: Double, value: Double)]

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
    start = line.first?.value ?? .nan
    end = line.last?.value ?? .nan
  }

  var html: HTML {
    StepPlot(
      lines: [StepPlot.Line(points: line, kind: "curve"), StepPlot.Line(points: held, kind: "held")],
      label: "Loss from \(fixed(start, decimals: 3)) to \(fixed(end, decimals: 3))", written: trimmedNumber
    ).html
  }
}
