import Bytes
import Foundation
import JSON
import Records
import Testing

/// `phrasebook train`, run as its users run it: cut off, stopped, with every choice.
@Suite struct TrainCommandTests {
  private static func built(_ change: (String) -> String = { $0 }) throws -> Workshop {
    let workshop = try Workshop()
    try SmallProject.write(into: workshop)
    try workshop.write("recipe.yaml", change(SmallProject.recipe))
    let outcome = try workshop.run("build", "recipe.yaml", "--output", "out")
    #expect(outcome.status == 0, "\(outcome)")
    return workshop
  }

  private static let long = SmallProject.recipe
    .replacing("steps: 12", with: "steps: 150")
    .replacing("checkpoint_every: 4", with: "checkpoint_every: 3\n  validate_every: 5\n  choose: best")

  /// Ten kills with SIGKILL at moments drawn from a seed, each resumed: the model's folder has the bytes of the
  /// undisturbed run's.
  @Test func tenKillsLeaveNoTrace() throws {
    let workshop = try Self.built { _ in Self.long }
    let start = ContinuousClock.now
    #expect(try workshop.run("train", "out", "--threads", "2").status == 0)
    let whole = (ContinuousClock.now - start) / .seconds(1)
    let expected = try workshop.files("out/model")
    try FileManager.default.removeItem(atPath: workshop.path("out/model"))
    var generator = SeededGenerator(SeedKey(seed: 10))
    var kills = 0
    while kills < 10 {
      let process = try workshop.start(
        ["train", "out", "--threads", kills % 2 == 0 ? "1" : "2"] + (kills == 0 ? [] : ["--resume"]))
      // Short of the whole in sum, so that the last run has steps to take.
      usleep(UInt32(1e6 * whole * Double.random(in: 0.02...0.25, using: &generator)))
      kill(process.processIdentifier, SIGKILL)
      process.waitUntilExit()
      kills += 1
    }
    let resumed = try workshop.run("train", "out", "--resume")
    #expect(resumed.status == 0, "\(resumed)")
    let found = try workshop.files("out/model")
    #expect(found.keys.sorted() == expected.keys.sorted())
    for (name, bytes) in expected { #expect(bytes == found[name], "model/\(name) differs") }
  }

  /// Ctrl-C saves the state, says so, and ends with the shell's status for it.
  @Test(arguments: [(SIGINT, Int32(130)), (SIGTERM, Int32(143))])
  func aStopSavesTheState(_ signal: Int32, _ status: Int32) throws {
    let workshop = try Self.built { _ in
      Self.long.replacing("checkpoint_every: 3\n", with: "checkpoint_every: 100000\n")
        .replacing("steps: 150", with: "steps: 20000")
    }
    let process = try workshop.start(["train", "out"])
    let log = workshop.path("out/model/training_log.jsonl")
    for _ in 0..<600 where (try? Repository.text(log))?.isEmpty != false { usleep(50_000) }
    kill(process.processIdentifier, signal)
    process.waitUntilExit()
    #expect(process.terminationStatus == status)
    let steps = try FileManager.default.contentsOfDirectory(atPath: workshop.path("out/model/checkpoints"))
      .filter { $0.hasPrefix("step-") }
    #expect(steps.count == 1 && steps[0] > "step-00000000", "\(steps)")
    #expect(try workshop.files("out/model").keys.allSatisfy { !$0.contains(AtomicFile.temporarySuffix) })
  }

  @Test func whatATrainingTakesIsToldBeforeIt() throws {
    let workshop = try Self.built()
    let outcome = try workshop.run("train", "out", "--verbose")
    let lines = outcome.errors.split(separator: "\n")
    let told = try #require(lines.firstIndex { $0.contains("of memory and") }, "\(outcome)")
    let first = try #require(lines.firstIndex { $0.contains("step 1/12") }, "\(outcome)")
    #expect(told < first && lines[told].contains(" 12 steps,") && lines[told].contains("GFLOP/s"))
    #expect(
      lines[first].contains("tokens/s") && lines[first].contains("% of peak") && lines[first].contains("left")
    )
  }

  /// Every choice changes the result, and what the model reads goes with it to the evaluation.
  @Test func everyChoiceCounts() throws {
    let workshop = try Self.built()
    var models: Set<Data> = []
    let choices = [
      [], ["--learning-rate", "0.01"], ["--schedule", "linear"], ["--schedule", "constant"],
      ["--objective", "all"], ["--format", "tag"], ["--format", "none"], ["--chat", "plain"],
      ["--model", "tiny,dimension=32,layers=2,heads=2,hidden_dimension=48"], ["--steps", "11"],
      ["--lora"], ["--precision", "bf16"],
    ]
    for choice in choices {
      let outcome = try workshop.run(["train", "out", "--quiet"] + choice)
      #expect(outcome.status == 0, "\(outcome)")
      let files = try workshop.files("out/model")
      #expect(models.insert(try #require(files["model.safetensors"])).inserted, "\(choice) changes nothing")
      #expect((files["prompt.json"] != nil) == ["--format", "--chat"].contains(choice.first), "\(choice)")
      #expect((files["adapter/adapter_config.json"] != nil) == (choice.first == "--lora"), "\(choice)")
      if choice.first == "--format" {
        let evaluated = try workshop.run("evaluate", "out", "--quiet")
        #expect(evaluated.status == 0, "\(evaluated)")
      }
    }
  }

  /// Without clipping the optimizer moves each layer as soon as its gradients are there; a bound that is never reached
  /// has it wait for all of them.
  @Test func withoutClippingTheBytesAreThoseOfABoundNeverReached() throws {
    var models: [[String: Data]] = []
    for (clip, threads) in [("0", "1"), ("0", "2"), ("1e9", "2")] {
      let workshop = try Self.built {
        $0.replacing("  steps: 12\n", with: "  steps: 12\n  clip: \(clip)\n")
      }
      let outcome = try workshop.run("train", "out", "--threads", threads)
      #expect(outcome.status == 0, "\(outcome)")
      models.append(try workshop.files("out/model"))
    }
    #expect(models[0] == models[1] && models[1] == models[2])
  }

  @Test func bothPrecisionsReachTheSameLoss() throws {
    let workshop = try Self.built { $0.replacing("  steps: 12\n", with: "  steps: 80\n") }
    let losses = try ["f32", "bf16"].map { precision in
      let outcome = try workshop.run(
        "train", "out", "--precision", precision, "--validate-every", "80", "--json")
      #expect(outcome.status == 0, "\(outcome)")
      let loss = try JSONParser().parse(outcome.output)["validation_loss"]
      guard case .number(let loss) = loss else { return Double.nan }
      return loss
    }
    #expect(losses[0] != losses[1] && abs(losses[1] / losses[0] - 1) < 0.01, "\(losses)")
  }

  @Test func patienceEndsATraining() throws {
    let workshop = try Self.built()
    let outcome = try workshop.run(
      "train", "out", "--steps", "400", "--validate-every", "1", "--patience", "2", "--learning-rate", "0.5",
      "--json")
    #expect(outcome.status == 0, "\(outcome)")
    let figures = try JSONParser().parse(outcome.output)
    #expect(figures["ended_early"] == .boolean(true), "\(outcome)")
    #expect(figures["chosen_step"].integer == figures["steps"].integer - 2, "\(outcome)")
    #expect(outcome.errors.contains("ended after 2 evaluations"), "\(outcome)")
  }

  @Test(arguments: [
    (["--schedule", "cosin"], "cosine"), (["--format", "x"], "instruction"),
    (["--patience=-1"], "at least 0"),
    (["--model", "tiny,layers"], "expected NAME=NUMBER in --model"),
    (["--model", "tiny,layer=3"], "did you mean 'layers'?"),
    (["--model", "tiny,heads=3"], "heads that divide the dimension"),
    (["--chat", "template"], "a model from scratch has no chat template"),
  ])
  func aWrongChoiceIsAnError(_ arguments: [String], _ message: String) throws {
    let outcome = try Self.built().run(["train", "out"] + arguments)
    #expect(outcome.status == 2 && outcome.errors.contains(message), "\(outcome)")
  }

  @Test func aRecipeMayNotSayTheObjectiveTwice() throws {
    let workshop = try Workshop()
    try SmallProject.write(into: workshop)
    try workshop.write(
      "recipe.yaml",
      SmallProject.recipe.replacing(
        "  steps: 12\n", with: "  steps: 12\n  objective: all\n  input_loss_weight: 0.5\n"))
    let outcome = try workshop.run("build", "recipe.yaml", "--output", "out")
    #expect(outcome.status == 2 && outcome.errors.contains("say the same thing"), "\(outcome)")
  }

  /// The template of a model's folder is rendered; what it writes stands around inputs, in the files and in figures.
  @Test func aChatTemplateIsApplied() throws {
    let workshop = try Self.built()
    #expect(try workshop.run("train", "out", "--steps", "2").status == 0)
    try FileManager.default.moveItem(atPath: workshop.path("out/model"), toPath: workshop.path("base"))
    func use(_ template: String) throws -> Workshop.Outcome {
      try workshop.write("base/chat_template.jinja", template)
      return try workshop.run("train", "out", "--model", "base", "--chat", "template", "--steps", "2")
    }
    let good = """
      {{ bos_token }}{% for m in messages %}{{ '[' + m['role'] + '] ' + m['content'] | trim }}
      {% if m['role'] == 'assistant' %}{{ eos_token }}{% endif %}{% endfor %}{% if add_generation_prompt %}[assistant] \
      {% endif %}
      """
    let outcome = try use(good)
    #expect(outcome.status == 0, "\(outcome)")
    let prompt = try JSONParser().parse(workshop.read("out/model/prompt.json"))
    #expect(prompt["before"].list.first?.integer == 0 && prompt["before"].list.count > 2, "\(prompt)")
    #expect(prompt["trims"] == .boolean(true))
    #expect(try workshop.run("evaluate", "out").status == 0)
    for (template, message) in [
      ("{{ raise_exception('no') }}", "the chat template fails"),
      ("{{ messages[0]['content'] | upper }}", "does not write what the turns say"),
      ("{% for m in messages %}<{{ m.content }}{% endfor %}", "writes nothing behind the model's turn"),
      ("{% for", "error"),
    ] {
      let outcome = try use(template)
      #expect(outcome.status == 2 && outcome.errors.contains(message), "\(template)\n\(outcome)")
    }
  }

  @Test func modelsAreConverted() throws {
    let workshop = try Self.built()
    #expect(try workshop.run("train", "out").status == 0)
    #expect(try workshop.run("evaluate", "out").status == 0)
    let before = try JSONParser().parse(workshop.read("out/evaluation/results.json"))
    for (format, path) in [("gguf-f16", "a/m.gguf"), ("gguf-q8_0", "m8.gguf"), ("huggingface", "folder")] {
      let outcome = try workshop.run("convert", "out/model", "--to", format, "--output", path, "--json")
      #expect(outcome.status == 0, "\(outcome)")
      let evaluated = try workshop.run("evaluate", "out", "--model", path)
      #expect(evaluated.status == 0, "\(evaluated)")
      let after = try JSONParser().parse(workshop.read("out/evaluation/results.json"))
      if format == "huggingface" { #expect(after["seen"] == before["seen"]) }
    }
    let folder = try workshop.run("convert", "out/model", "--to", "gguf-f16", "--output", "folder")
    #expect(folder.status == 2 && folder.errors.contains("is a folder"), "\(folder)")
  }
}
