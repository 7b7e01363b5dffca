/// A line a task with its templates as marks on a scale from 0 to 100 per cent.
enum AccuracyRows {
  private static let scale = [0, 0.25, 0.5, 0.75, 1]

  static let axis: HTML = """
    <div class="row axis"><span class="name"></span><span class="plot-cell">\
    \(Plot.axis(scale, from: 0, to: 1) { fixed($0 * 100, decimals: 0) + "%" })\
    </span><span class="value">median</span></div>
    """

  static func legend(unseenTasks: Bool) -> HTML {
    let seen: [(HTML, String)] = [
      ("<g class=\"seen-ink\"><circle class=\"dot\" cx=\"14\" cy=\"8\" r=\"4.5\"/></g>", "seen template")
    ]
    let rest: [(HTML, String)] = [
      (
        "<g class=\"unseen-ink\"><path class=\"diamond\" d=\"M14 2.5 19.5 8 14 13.5 8.5 8z\"/></g>",
        "unseen template"
      ),
      (
        """
        <g class="\(unseenTasks ? "unseen-ink" : "seen-ink")"><line class="quartiles" x1="3" x2="25" y1="8" y2="8"/>\
        <line class="median" x1="14" x2="14" y1="1" y2="15"/></g>
        """, "median and quartiles"
      ),
      ("<line class=\"chance\" x1=\"14\" x2=\"14\" y1=\"0\" y2=\"16\"/>", "chance"),
      ("<path class=\"majority\" d=\"M14 5 18 12 10 12z\"/>", "best constant answer"),
    ]
    return Plot.legend((unseenTasks ? [] : seen) + rest)
  }

  /// In the order given, a heading before each new cluster.
  static func rows(_ tasks: [ResultsSummary.Task]) -> HTML {
    var pieces: [HTML] = []
    var cluster: String?
    for task in clustered(tasks) {
      if let name = task.cluster, !name.isEmpty, name != cluster {
        pieces.append("<div class=\"cluster\">\(name)</div>")
        cluster = name
      }
      pieces.append(row(task))
    }
    return HTML(lines: pieces)
  }

  /// Tasks of one cluster side by side, clusters in the order of their first task.
  private static func clustered(_ tasks: [ResultsSummary.Task]) -> [ResultsSummary.Task] {
    var clusters: [String] = []
    for task in tasks where !clusters.contains(task.cluster ?? "") { clusters.append(task.cluster ?? "") }
    return clusters.flatMap { cluster in tasks.filter { ($0.cluster ?? "") == cluster } }
  }

  private static func row(_ task: ResultsSummary.Task) -> HTML {
    var marks: [HTML] = [Plot.grid(scale, from: 0, to: 1)]
    marks.append(Plot.baselines(chance: task.chance, majority: task.majority, height: 42))
    let both = task.seen != nil && task.unseen != nil
    if let seen = task.seen { marks.append(Plot.cell(seen, seen: true, y: both ? 9 : 16)) }
    if let unseen = task.unseen { marks.append(Plot.cell(unseen, seen: false, y: both ? 26 : 16)) }
    let records: HTML =
      task.n.map { "<small>\(grouped($0)) records, \(templates(task)) templates</small>" } ?? ""
    return """
      <div class="row"><span class="name">\(task.name)\(records)</span>
      <span class="plot-cell"><svg class="plot" role="img" aria-label="\(description(task))">\(marks)</svg></span>
      <span class="value">\(values(task))</span></div>
      """
  }

  private static func templates(_ task: ResultsSummary.Task) -> String {
    [task.seen, task.unseen].compactMap { $0.map { String($0.templates.count) } }.joined(separator: " + ")
  }

  private static func description(_ task: ResultsSummary.Task) -> String {
    let seen = task.seen.map { "median over seen templates \(percent($0.median))%" }
    let unseen = task.unseen.map { "median over unseen templates \(percent($0.median))%" }
    return "\(task.name): " + [seen, unseen].compactMap(\.self).joined(separator: ", ")
  }

  private static func values(_ task: ResultsSummary.Task) -> HTML {
    let seen: HTML? = task.seen.map { "<b class=\"seen-ink\">\(percent($0.median))</b>" }
    let unseen: HTML? = task.unseen.map { "<b class=\"unseen-ink\">\(percent($0.median))</b>" }
    return HTML(lines: [seen, unseen].compactMap(\.self).flatMap { [$0, "<br>"] }.dropLast())
  }
}
