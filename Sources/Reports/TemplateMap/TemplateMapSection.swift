/// The map of every task's templates.
struct TemplateMapSection {
  /// nil where the folder has none.
  let map: TemplateMap?
  /// Tasks beyond these are folded away.
  private static let mostOpen = 24

  var html: HTML {
    """
    <section id="templates">
    <h2>How alike the templates are</h2>
    <p class="muted">A square for every two templates of a task: the share of word trigrams that they have in \
    common, fields counted as one word. Members of a family of near-duplicates stand side by side in a frame.</p>
    \(content)
    </section>
    """
  }

  private var content: HTML {
    guard let map, !map.tasks.isEmpty else {
      return missing("The folder has no map of templates; build the mixture again.")
    }
    return """
      \(legend(map))
      \(map.tasks.enumerated().map { place, task in part(task, isOpen: place < Self.mostOpen) })
      """
  }

  private func legend(_ map: TemplateMap) -> HTML {
    let isHeldOut = map.tasks.contains { $0.templates.contains(where: \.isHeldOut) }
    var items: [(HTML, String)] = [
      (scale("within"), isHeldOut ? "both on one side: pale unlike, dark alike" : "pale unlike, dark alike")
    ]
    if isHeldOut {
      items.append((scale("across"), "one of the two held out"))
      items.append(("<path class=\"unseen-ink diamond\" d=\"M14 3l5 5-5 5-5-5z\"/>", "held out of training"))
    }
    items.append(
      (
        "<rect class=\"family f0\" x=\"3\" y=\"2\" width=\"22\" height=\"12\"/>",
        "family, its similarities in per cent"
      ))
    return Plot.legend(items)
  }

  private func scale(_ kind: HTML) -> HTML {
    HTML(
      lines: [0.1, 0.4, 0.9].enumerated().map { place, ink in
        "<rect class=\"\(kind)\" x=\"\(place * 9)\" y=\"3\" width=\"9\" height=\"10\" fill-opacity=\"\(fixed(ink, decimals: 1))\"/>"
      })
  }

  private func part(_ task: TemplateMap.Task, isOpen: Bool) -> HTML {
    let families = Set(task.templates.map(\.family)).count
    let held = task.templates.count(where: \.isHeldOut)
    let counts =
      "\(task.templates.count) templates, \(families) families" + (held > 0 ? ", \(held) held out" : "")
    return """
      <details\(isOpen ? " open" : "" as HTML)><summary><b>\(task.name)</b> \(counts)\(nearest(task))</summary>
      \(HeatMap(task: task).html)
      </details>
      """
  }

  /// What a reader looks for first: how near the held-out templates are to those trained with.
  private func nearest(_ task: TemplateMap.Task) -> String {
    var best: (held: Int, trained: Int, value: Double)?
    for held in task.templates.indices where task.templates[held].isHeldOut {
      for trained in task.templates.indices where !task.templates[trained].isHeldOut {
        let value = task.similarity(held, trained)
        if value > best?.value ?? -1 { best = (held, trained, value) }
      }
    }
    guard let best else { return "" }
    return "; the held-out template nearest to training is \(task.templates[best.held].name), "
      + "\(percent(best.value))% like \(task.templates[best.trained].name)"
  }
}
