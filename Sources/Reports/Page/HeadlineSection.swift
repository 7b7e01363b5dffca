/// The three figures that the report is about.
struct HeadlineSection {
  let report: Report

  var html: HTML {
    guard let results = report.results else {
      return """
        <section id="headline">
        \(missing("Not evaluated yet: there is no evaluation/results.json. Run `phrasebook evaluate` on this folder."))
        </section>
        """
    }
    return """
      <section id="headline">
      <dl class="headline">
      \(figure("seen", "Seen instructions", percent(results.seen), "%", interval(results.seenInterval)))
      \(figure("unseen", "Unseen instructions", percent(results.unseen), "%", interval(results.unseenInterval)))
      \(figure("gap", "Generalization gap", percent(results.gap?.mean), "points", interval(results.gap?.interval)))
      </dl>
      <p>\(sentence(results))</p>
      \(results.notes.map { "<p class=\"warning\">\($0)</p>" as HTML })
      </section>
      """
  }

  private func figure(
    _ kind: HTML, _ label: String, _ value: String, _ unit: String, _ interval: String
  ) -> HTML {
    """
    <div class="\(kind)"><dt>\(label)</dt>
    <dd><span class="figure">\(value)<span class="unit">\(unit)</span></span><br>
    <span class="interval">\(interval)</span></dd></div>
    """
  }

  private func interval(_ interval: ResultsSummary.Interval?) -> String {
    guard let interval, let level = report.results?.gap?.level else { return "" }
    return "\(percentLevel(level))% interval \(percent(interval.low)) to \(percent(interval.high))"
  }

  private func sentence(_ results: ResultsSummary) -> HTML {
    guard let gap = results.gap, let seen = results.seen, let unseen = results.unseen else {
      return """
        There is no gap to measure: no task has both templates that were trained on and templates that were \
        held out.
        """
    }
    let count = results.pairedTasks
    let tasks: HTML = count == 1 ? "one task" : "\(count) tasks"
    let chance: HTML = results.chance.map { "Guessing would give \(percent($0))%" } ?? ""
    let majority: HTML =
      results.majority.map { ", the best constant answer \(percent($0))%" } ?? ""
    return """
      Over \(tasks), the model answers \(percent(seen))% right when the instruction is one that it was \
      trained on, and \(percent(unseen))% when the same records come with an instruction that it never saw: \
      a gap of \(percent(gap.mean)) points. \(chance)\(majority)\(results.chance == nil ? "" : ".")
      """
  }
}
