/// Marks of a plot a line high, placed by percentages so that they scale with the page while text and
/// strokes do not.
enum Plot {
  /// A scale's labels over a column of plots.
  static func axis(_ values: [Double], from low: Double, to high: Double, label: (Double) -> String) -> HTML {
    let marks = values.map { value -> HTML in
      """
      <text x="\(place(value, from: low, to: high))" y="12" text-anchor="middle">\(label(value))</text>
      """
    }
    return "<svg class=\"plot\" aria-hidden=\"true\">\(marks)</svg>"
  }

  static func grid(_ values: [Double], from low: Double, to high: Double, zero: Double? = nil) -> HTML {
    HTML(
      lines: values.map { value in
        let x = place(value, from: low, to: high)
        let kind: HTML = value == zero ? "zero" : "grid"
        return "<line class=\"\(kind)\" x1=\"\(x)\" x2=\"\(x)\" y1=\"0\" y2=\"100%\"/>"
      })
  }

  /// The templates of one cell on a scale from 0 to 1: a band from the first to the third quartile, a stroke
  /// at the median, a mark for each template with its name to hover over.
  static func cell(_ cell: ResultsSummary.Cell, seen: Bool, y: Int) -> HTML {
    var marks: [HTML] = []
    var met: [Int: Int] = [:]
    for template in cell.templates {
      // Templates of (nearly) one figure are set a little apart, so that they can be counted.
      let figure = Int((template.value * 200).rounded())
      let aside = [0, -3, 3, -5, 5][met[figure, default: 0] % 5]
      met[figure, default: 0] += 1
      let title: HTML =
        "<title>\(template.name): \(percent(template.value))% (n = \(template.n), \(seen ? "seen" : "unseen"))</title>"
      let mark = seen ? dot : diamond
      marks.append(mark(template.value, y + aside, title))
    }
    let median = place(cell.median)
    return """
      <g class="\(seen ? "seen-ink" : "unseen-ink")">
      <line class="quartiles" x1="\(place(cell.q1))" x2="\(place(cell.q3))" y1="\(y)" y2="\(y)"/>
      \(marks)
      <line class="median" x1="\(median)" x2="\(median)" y1="\(y - 8)" y2="\(y + 8)"/>
      </g>
      """
  }

  private static func dot(_ value: Double, _ y: Int, _ title: HTML) -> HTML {
    "<circle class=\"dot\" cx=\"\(place(value))\" cy=\"\(y)\" r=\"4\">\(title)</circle>"
  }

  /// A nested drawing carries the percentage, because the points of a polygon cannot.
  private static func diamond(_ value: Double, _ y: Int, _ title: HTML) -> HTML {
    """
    <svg x="\(place(value))" y="\(y)" overflow="visible"><path class="diamond" d="M0-5 5 0 0 5-5 0z">\(title)</path></svg>
    """
  }

  /// What is reached without reading: a dashed line and a small triangle on the base line.
  static func baselines(chance: Double, majority: Double, height: Int) -> HTML {
    let x = place(chance)
    return """
      <line class="chance" x1="\(x)" x2="\(x)" y1="0" y2="100%"/>
      <svg x="\(place(majority))" y="\(height)" overflow="visible"><path class="majority" d="M0-7 4 0-4 0z">\
      <title>best constant answer: \(percent(majority))%</title></path></svg>
      """
  }

  static func legend(_ items: [(HTML, String)]) -> HTML {
    let entries = items.map { mark, label -> HTML in
      "<li><svg viewBox=\"0 0 28 16\" aria-hidden=\"true\">\(mark)</svg>\(label)</li>"
    }
    return "<ul class=\"legend\">\(entries)</ul>"
  }
}
