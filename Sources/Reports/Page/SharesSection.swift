/// What the mixture should hold of each task and what it holds.
struct SharesSection {
  let manifest: MixtureManifest

  var html: HTML {
    """
    <section id="shares">
    <h2>Shares of the mixture</h2>
    <p class="muted">The share of each task that its rate asks for (stroke) and the share of the \
    \(grouped(manifest.total)) examples that it got (bar). \(rule)</p>
    \(content)
    </section>
    """
  }

  private var rule: String {
    switch manifest.rates {
    case "equal": return "Every task has the same rate."
    case "weights": return "Rates follow the weights that the recipe gives."
    default: break
    }
    let cap = manifest.cap.map { "capped at \(grouped(Int($0)))" } ?? "without a cap"
    return
      "Rates follow the number of training records, \(cap), at temperature \(trimmedNumber(manifest.temperature))."
  }

  private var content: HTML {
    let tasks = manifest.tasks.filter { $0.count > 0 || $0.rate > 0 }
    guard !tasks.isEmpty else { return missing("The mixture holds no task.") }
    let most = tasks.map { max($0.rate, share($0)) }.max() ?? 1
    let scale = ticks(from: 0, to: most, count: 4)
    let high = max(most, scale.last ?? most)
    return """
      <div class="rows bars">
      <div class="row axis"><span class="name"></span><span class="plot-cell">\
      \(Plot.axis(scale, from: 0, to: high) { fixed($0 * 100, decimals: 1) + "%" })\
      </span><span class="value">examples</span></div>
      \(tasks.map { row($0, scale, high) })
      </div>
      <details><summary>The same as a table</summary>
      \(table(tasks))
      </details>
      """
  }

  private func share(_ task: MixtureManifest.Task) -> Double {
    manifest.total > 0 ? Double(task.count) / Double(manifest.total) : 0
  }

  private func row(_ task: MixtureManifest.Task, _ scale: [Double], _ high: Double) -> HTML {
    let wanted = place(task.rate, to: high)
    let realized = fixed(share(task) * 100, decimals: 2)
    return """
      <div class="row"><span class="name">\(task.name)</span>
      <span class="plot-cell"><svg class="plot" role="img" \
      aria-label="\(task.name): wanted \(fixed(task.rate * 100, decimals: 2))%, realized \(realized)%">
      \(Plot.grid(scale, from: 0, to: high))
      <rect class="bar" x="0" y="4" width="\(place(share(task), to: high))" height="10"/>
      <line class="wanted" x1="\(wanted)" x2="\(wanted)" y1="1" y2="17"/>
      </svg></span>
      <span class="value"><b>\(grouped(task.count))</b> <span class="muted">\(realized)%</span></span></div>
      """
  }

  private func table(_ tasks: [MixtureManifest.Task]) -> HTML {
    """
    <div class="scroll"><table>
    <thead><tr><th>task</th><th>cluster</th><th class="number">training records</th><th class="number">wanted %</th>
    <th class="number">realized %</th><th class="number">examples</th><th class="number">epochs</th>
    <th class="number">seen templates</th><th class="number">unseen</th><th class="number">quarantined</th></tr></thead>
    <tbody>
    \(tasks.map { task -> HTML in
      """
      <tr><td>\(task.name)</td><td>\(task.cluster)</td><td class="number">\(grouped(task.trainingRecords))</td>\
      <td class="number">\(fixed(task.rate * 100, decimals: 3))</td>\
      <td class="number">\(fixed(share(task) * 100, decimals: 3))</td><td class="number">\(grouped(task.count))</td>\
      <td class="number">\(fixed(task.epochs, decimals: 2))</td><td class="number">\(task.seen.count)</td>\
      <td class="number">\(task.unseen.count)</td><td class="number">\(grouped(task.quarantined))</td></tr>
      """
    })
    </tbody></table></div>
    """
  }
}

/// Without decimals where there are none: `1`, `2.5`.
func trimmedNumber(_ value: Double) -> String {
  var text = fixed(value, decimals: 3)
  while text.hasSuffix("0") { text.removeLast() }
  return text.hasSuffix(".") ? String(text.dropLast()) : text
}
