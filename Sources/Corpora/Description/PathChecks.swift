import Bytes
import YAML

/// Paths of fields and conditions, checked as far as the format knows them without the data.
extension DescriptionFile {
  func checkPaths(_ description: CorpusDescription) {
    for field in description.fields {
      for path in field.origin.paths where !path.isEmpty { check(path, field.node, description) }
    }
    for condition in description.conditions { check(condition.path, condition.node, description) }
  }

  private func check(_ path: String, _ node: YAMLNode, _ description: CorpusDescription) {
    let setting = description.sources.filter { source in
      source.constants.contains { $0.name.utf8.elementsEqual(path.utf8) }
    }
    guard setting.count < description.sources.count else { return }
    do throws(Diagnostic) {
      switch description.format {
      case .xml: _ = try XMLFieldPath(path)
      case .json, .jsonl, .parquet, .duckdb: _ = try JSONPath(path)
      case .lines where description.sources.contains { !$0.aligned.isEmpty }:
        for source in description.sources {
          try known(
            path, source.aligned.map(\.name) + source.constants.map(\.name), "name of an aligned file")
        }
      case .lines:
        try known(path, LinesReader.names(description.dialect.pattern), "named group of the pattern")
      case .csv, .tsv:
        if let columns = description.dialect.columns { try known(path, columns, "column") }
      }
    } catch {
      problems.add(node.error(error.message))
    }
  }

  private func known(_ path: String, _ names: [String], _ what: String) throws(Diagnostic) {
    guard !names.contains(where: { $0.utf8.elementsEqual(path.utf8) }) else { return }
    throw Diagnostic("'\(path)' is no \(what)\(suggestion(for: path, among: names))")
  }
}
