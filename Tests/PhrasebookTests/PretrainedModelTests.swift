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

  /// The numbers of a safetensors file, in its order.
  private static func numbers(_ file: Data) -> [Float] {
    let length = file.prefix(8).enumerated().reduce(0) { $0 + Int($1.element) << (8 * $1.offset) }
    let bytes = Array(file.dropFirst(8 + length))
    return bytes.withUnsafeBytes { raw in
      (0..<raw.count / 4).map { raw.loadUnaligned(fromByteOffset: 4 * $0, as: Float.self) }
    }
  }

  /// In bf16 frozen weights are rounded while adapters are trained; what they are merged into is not.
  @Test func adaptersAreMergedIntoTheWeightsAsTheyWere() throws {
    let workshop = try Self.built()
    #expect(try workshop.run("train", "out", "--steps", "3").status == 0)
    try FileManager.default.moveItem(atPath: workshop.path("out/model"), toPath: workshop.path("base"))
    let before = Self.numbers(try #require(workshop.files("base")["model.safetensors"]))
    let trained = try workshop.run(
      "train", "out", "--model", "base", "--lora", "--precision", "bf16", "--steps", "2", "--learning-rate",
      "1e-7")
    #expect(trained.status == 0, "\(trained)")
    let after = Self.numbers(try #require(workshop.files("out/model")["model.safetensors"]))
    #expect(before.count == after.count && before != after)
    // Rounding alone would move a number of 0.2 by up to 4e-4.
    #expect(zip(before, after).allSatisfy { abs($0 - $1) < 1e-5 })
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
}
