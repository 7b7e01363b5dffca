/// What calibration does to every task; empty where nobody calibrated.
struct CalibrationSection {
  let report: Report

  var html: HTML {
    let tasks = (report.results.map { $0.tasks + $0.unseenTasks } ?? []).filter { $0.calibration != nil }
    guard !tasks.isEmpty else { return "" }
    return """
      <section id="calibration">
      <h2>Before and after calibration</h2>
      <p class="muted">Medians over templates, in per cent. The label shift is half the sum of differences between \
      the shares of the model's answers and of the right ones: 0 where the model takes every choice as often as \
      it is right.</p>
      <div class="scroll"><table>
      <thead><tr><th>task</th><th class="number">seen</th><th class="number">calibrated</th>\
      <th class="number">unseen</th><th class="number">calibrated</th><th class="number">label shift</th>\
      <th class="number">calibrated</th></tr></thead>
      <tbody>
      \(tasks.map(row))
      </tbody></table></div>
      </section>
      """
  }

  private func row(_ task: ResultsSummary.Task) -> HTML {
    let calibration = task.calibration
    let labels = calibration?.unseenLabels ?? calibration?.seenLabels
    let distances = labels?.distances
    func cell(_ value: Double?) -> HTML { "<td class=\"number\">\(percent(value))</td>" }
    func change(_ before: Double?, _ after: Double?) -> HTML {
      guard let after else { return "<td class=\"number\">–</td>" }
      let mark = before.map { after > $0 ? " ▲" : after < $0 ? " ▼" : "" } ?? ""
      return "<td class=\"number\">\(percent(after))\(mark)</td>"
    }
    return """
      <tr><td>\(task.name)</td>\(cell(task.seen?.median))\
      \(change(task.seen?.median, calibration?.seen?.median))\(cell(task.unseen?.median))\
      \(change(task.unseen?.median, calibration?.unseen?.median))\(cell(distances?.before))\
      \(cell(distances?.after ?? nil))</tr>
      """
  }
}
