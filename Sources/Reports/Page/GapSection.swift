/// What each task loses between seen and unseen instructions.
struct GapSection {
  let report: Report

  var html: HTML {
    """
    <section id="gap">
    <h2>Generalization gap by task</h2>
    \(content)
    </section>
    """
  }

  private var content: HTML {
    guard let results = report.results else { return missing("No results yet.") }
    let tasks = results.tasks.filter { $0.gap != nil }
      .enumerated().sorted { ($1.element.gap ?? 0, $0.offset) < ($0.element.gap ?? 0, $1.offset) }.map(
        \.element)
    guard let gap = results.gap, !tasks.isEmpty else {
      return missing("No task has both seen and unseen templates.")
    }
    let scale = GapScale(results)
    let level = percentLevel(gap.level)
    return """
      <p class="muted">Accuracy with seen minus accuracy with unseen instructions on the same records, in points, \
      largest first; lines are \(level)% intervals from \(grouped(gap.resamples)) resamples of templates and \
      records.</p>
      <div class="rows gaps">
      <div class="row axis"><span class="name"></span><span class="plot-cell">\
      \(Plot.axis(scale.ticks, from: scale.low, to: scale.high) { fixed($0 * 100, decimals: 0) })\
      </span><span class="value">points</span></div>
      \(row("Mean of \(tasks.count) tasks", gap.mean, gap.interval, scale, kind: "row total"))
      \(tasks.map { row($0.name, $0.gap ?? 0, $0.gapInterval, scale) })
      </div>
      """
  }

  private func row(
    _ name: String, _ value: Double, _ interval: ResultsSummary.Interval?, _ scale: GapScale,
    kind: HTML = "row"
  ) -> HTML {
    let whisker: HTML =
      interval.map {
        """
        <line class="whisker" x1="\(scale.place($0.low))" x2="\(scale.place($0.high))" y1="10" y2="10"/>
        """
      } ?? ""
    let ends = interval.map { "\(percent($0.low)) to \(percent($0.high))" } ?? ""
    return """
      <div class="\(kind)"><span class="name">\(name)</span>
      <span class="plot-cell"><svg class="plot" role="img" aria-label="\(name): gap \(percent(value)) points \(ends)">
      \(Plot.grid(scale.ticks, from: scale.low, to: scale.high, zero: 0))\(whisker)
      <circle class="centre" cx="\(scale.place(value))" cy="10" r="4.5"><title>\(name): \(percent(value)) points</title></circle>
      </svg></span>
      <span class="value"><b>\(percent(value))</b><small>\(ends)</small></span></div>
      """
  }
}

/// A scale of round ends that holds every gap, its interval and zero.
private struct GapScale {
  let low: Double
  let high: Double
  let ticks: [Double]

  init(_ results: ResultsSummary) {
    let intervals = results.tasks.compactMap(\.gapInterval) + [results.gap?.interval].compactMap(\.self)
    let values = results.tasks.compactMap(\.gap) + intervals.flatMap { [$0.low, $0.high] } + [0]
    let least = values.min() ?? 0
    let most = max(values.max() ?? 0, least + 0.1)
    let rough = Reports.ticks(from: least, to: most, count: 6)
    let step = rough.count > 1 ? rough[1] - rough[0] : 0.1
    low = (least / step).rounded(.down) * step
    high = (most / step).rounded(.up) * step
    ticks = Reports.ticks(from: low, to: high, count: 6)
  }

  func place(_ value: Double) -> String { Reports.place(value, from: low, to: high) }
}
