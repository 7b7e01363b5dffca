import Bytes
import Corpora
import Records
import Templates
import YAML

extension CorpusDescription {
  /// A reader that knows the corpus' filter.
  ///
  /// - Throws: what is wrong with the filter's expression, at its line and column.
  func reader() throws(Diagnostics) -> CorpusReader {
    guard let filter else { return CorpusReader() }
    let head = "{% if "
    let tail = " %}x{% endif %}"
    var source = TemplateSource(
      id: "filter", name: "filter", jinja: head + filter + tail, location: SourceLocation(path: path))
    if let node = filterNode {
      source.jinjaNode = node
      source.location = node.location
      let last = max(0, filter.utf8.count - 1)
      source.jinjaPlaces =
        head.utf8.map { _ in 0 } + Array(0..<filter.utf8.count) + tail.utf8.map { _ in last }
    }
    // Strict: a name that is no field is a mistake, not an empty text.
    let template = try CompiledTemplate.compile(source, schema: schema, environment: .lmEval)
    let renderer = Renderer(template)
    let fields = PackedFields()
    let layout = FieldLayout(schema)
    let key = SeedKey(seed: 0)
    return CorpusReader { values throws(FilterFailure) in
      var example = RenderedExample()
      fields.read(values, layout)
      do throws(RenderFailure) {
        try renderer.render(fields, key: key, into: &example)
      } catch {
        throw FilterFailure(reason: "the filter cannot be applied: \(error.message)")
      }
      return example.text.count > 0
    }
  }
}
