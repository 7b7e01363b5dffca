import Bytes
import Foundation
import JSON
import Records
import Testing

/// `phrasebook handoff`: what is written for other programs, held against the mixture. `Tests/check_handoff.py` runs
/// the programs themselves.
@Suite struct HandoffTests {
  private static func built(_ training: String = "") throws -> Workshop {
    let workshop = try Workshop()
    try SmallProject.write(into: workshop)
    try workshop.write(
      "recipe.yaml", SmallProject.recipe.replacing("  steps: 12\n", with: "  steps: 12\n" + training))
    let outcome = try workshop.run("build", "recipe.yaml", "--output", "out")
    #expect(outcome.status == 0, "\(outcome)")
    return workshop
  }

  /// A safetensors file's numbers by name, read here by hand.
  private static func tensors(_ data: Data) throws -> [String: [Int]] {
    let length = Int(data.prefix(8).enumerated().reduce(0) { $0 + UInt64($1.element) << (8 * $1.offset) })
    let header = try JSONParser().parse(String(decoding: data[8..<8 + length], as: UTF8.self))
    guard case .dictionary(let entries) = header else { return [:] }
    var result: [String: [Int]] = [:]
    for (name, entry) in zip(entries.keys, entries.values) where name != "__metadata__" {
      let range = entry["data_offsets"].list.map(\.integer)
      let bytes = Array(data[8 + length + range[0]..<8 + length + range[1]])
      let width = ["U8": 1, "I16": 2, "I32": 4, "I64": 8][entry["dtype"].string] ?? 4
      result[name] = stride(from: 0, to: bytes.count, by: width).map { place in
        (0..<width).reduce(0) { $0 + Int(bytes[place + $1]) << (8 * $1) }
      }
    }
    return result
  }

  /// Every example of the mixture stands whole in one row of its step, in order, with nothing between.
  @Test func theRowsHoldTheMixture() throws {
    let workshop = try Self.built()
    let outcome = try workshop.run("handoff", "out", "--to", "torch")
    #expect(
      outcome.status == 0 && outcome.output.contains("torchrun --nproc-per-node 8 train.py"), "\(outcome)")
    let files = try workshop.files("out/handoff/torch")
    #expect(
      Set(files.keys) == [
        "README.md", "train.py", "llama.py", "training.json", "training.safetensors",
        "validation.safetensors",
        "start/config.json", "start/tokenizer.json", "start/tokenizer_config.json", "start/model.safetensors",
      ])
    let rows = try Self.tensors(try #require(files["training.safetensors"]))
    let (tokens, segments, kinds) = (rows["tokens"] ?? [], rows["segments"] ?? [], rows["kinds"] ?? [])
    let steps = rows["steps"] ?? []
    #expect(steps.count == 13 && tokens.count == (steps.last ?? 0) * 128)
    var perStep: [Int] = []
    for (first, last) in zip(steps, steps.dropFirst()) {
      var examples = 0
      for row in first..<last {
        let place = row * 128..<(row + 1) * 128
        let numbers = segments[place].filter { $0 > 0 }
        #expect(numbers == numbers.sorted() && Set(numbers) == Set(1...(numbers.max() ?? 1)))
        #expect(segments[place].drop { $0 > 0 }.allSatisfy { $0 == 0 }, "padding stands at the end")
        for number in Set(numbers) {
          let own = place.filter { segments[$0] == number }
          #expect(own.map { tokens[$0] }.first == 0 && own.map { tokens[$0] }.last == 2)
          let ownKinds = own.map { kinds[$0] }
          #expect(ownKinds == ownKinds.sorted() && ownKinds.first == 1 && ownKinds.last == 2)
          // The answer mark is the last token of what is read; the target begins behind it.
          #expect(own.last { kinds[$0] == 1 }.map { tokens[$0] } == 1)
          examples += 1
        }
      }
      perStep.append(examples)
    }
    // The same steps as ours: the log counts their tokens.
    #expect(try workshop.run("train", "out").status == 0)
    let log = try workshop.read("out/model/training_log.jsonl").split(separator: "\n")
      .map { try JSONParser().parse(String($0))["tokens"].integer }
    let counted = zip(steps, steps.dropFirst()).map { first, last in
      kinds[first * 128..<last * 128].count { $0 > 0 }
    }
    #expect(counted.indices.map { counted[...$0].reduce(0, +) } == log)
    let settings = try JSONParser().parse(String(decoding: files["training.json"] ?? Data(), as: UTF8.self))
    #expect(settings["learning_rates"].list.count == 12 && settings["steps"].integer == 12)
  }

  @Test(arguments: [
    ("trl", "prompt", "completion", "sft.yaml"), ("axolotl", "messages", "messages", "axolotl.yaml"),
    ("llama-factory", "messages", "messages", "sft.yaml"),
  ])
  func examplesAreTurns(_ target: String, _ first: String, _ last: String, _ settings: String) throws {
    let workshop = try Self.built(
      "  lora: {rank: 4, alpha: 8, targets: [q, down]}\n  schedule: linear\n  patience: 2\n")
    let outcome = try workshop.run("handoff", "out", "--to", target, "--output", "there", "--format", "tag")
    #expect(outcome.status == 0, "\(outcome)")
    var examples: [Example] = []
    for name in try workshop.files("out").keys.sorted() where name.hasPrefix("train-") {
      try ExampleLines.read(workshop.path("out/" + name)) { examples.append($0) }
    }
    let lines = try workshop.read("there/data/train.jsonl").split(separator: "\n")
    #expect(lines.count == examples.count)
    for (line, example) in zip(lines, examples) {
      let value = try JSONParser().parse(String(line))
      let (user, assistant) = (value[first].list.first ?? .null, value[last].list.last ?? .null)
      #expect(user["role"].string == "user" && assistant["role"].string == "assistant")
      #expect(
        user["content"].string.hasSuffix(example.input) && user["content"].string.hasPrefix(example.task))
      #expect(assistant["content"].string == example.target)
    }
    let text = try workshop.read("there/" + settings)
    for part in ["q_proj", "down_proj", "polynomial", "warmup_steps: 1\n", "max_steps: 12"] {
      #expect(text.contains(part), "no '\(part)' in\n\(text)")
    }
    #expect(try workshop.read("there/README.md").contains("phrasebook evaluate"))
  }

  @Test func aFolderOfSomebodyElseIsLeftAlone() throws {
    let workshop = try Self.built()
    try workshop.write("mine/notes.txt", "x")
    let outcome = try workshop.run("handoff", "out", "--to", "torch", "--output", "mine")
    #expect(
      outcome.status == 2 && outcome.errors.contains("was not written by 'phrasebook handoff'"), "\(outcome)")
    #expect(try workshop.read("mine/notes.txt") == "x")
    for _ in 0..<2 { #expect(try workshop.run("handoff", "out", "--to", "trl").status == 0) }
    let unknown = try workshop.run("handoff", "out", "--to", "jax")
    #expect(unknown.status == 2 && unknown.errors.contains("llama-factory"), "\(unknown)")
  }

  /// What is too long for the context is cut as in training: at the front of the input.
  @Test func longInputsAreCutAtTheirFront() throws {
    let workshop = try Workshop()
    try SmallProject.write(into: workshop)
    try workshop.write("recipe.yaml", SmallProject.recipe.replacing("context: 128", with: "context: 20"))
    #expect(try workshop.run("build", "recipe.yaml", "--output", "out").status == 0)
    let outcome = try workshop.run("handoff", "out", "--to", "trl")
    #expect(outcome.status == 0 && outcome.errors.contains("were longer than the context"), "\(outcome)")
    let lines = try workshop.read("out/handoff/trl/data/train.jsonl").split(separator: "\n")
    var examples: [Example] = []
    for name in try workshop.files("out").keys.sorted() where name.hasPrefix("train-") {
      try ExampleLines.read(workshop.path("out/" + name)) { examples.append($0) }
    }
    var cut = 0
    for (line, example) in zip(lines, examples) {
      let value = try JSONParser().parse(String(line))
      let input = value["prompt"].list[0]["content"].string
      #expect(
        example.input.hasSuffix(input) && value["completion"].list[0]["content"].string == example.target)
      cut += input == example.input ? 0 : 1
    }
    #expect(cut > 0 && outcome.errors.contains("\(cut) inputs"), "\(outcome)")
  }
}
