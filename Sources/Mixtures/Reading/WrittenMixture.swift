import Bytes
import JSON
import Records

/// What the manifest of a complete folder says, for those who read the folder again: audit and export.
package struct WrittenMixture: Sendable {
  package struct Template: Sendable {
    package var id: String
    package var name: String
    package var family: String
    /// Its text; empty in a manifest that does not tell it.
    package var jinja: String
    package var isSeen: Bool
  }

  package struct Task: Sendable {
    package var name: String
    package var cluster: String
    package var rate: Double
    package var count: Int
    package var isHeldOut: Bool
    package var templates: [Template]
    package var licence: String?
    package var citation: String?
    package var languages: [String]
  }

  package let folder: String
  package let name: String
  package let total: Int
  package let tasks: [Task]
  /// Word-trigram Jaccard from which two templates are one family.
  package let similarity: Double
  /// From which similarity records counted as near-duplicates; nil where nobody looked.
  package let nearDuplicates: Double?
  package let shards: [WrittenFile]
  package let evaluation: [WrittenFile]
  /// SHA-256 of the manifest.
  package let sha256: String
  private static let advice = "build the mixture again"

  /// - Throws: a `Diagnostic` for a folder without a manifest, or one that another version wrote.
  package init(_ folder: String) throws {
    let path = folder + "/" + OutputFolder.manifestName
    guard fileExists(path) else {
      throw Diagnostic(
        "no built mixture in '\(folder)': it has no manifest.json; run 'phrasebook build RECIPE' first")
    }
    let manifest = try JSONNode.read(path, advice: Self.advice)
    let version = try manifest.required("format_version")
    guard try version.integer() == MixtureManifest.formatVersion else {
      throw version.mismatch("format version \(MixtureManifest.formatVersion)")
    }
    self.folder = folder
    name = try manifest.optional("name")?.text() ?? ""
    total = try manifest.required("total").integer()
    tasks = try manifest.required("tasks").items().map(Self.task)
    similarity = try manifest.optional("held_out")?.optional("similarity")?.number() ?? 0.6
    nearDuplicates = try manifest.optional("held_out")?.optional("near_duplicates")?.number()
    shards = try manifest.required("shards").items().map { try WrittenFile($0, isEvaluation: false) }
    evaluation =
      try manifest.optional("evaluation")?.items().map { try WrittenFile($0, isEvaluation: true) } ?? []
    sha256 = try hashOfFile(at: path)
  }

  private static func task(_ node: JSONNode) throws -> Task {
    var templates: [Template] = []
    for (key, isSeen) in [("seen", true), ("unseen", false), ("tagged", true)] {
      for item in try node.required("templates").optional(key)?.items() ?? [] {
        templates.append(
          Template(
            id: try item.required("id").text(), name: try item.required("name").text(),
            family: try item.optional("family")?.text() ?? "",
            jinja: try item.optional("jinja")?.text() ?? "",
            isSeen: isSeen))
      }
    }
    return Task(
      name: try node.required("name").text(), cluster: try node.optional("cluster")?.text() ?? "",
      rate: try node.required("rate").number(), count: try node.required("count").integer(),
      isHeldOut: try node.optional("held_out")?.boolean() ?? false, templates: templates,
      licence: try node.optional("licence")?.text(), citation: try node.optional("citation")?.text(),
      languages: try node.optional("languages")?.items().map { try $0.text() } ?? [])
  }
}
