public import Bytes
import JSON
public import Records

extension TemplateMap {
  /// The file of an output folder that holds the map.
  public static let fileName = "templates.json"
  private static let format = 1

  /// The map as JSON; similarities with four decimals.
  public var value: Value {
    let tasks = tasks.map { task -> Value in
      let templates = task.templates.map { template -> Value in
        .dictionary(
          ValueDictionary([
            ("name", .string(template.name)), ("family", .integer(Int64(template.family))),
            ("held_out", .boolean(template.isHeldOut)),
          ]))
      }
      let rows = task.similarities.map { row -> Value in
        .list(row.map { .number(($0 * 10_000).rounded() / 10_000) })
      }
      return .dictionary(
        ValueDictionary([
          ("name", .string(task.name)), ("templates", .list(templates)), ("similarities", .list(rows)),
        ]))
    }
    return .dictionary(
      ValueDictionary([("format_version", .integer(Int64(Self.format))), ("tasks", .list(tasks))]))
  }

  /// Writes the map into an output folder.
  public func write(to folder: String) throws(Diagnostic) {
    var file = try AtomicFile(path: folder + "/" + Self.fileName)
    try file.write(JSONText.line(value))
    _ = try file.commit()
  }

  /// Reads the map of an output folder; nil where it has none.
  public init?(folder: String) throws(Diagnostic) {
    let path = folder + "/" + Self.fileName
    guard fileExists(path) else { return nil }
    let root = try JSONNode.read(path, advice: "build the mixture again")
    let format = try root.required("format_version")
    guard try format.integer() == Self.format else { throw format.mismatch("format version \(Self.format)") }
    tasks = []
    for node in try root.required("tasks").items() {
      var task = Task(name: try node.required("name").text(), templates: [], similarities: [])
      for item in try node.required("templates").items() {
        task.templates.append(
          Template(
            name: try item.required("name").text(), family: try item.required("family").integer(),
            isHeldOut: try item.required("held_out").boolean()))
      }
      for row in try node.required("similarities").items() {
        var values: [Double] = []
        for value in try row.items() { values.append(try value.number()) }
        task.similarities.append(values)
      }
      tasks.append(task)
    }
  }
}
