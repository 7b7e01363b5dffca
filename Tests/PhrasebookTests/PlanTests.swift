import Foundation
import JSON
import Records
import Testing

/// `phrasebook plan` against the build that follows it.
@Suite struct PlanTests {
  @Test func theBuildDoesWhatThePlanSays() throws {
    let workshop = try Workshop()
    try SmallProject.write(into: workshop)
    let recipe = SmallProject.recipe.replacing("total: 300", with: "total: 900").replacing(
      "shards: 2", with: "shards: 2\n  forms: {few_shot: {share: 0.25, shots: {2: 1}}, tagged: 0.1}")
    try workshop.write("recipe.yaml", recipe)
    let before = try workshop.files(".").keys.sorted()
    let plan = try workshop.run("plan", "recipe.yaml", "--json")
    #expect(plan.status == 0, "\(plan)")
    #expect(try workshop.files(".").keys.sorted() == before, "a plan writes nothing")
    #expect(try workshop.run("build", "recipe.yaml", "--output", "out").status == 0)
    #expect(try workshop.run("audit", "out").status == 0)
    let told = try JSONParser().parse(plan.output)
    let manifest = try JSONParser().parseFile(workshop.path("out/manifest.json"))
    let audit = try JSONParser().parseFile(workshop.path("out/audit.json"))
    var bytes = 0.0
    for (place, task) in told["tasks"].list.enumerated() {
      let built = manifest["tasks"].list[place]
      for key in ["name", "rate", "count", "epochs"] { #expect(task[key] == built[key]) }
      #expect(task["records"] == built["records"]["train"] || built["held_out"] == .boolean(true))
      let uses = audit["tasks"].list[place]["templates"].list.map { $0["examples"].integer }
      let bounds = task["visits_per_template"].list.map(\.integer)
      let tagged = built["templates"]["tagged"].list.count
      for use in uses.dropLast(tagged) { #expect(bounds[0] <= use && use <= bounds[1]) }
      bytes += task["bytes"].number
    }
    let written = manifest["shards"].list.reduce(0) { $0 + $1["bytes"].integer }
    #expect(abs(bytes - Double(written)) < 0.1 * Double(written), "\(bytes) for \(written)")
    let visits = audit["visits_per_record"]
    let expected = told["tasks"].list.filter { $0["count"].integer > 0 }.flatMap {
      $0["visits_per_record"].list
    }
    #expect(visits["most"].integer <= expected.map(\.integer).max() ?? 0)
    #expect(told["warnings"].list.contains { $0.string.contains("the cluster 'pairs' has one task") })
  }

  @Test func tokensAndFoldsAreTold() throws {
    let workshop = try Workshop()
    try SmallProject.write(into: workshop)
    #expect(try workshop.run("build", "recipe.yaml", "--output", "out").status == 0)
    #expect(try workshop.run("train", "out", "--steps", "1").status == 0)
    let plan = try workshop.run("plan", "recipe.yaml", "--tokenizer", "out/model", "--json")
    #expect(plan.status == 0, "\(plan)")
    #expect(try workshop.run("export", "out", "--format", "tokens").status == 0)
    var exact = 0
    for shard in 0..<2 {
      exact += try JSONParser().parse(workshop.read("out/export/tokens/train-0000\(shard)-of-00002.json"))[
        "tokens"
      ].integer
    }
    let told = try JSONParser().parse(plan.output)["tasks"].list.reduce(0.0) { $0 + $1["tokens"].number }
    #expect(abs(told - Double(exact)) < 0.1 * Double(exact), "\(told) for \(exact)")
    let table = try workshop.run("plan", "recipe.yaml", "--fold", "1/each")
    #expect(
      table.status == 0 && table.output.contains("visits") == false && table.output.contains("epochs"),
      "\(table)")
    #expect(try workshop.run("plan", "recipe.yaml", "--fold", "5/5").status == 2)
    // A task of three templates in five folds has an empty one: told, with its name, before any build.
    let empty = try workshop.run("plan", "recipe.yaml", "--fold", "8/9")
    #expect(empty.status == 2 && empty.errors.contains("fold 8 of 9 is empty"), "\(empty)")
  }

  @Test(arguments: [
    ("rates: unimax", "'unimax' needs 'max_epochs'"),
    ("max_epochs: 3", "'max_epochs' goes with 'rates: unimax'"),
    ("caps: {colur: 3}", "unknown task 'colur'; did you mean 'colour'?"),
    ("caps: [3]", "'caps' must be a mapping"),
    ("cluster_caps: {naming: 0}", "a whole number of at least 1"),
    ("compression: zip", "unknown compression 'zip'"),
    ("forms: {few_shot: 2}", "'few_shot' must be a number"),
    ("forms: {tagged: 0.6, few_shot: 0.5}", "leave nothing for plain"),
    ("forms: {few_shot: {share: 0.2, shots: {0: 1}}}", "expected 1 to 64 exemplars"),
    ("parts: [{name: p}]", "needs 'tasks' or 'parts'"),
    ("parts: [{name: p, tasks: [sum]}]", "'colour' is in no part"),
  ]) func mistakesInARecipeAreTold(line: String, message: String) throws {
    let workshop = try Workshop()
    try SmallProject.write(into: workshop)
    try workshop.write(
      "recipe.yaml", SmallProject.recipe.replacing("shards: 2", with: "shards: 2\n  \(line)"))
    let outcome = try workshop.run("plan", "recipe.yaml")
    #expect(outcome.status == 2 && outcome.errors.contains(message), "\(outcome)")
  }
}
