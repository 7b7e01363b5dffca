public import Bytes

/// A report as one HTML file that needs nothing else: no network, no script, no font.
///
/// The same report gives the same bytes.
public struct ReportPage: Sendable {
  public var report: Report

  public init(_ report: Report) { self.report = report }

  /// Writes `report.html` into the output folder.
  @discardableResult
  public func write(to folder: String) throws(Diagnostic) -> AtomicFile.Summary {
    var file = try AtomicFile(path: folder + "/report.html")
    try file.write(html)
    return try file.commit()
  }

  /// The whole document.
  public var html: String {
    let page: HTML = """
      <!doctype html>
      <html lang="en">
      <head>
      <meta charset="utf-8">
      <meta name="viewport" content="width=device-width, initial-scale=1">
      <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
      <title>\(report.title) – Phrasebook report</title>
      <style>
      \(HTML(stringLiteral: PageStyle.sheet))
      \(HeatMap.sheet)
      </style>
      </head>
      <body>
      \(PageHeading(report: report).html)
      <main>
      \(HeadlineSection(report: report).html)
      \(AccuracySection(report: report).html)
      \(GapSection(report: report).html)
      \(UnseenTasksSection(report: report).html)
      \(CalibrationSection(report: report).html)
      \(ShotsSection(points: report.shots).html)
      \(TemplateMapSection(map: report.templates).html)
      \(SharesSection(manifest: report.manifest).html)
      \(TrainingSection(report: report).html)
      \(ExamplesSection(report: report).html)
      \(DefinitionsSection(report: report).html)
      \(ProvenanceSection(report: report).html)
      </main>
      <footer><p>Made by Phrasebook \(report.manifest.version) from the files of this folder.</p></footer>
      </body>
      </html>

      """
    return page.source
  }
}

/// The page's head: which mixture, which model, where to go.
private struct PageHeading {
  let report: Report

  var html: HTML {
    let manifest = report.manifest
    let trained = manifest.tasks.count { $0.count > 0 }
    let model: HTML = report.results.map { " Model: <b>\($0.model)</b>." } ?? ""
    return """
      <header>
      <p class="kicker">Phrasebook report</p>
      <h1>\(report.title)</h1>
      <p class="lede">A mixture of \(grouped(manifest.total)) examples from \(trained) tasks.\(model)</p>
      \(report.warnings.map { "<p class=\"warning\">\($0)</p>" as HTML })
      <nav><a href="#accuracy">Accuracy</a><a href="#gap">Gap</a><a href="#unseen-tasks">Unseen tasks</a>
      <a href="#templates">Templates</a><a href="#shares">Shares</a><a href="#training">Training</a><a href="#examples">Examples</a>
      <a href="#definitions">Definitions</a><a href="#provenance">Provenance</a></nav>
      </header>
      """
  }
}

/// What stands in place of a part that is not there yet.
func missing(_ what: String) -> HTML { "<p class=\"missing\">\(what)</p>" }
