public import Bytes

/// The map of templates as one HTML file that needs nothing else.
public struct TemplateMapPage: Sendable {
  public var map: TemplateMap
  public var title: String

  public init(_ map: TemplateMap, title: String) {
    self.map = map
    self.title = title
  }

  public func write(to path: String) throws(Diagnostic) {
    var file = try AtomicFile(path: path)
    try file.write(html)
    _ = try file.commit()
  }

  /// The whole document; the same map gives the same bytes.
  public var html: String {
    let templates = map.tasks.reduce(0) { $0 + $1.templates.count }
    let page: HTML = """
      <!doctype html>
      <html lang="en">
      <head>
      <meta charset="utf-8">
      <meta name="viewport" content="width=device-width, initial-scale=1">
      <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
      <title>\(title) – Phrasebook map</title>
      <style>
      \(HTML(stringLiteral: PageStyle.sheet))
      \(HeatMap.sheet)
      </style>
      </head>
      <body>
      <header>
      <p class="kicker">Phrasebook map</p>
      <h1>\(title)</h1>
      <p class="lede">\(grouped(templates)) templates of \(grouped(map.tasks.count)) tasks.</p>
      </header>
      <main>
      \(TemplateMapSection(map: map).html)
      </main>
      </body>
      </html>

      """
    return page.source
  }
}
