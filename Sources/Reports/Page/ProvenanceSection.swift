/// What the figures come from, to the byte.
struct ProvenanceSection {
  let report: Report

  var html: HTML {
    let manifest = report.manifest
    return """
      <section id="provenance">
      <h2>Provenance</h2>
      <p class="muted">SHA-256 of everything that the figures depend on. The same inputs, recipe and seed give the \
      same files.</p>
      <div class="scroll"><table><tbody>
      \(facts.map { name, value -> HTML in "<tr><td>\(name)</td><td class=\"hash\">\(value)</td></tr>" })
      </tbody></table></div>
      \(files("Inputs", manifest.inputs))
      \(files("Shards", manifest.shards))
      \(files("Evaluation", manifest.evaluation))
      </section>
      """
  }

  private var facts: [(String, String)] {
    let manifest = report.manifest
    var all = [
      ("Phrasebook", manifest.version), ("seed", String(manifest.seed)), ("manifest.json", manifest.sha256),
    ]
    for file in report.results?.modelFiles ?? [] { all.append(("model: \(file.path)", file.sha256)) }
    if let predictions = report.results?.predictionsSHA256 { all.append(("predictions.jsonl", predictions)) }
    return all
  }

  private func files(_ title: String, _ files: [MixtureManifest.File]) -> HTML {
    guard !files.isEmpty else { return "" }
    let sized = files.contains { $0.examples != nil }
    let heads: HTML = sized ? "<th class=\"number\">examples</th><th class=\"number\">bytes</th>" : ""
    return """
      <details><summary>\(title) (\(files.count))</summary>
      <div class="scroll"><table><thead><tr><th>file</th>\(heads)<th>SHA-256</th></tr></thead><tbody>
      \(files.map { file -> HTML in
        let sizes: HTML = sized
          ? """
          <td class="number">\(file.examples.map { grouped($0) } ?? "–")</td>\
          <td class="number">\(file.bytes.map { grouped($0) } ?? "–")</td>
          """ : ""
        return "<tr><td>\(file.path)</td>\(sizes)<td class=\"hash\">\(file.sha256)</td></tr>"
      })
      </tbody></table></div></details>
      """
  }
}
