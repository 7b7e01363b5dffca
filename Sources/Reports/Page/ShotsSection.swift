/// How figures change with the number of exemplars; empty without evaluations at several numbers.
struct ShotsSection {
  let points: [ShotsPoint]

  var html: HTML {
    guard points.count > 1 else { return "" }
    return """
      <section id="shots">
      <h2>Accuracy by number of exemplars</h2>
      <p class="muted">The mean over tasks of the median over templates, with intervals; one line for each number \
      of solved examples in the prompt.</p>
      <div class="rows">
      <div class="row axis"><span class="name"></span><span class="plot-cell">\
      \(Plot.axis(Self.scale, from: 0, to: 1) { fixed($0 * 100, decimals: 0) + "%" })\
      </span><span class="value">seen, unseen</span></div>
      \(points.map(row))
      </div>
      </section>
      """
  }

  private static let scale = [0, 0.25, 0.5, 0.75, 1]

  private func row(_ point: ShotsPoint) -> HTML {
    let name = point.shots == 1 ? "1 exemplar" : "\(point.shots) exemplars"
    let label = "\(name): seen \(percent(point.seen))%, unseen \(percent(point.unseen))%"
    return """
      <div class="row"><span class="name">\(name)</span>
      <span class="plot-cell"><svg class="plot" role="img" aria-label="\(label)">\
      \(Plot.grid(Self.scale, from: 0, to: 1))\(mark(point.seen, point.seenInterval, seen: true))\
      \(mark(point.unseen, point.unseenInterval, seen: false))</svg></span>
      <span class="value"><b class="seen-ink">\(percent(point.seen))</b><br>\
      <b class="unseen-ink">\(percent(point.unseen))</b></span></div>
      """
  }

  private func mark(_ value: Double?, _ interval: ResultsSummary.Interval?, seen: Bool) -> HTML {
    guard let value else { return "" }
    let y = seen ? 9 : 26
    let whisker: HTML =
      interval.map {
        "<line class=\"quartiles\" x1=\"\(place($0.low))\" x2=\"\(place($0.high))\" y1=\"\(y)\" y2=\"\(y)\"/>"
      } ?? ""
    return """
      <g class="\(seen ? "seen-ink" : "unseen-ink")">\(whisker)\
      <circle class="dot" cx="\(place(value))" cy="\(y)" r="4.5"/></g>
      """
  }
}
