/// The similarities of a task's templates as a triangle of squares: the darker, the more alike.
struct HeatMap {
  let task: TemplateMap.Task
  private let cell = 22
  private let labels = 290
  private let top = 24
  /// From here on two templates are near-duplicates.
  private static let nearDuplicate = 0.6

  init(task: TemplateMap.Task) { self.task = task }

  var html: HTML {
    let order = task.order
    let width = labels + order.count * cell + 8
    let height = top + order.count * cell + 4
    return """
      <div class="scroll"><svg class="heat" width="\(width)" height="\(height)" viewBox="0 0 \(width) \(height)" \
      role="img" aria-label="\(task.name): similarities of \(order.count) templates">
      \(columns(order))
      \(families(order))
      \(order.indices.map { row(order, $0) })
      </svg></div>
      """
  }

  private func columns(_ order: [Int]) -> [HTML] {
    order.indices.map { place in
      "<text class=\"number\" x=\"\(labels + place * cell + cell / 2)\" y=\"\(top - 7)\">\(place + 1)</text>"
    }
  }

  /// A frame around each family of several: the rows and columns of its members.
  private func families(_ order: [Int]) -> [HTML] {
    families(in: order).map { run in
      let start = labels + run.lowerBound * cell
      let (y, side) = (top + run.lowerBound * cell, run.count * cell)
      return """
        <rect class="family f\(run.color)" x="\(start)" y="\(y)" width="\(side)" height="\(side)"/>
        """
    }
  }

  private struct Run {
    var lowerBound: Int
    var count: Int
    var color: Int
  }

  private func families(in order: [Int]) -> [Run] {
    var runs: [Run] = []
    var start = 0
    while start < order.count {
      var end = start
      let family = task.templates[order[start]].family
      while end < order.count, task.templates[order[end]].family == family { end += 1 }
      if end - start > 1 { runs.append(Run(lowerBound: start, count: end - start, color: runs.count % 6)) }
      start = end
    }
    return runs
  }

  private func row(_ order: [Int], _ place: Int) -> HTML {
    let template = task.templates[order[place]]
    let y = top + place * cell
    let family = families(in: order).first { ($0.lowerBound..<$0.lowerBound + $0.count).contains(place) }
    let swatch: HTML =
      family.map {
        "<rect class=\"swatch f\($0.color)\" x=\"0\" y=\"\(y + 3)\" width=\"5\" height=\"\(cell - 6)\"/>"
      } ?? ""
    let mark: HTML =
      template.isHeldOut
      ? "<path class=\"unseen-ink diamond\" d=\"M\(labels - 34) \(y + 6)l5 5-5 5-5-5z\"/>" : ""
    let name = shortened(template.name)
    return """
      \(swatch)<text class="\(template.isHeldOut ? "name held" : "name")" x="12" y="\(y + 15)">\(name)\
      <title>\(template.name)</title></text>\(mark)<text class="number" x="\(labels - 12)" y="\(y + 15)">\(place + 1)</text>
      \((0..<place).map { square(order, place, $0) })\
      <rect class="self" x="\(labels + place * cell + 1)" y="\(y + 1)" width="\(cell - 2)" height="\(cell - 2)"/>
      """
  }

  private func square(_ order: [Int], _ row: Int, _ column: Int) -> HTML {
    let (a, b) = (order[row], order[column])
    let value = task.similarity(a, b)
    let crosses = task.templates[a].isHeldOut != task.templates[b].isHeldOut
    let title = "\(task.templates[a].name) and \(task.templates[b].name): \(percent(value))%"
    let (x, y) = (labels + column * cell + 1, top + row * cell + 1)
    // A square's ink grows with the root, so that small similarities show too.
    let ink = fixed(value.squareRoot() * 0.95, decimals: 2)
    let number: HTML =
      value >= Self.nearDuplicate
      ? "<text class=\"value\" x=\"\(x + cell / 2 - 1)\" y=\"\(y + 14)\">\(fixed(value * 100, decimals: 0))</text>"
      : ""
    return """
      <rect class="\(crosses ? "across" : "within")" x="\(x)" y="\(y)" width="\(cell - 2)" height="\(cell - 2)" \
      fill-opacity="\(ink)"><title>\(title)</title></rect>\(number)
      """
  }

  private func shortened(_ name: String) -> String {
    name.count > 32 ? name.prefix(31) + "…" : name
  }

  /// The map's own rules of style.
  static let sheet: HTML = """
    .heat { display: block; }
    .heat text { fill: var(--ink); font: 12px var(--sans); }
    .heat .number { fill: var(--muted); font-size: 10.5px; text-anchor: middle; }
    .heat .held { font-weight: 600; fill: var(--unseen); }
    .heat .value { fill: var(--paper); font-size: 10px; text-anchor: middle; pointer-events: none; }
    .within { fill: var(--seen); stroke: var(--grid); }
    .across { fill: var(--unseen); stroke: var(--grid); }
    .self { fill: none; stroke: var(--rule); stroke-dasharray: 2 2; }
    .heat rect.within:hover, .heat rect.across:hover { stroke: var(--ink); stroke-width: 1.5; }
    .family { fill: none; stroke-width: 2.5; }
    .f0 { stroke: #8a6d00; } .f1 { stroke: #6d3aa0; } .f2 { stroke: #2c7a3f; }
    .f3 { stroke: #a3203a; } .f4 { stroke: #3c4fb0; } .f5 { stroke: #7a5230; }
    .swatch { stroke: none; }
    .swatch.f0 { fill: #8a6d00; } .swatch.f1 { fill: #6d3aa0; } .swatch.f2 { fill: #2c7a3f; }
    .swatch.f3 { fill: #a3203a; } .swatch.f4 { fill: #3c4fb0; } .swatch.f5 { fill: #7a5230; }
    @media (prefers-color-scheme: dark) {
      .f0 { stroke: #e2c044; } .f1 { stroke: #c79bf0; } .f2 { stroke: #7fd094; }
      .f3 { stroke: #f48fa0; } .f4 { stroke: #9fb0ff; } .f5 { stroke: #d8ab83; }
      .swatch.f0 { fill: #e2c044; } .swatch.f1 { fill: #c79bf0; } .swatch.f2 { fill: #7fd094; }
      .swatch.f3 { fill: #f48fa0; } .swatch.f4 { fill: #9fb0ff; } .swatch.f5 { fill: #d8ab83; }
    }
    """
}
