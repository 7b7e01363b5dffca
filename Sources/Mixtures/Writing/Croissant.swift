import JSON
import Records

/// The folder's `croissant.json`: what it holds in the words of Croissant 1.0 (MLCommons 2024), made from the
/// manifest alone.
struct Croissant {
  static let fileName = "croissant.json"
  private let manifest: ValueDictionary
  private let files: [WrittenFile]

  /// - Parameter manifest: without the files.
  init(_ manifest: ValueDictionary, files: [WrittenFile]) {
    self.manifest = manifest
    // Nothing can be read from an empty file, and what serves prompts are no examples.
    self.files = files.filter { $0.examples > 0 && !$0.servesPrompts }
  }

  var text: String { JSONText.document(value) }

  private var value: Value {
    var name = "mixture"
    if case .string(let known)? = manifest["name"], !known.isEmpty { name = known }
    let cells = files.filter(\.isEvaluation)
    let sets =
      [recordSet("training", source: "fileSet", id: "training-files")]
      + cells.map { recordSet(stem($0), source: "fileObject", id: $0.path) }
    return object([
      ("@context", context),
      ("@type", .string("sc:Dataset")),
      ("name", .string(name)),
      (
        "description",
        .string("An instruction-tuning mixture made by Phrasebook; manifest.json tells from what.")
      ),
      ("conformsTo", .string("http://mlcommons.org/croissant/1.0")),
      ("license", .list(texts("licence").map(Value.string))),
      ("citeAs", .string(texts("citation").joined(separator: "\n"))),
      ("inLanguage", .list(languages.map(Value.string))),
      ("distribution", .list([trainingFiles] + files.map(fileObject))),
      ("recordSet", .list(sets)),
    ])
  }

  private var isCompressed: Bool { files.contains { !$0.isEvaluation && !$0.path.hasSuffix(".jsonl") } }

  private var trainingFiles: Value {
    object([
      ("@type", .string("cr:FileSet")), ("@id", .string("training-files")),
      ("name", .string("training-files")),
      ("encodingFormat", .string("application/jsonlines")),
      ("includes", .string("train-*.jsonl" + (isCompressed ? ".*" : ""))),
    ])
  }

  private func fileObject(_ file: WrittenFile) -> Value {
    object([
      ("@type", .string("cr:FileObject")), ("@id", .string(file.path)), ("name", .string(file.path)),
      ("contentUrl", .string(file.path)), ("contentSize", .string("\(file.bytes) B")),
      ("encodingFormat", .string("application/jsonlines")), ("sha256", .string(file.sha256)),
    ])
  }

  private func recordSet(_ name: String, source: String, id: String) -> Value {
    let columns = ["input", "target", "task", "template", "record", "index"]
    let fields = columns.map { column in
      object([
        ("@type", .string("cr:Field")), ("@id", .string("\(name)/\(column)")), ("name", .string(column)),
        ("dataType", .string(column == "index" ? "sc:Integer" : "sc:Text")),
        (
          "source",
          object([
            (source, object([("@id", .string(id))])), ("extract", object([("column", .string(column))])),
          ])
        ),
      ])
    }
    return object([
      ("@type", .string("cr:RecordSet")), ("@id", .string(name)), ("name", .string(name)),
      ("field", .list(fields)),
    ])
  }

  private func stem(_ file: WrittenFile) -> String {
    let last = file.path.split(separator: "/").last ?? ""
    return last.split(separator: ".").first.map(String.init) ?? file.path
  }

  /// What the tasks say under a key, each text once.
  private func texts(_ key: String) -> [String] {
    tasks.compactMap { task -> String? in
      if case .string(let text)? = task[key], !text.isEmpty { text } else { nil }
    }.deduplicated()
  }

  private var languages: [String] {
    tasks.flatMap { task -> [String] in
      guard case .list(let items)? = task["languages"] else { return [] }
      return items.compactMap { if case .string(let text) = $0 { text } else { nil } }
    }.deduplicated()
  }

  private var tasks: [ValueDictionary] {
    guard case .list(let items)? = manifest["tasks"] else { return [] }
    return items.compactMap { if case .dictionary(let task) = $0 { task } else { nil } }
  }

  /// The terms of the vocabularies, as the specification wants them spelt out.
  private var context: Value {
    func term(_ name: String, type: String? = nil) -> Value {
      guard let type else { return .string(name) }
      return object([("@id", .string(name)), ("@type", .string(type))])
    }
    let plain = [
      "column", "conformsTo", "data", "dataType", "equivalentProperty", "extract", "field", "fileObject",
      "fileSet",
      "fileProperty", "format", "includes", "isLiveDataset", "jsonPath", "key", "md5", "parentField", "path",
      "recordSet", "references", "regex", "repeated", "replace", "separator", "source", "subField",
      "transform",
    ]
    var pairs: [(String, Value)] = [
      ("@language", .string("en")), ("@vocab", .string("https://schema.org/")),
      ("sc", .string("https://schema.org/")),
      ("cr", .string("http://mlcommons.org/croissant/")),
      ("rai", .string("http://mlcommons.org/croissant/RAI/")),
      ("dct", .string("http://purl.org/dc/terms/")), ("citeAs", term("cr:citeAs")),
      ("examples", term("cr:examples", type: "@json")),
    ]
    pairs += plain.map { name in
      switch name {
      case "conformsTo": (name, term("dct:conformsTo"))
      case "data": (name, term("cr:data", type: "@json"))
      case "dataType": (name, term("cr:dataType", type: "@vocab"))
      default: (name, term("cr:\(name)"))
      }
    }
    return object(pairs)
  }

  private func object(_ pairs: [(String, Value)]) -> Value { .dictionary(ValueDictionary(pairs)) }
}
