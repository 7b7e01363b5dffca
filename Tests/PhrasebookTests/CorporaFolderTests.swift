import Foundation
import Testing

/// The corpora and templates that the repository ships.
@Suite struct CorporaFolderTests {
  /// The tasks of the default recipe.
  static let tasks: [String] = {
    let recipe = (try? Repository.text("phrasebook.yaml")) ?? ""
    let list = recipe.split(separator: "[").dropFirst().first?.split(separator: "]").first ?? ""
    return list.split { ", \n".contains($0) }.map(String.init)
  }()

  @Test func thereAreAtLeastTwelveTasksInFiveClustersAndThreeFormats() throws {
    var clusters: Set<String> = []
    var formats: Set<String> = []
    for task in Self.tasks {
      let text = try Repository.text("corpora/\(task)/corpus.yaml")
      for line in text.split(separator: "\n") {
        let words = line.split(separator: " ")
        if words.first == "cluster:" { clusters.insert(String(words[1])) }
        if words.first == "format:" { formats.insert(String(words[1])) }
      }
    }
    #expect(Self.tasks.count == 16)
    #expect(clusters.count >= 5)
    #expect(formats.isSuperset(of: ["xml", "jsonl", "csv", "tsv", "lines"]))
  }

  @Test(arguments: tasks)
  func everyTaskHasAtLeastTwelveTemplatesThatRender(task: String) throws {
    let workshop = try Workshop()
    let templates = Repository.root + "/templates/\(task)/templates.yaml"
    let outcome = try workshop.run(
      "render", "--templates", templates, "--task", task, "--corpora", Repository.root + "/corpora",
      "--limit", "20")
    if outcome.errors.contains("apt-get install") {
      print("skipped: the package behind \(task) is not installed")
      return
    }
    #expect(outcome.status == 0, "\(outcome)")
    let lines = outcome.output.split(separator: "\n")
    #expect(lines.count >= 20 * 12)
    #expect(!lines.contains { $0.contains("\"error\"") })
  }
}
