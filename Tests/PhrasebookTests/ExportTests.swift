import Foundation
import JSON
import Records
import Testing

/// Exports of a built mixture, read here by second implementations; scripts/check-exports loads them with the
/// libraries that users have.
@Suite struct ExportTests {
  private static func built() throws -> Workshop {
    let workshop = try Workshop()
    try SmallProject.write(into: workshop)
    let outcome = try workshop.run("build", "recipe.yaml", "--output", "out")
    try #require(outcome.status == 0, "\(outcome)")
    return workshop
  }

  private func export(_ workshop: Workshop, _ format: String, _ more: String...) throws -> [String: Data] {
    let outcome = try workshop.run(["export", "out", "--format", format] + more)
    try #require(outcome.status == 0, "\(outcome)")
    return try workshop.files("out/export/\(format)")
  }

  private func examples(_ workshop: Workshop, _ name: String) throws -> [Value] {
    try workshop.read("out/" + name).split(separator: "\n").map { try JSONParser().parse(String($0)) }
  }

  @Test func linesOfJSONHoldEveryExample() throws {
    let workshop = try Self.built()
    let wanted = try examples(workshop, "train-00001-of-00002.jsonl")
    let forms: [(String, (Value) -> (String, String))] = [
      ("messages", { ($0["messages"].list[0]["content"].string, $0["messages"].list[1]["content"].string) }),
      (
        "sharegpt",
        { ($0["conversations"].list[0]["value"].string, $0["conversations"].list[1]["value"].string) }
      ),
      ("alpaca", { ($0["instruction"].string, $0["output"].string) }),
      ("prompt-completion", { ($0["prompt"].string, String($0["completion"].string.dropFirst())) }),
    ]
    for (format, pair) in forms {
      let files = try export(workshop, format)
      let told = try JSONParser().parse(String(decoding: files["export.json"] ?? Data(), as: UTF8.self))
      #expect(told["files"].list.count == files.count - 1)
      let lines = String(decoding: files["train-00001-of-00002.jsonl"] ?? Data(), as: UTF8.self).split(
        separator: "\n")
      #expect(lines.count == wanted.count)
      for (line, example) in zip(lines, wanted) {
        let (input, target) = pair(try JSONParser().parse(String(line)))
        #expect(input == example["input"].string && target == example["target"].string, "\(format)")
      }
    }
  }

  @Test func textGoesThroughAChatTemplate() throws {
    let workshop = try Self.built()
    try workshop.write(
      "chat.jinja",
      "{% for message in messages %}<|{{ message['role'] }}|>{{ message['content'] | trim }}</s>{% endfor %}")
    let files = try export(workshop, "text", "--chat-template", "chat.jinja")
    let name = "seen_templates.jsonl"
    let lines = String(decoding: files[name] ?? Data(), as: UTF8.self).split(separator: "\n")
    let wanted = try examples(workshop, "evaluation/" + name)
    #expect(lines.count == wanted.count && !lines.isEmpty)
    for (line, example) in zip(lines, wanted) {
      let text = try JSONParser().parse(String(line))["text"].string
      #expect(text == "<|user|>\(example["input"].string)</s><|assistant|>\(example["target"].string)</s>")
    }
    let plain = try export(workshop, "text")
    let first = String(decoding: plain[name] ?? Data(), as: UTF8.self).split(separator: "\n").first ?? ""
    #expect(
      try JSONParser().parse(String(first))["text"].string
        == wanted[0]["input"].string + "\n\n" + wanted[0]["target"].string)
  }

  /// The archive by `tar`, the records by hand with a checksum bit by bit.
  @Test func archivesAndRecordsHoldEveryExample() throws {
    let workshop = try Self.built()
    _ = try export(workshop, "webdataset")
    let folder = workshop.path("unpacked")
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = [
      "tar", "-xf", workshop.path("out/export/webdataset/train-00000-of-00002.tar"), "-C", folder,
    ]
    try process.run()
    process.waitUntilExit()
    #expect(process.terminationStatus == 0)
    let wanted = try examples(workshop, "train-00000-of-00002.jsonl")
    #expect(try workshop.files("unpacked").count == 3 * wanted.count)
    for (number, example) in wanted.enumerated() {
      let key = "unpacked/" + String(format: "%012d", number)
      #expect(try workshop.read(key + ".input.txt") == example["input"].string)
      #expect(try workshop.read(key + ".target.txt") == example["target"].string)
      #expect(try JSONParser().parse(workshop.read(key + ".json"))["record"] == example["record"])
    }
    let files = try export(workshop, "tfrecord")
    let data = [UInt8](files["train.tfrecord-00000-of-00002"] ?? Data())
    var place = 0
    for example in wanted {
      let size = Int(data[place..<place + 8].reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) })
      for range in [place..<place + 8, place + 12..<place + 12 + size] {
        let stored = data[range.upperBound..<range.upperBound + 4].reversed().reduce(UInt32(0)) {
          $0 << 8 | UInt32($1)
        }
        #expect(stored == Self.masked(Array(data[range])))
      }
      let message = String(decoding: data[place + 12..<place + 12 + size], as: UTF8.self)
      #expect(message.contains(example["input"].string) && message.contains(example["target"].string))
      place += size + 16
    }
    #expect(place == data.count && place > 0)
  }

  /// CRC-32C as its definition says: a bit at a time.
  private static func masked(_ bytes: [UInt8]) -> UInt32 {
    var value = UInt32.max
    for byte in bytes {
      value ^= UInt32(byte)
      for _ in 0..<8 { value = value & 1 == 1 ? value >> 1 ^ 0x82F6_3B78 : value >> 1 }
    }
    value = ~value
    return (value >> 15 | value << 17) &+ 0xA282_EAD8
  }

  @Test func tokensNeedATokenizerAndTellTheirPlaces() throws {
    let workshop = try Self.built()
    let refused = try workshop.run("export", "out", "--format", "megatron")
    #expect(refused.status == 2 && refused.errors.contains("--tokenizer"), "\(refused)")
    #expect(try workshop.run("train", "out", "--steps", "1").status == 0)
    let files = try export(workshop, "megatron")
    let index = [UInt8](files["train-00000-of-00002.idx"] ?? Data())
    let data = [UInt8](files["train-00000-of-00002.bin"] ?? Data())
    func number(_ place: Int, _ bytes: Int) -> Int {
      index[place..<place + bytes].reversed().reduce(0) { $0 << 8 | Int($1) }
    }
    #expect(String(decoding: index[..<7], as: UTF8.self) == "MMIDIDX" && number(9, 8) == 1 && index[17] == 8)
    let count = number(18, 8)
    #expect(count == 150 && number(26, 8) == 151)
    #expect(index.count == 34 + 4 * count + 8 * count + 8 * (count + 1))
    var place = 0
    for sequence in 0..<count {
      #expect(number(34 + 4 * count + 8 * sequence, 8) == place)
      place += 2 * number(34 + 4 * sequence, 4)
    }
    #expect(place == data.count)
    let flat = try export(workshop, "tokens")
    #expect(flat["train-00000-of-00002.bin"] == Data(data))
    let told = try JSONParser().parse(
      String(decoding: flat["train-00000-of-00002.json"] ?? Data(), as: UTF8.self))
    #expect(told["tokens"].integer == data.count / 2 && told["dtype"].string == "uint16")
  }

  @Test func badExportsAreExplained() throws {
    let workshop = try Self.built()
    let typing = try workshop.run("export", "out", "--format", "mesages")
    #expect(typing.status == 2 && typing.errors.contains("did you mean 'messages'?"), "\(typing)")
    let chat = try workshop.run("export", "out", "--format", "alpaca", "--chat-template", "chat.jinja")
    #expect(chat.status == 2, "\(chat)")
    #expect(try workshop.run("export", "nowhere", "--format", "alpaca").status == 2)
    try workshop.write("out/train-00000-of-00002.jsonl", "{}\n")
    let damaged = try workshop.run("export", "out", "--format", "alpaca")
    #expect(damaged.status == 2 && damaged.errors.contains("SHA-256"), "\(damaged)")
    #expect(!(try workshop.files("out").keys.contains { $0.hasPrefix("export") }))
  }

  @Test func parquetSaysWhatItNeeds() throws {
    let workshop = try Self.built()
    let outcome = try workshop.run(
      ["export", "out", "--format", "parquet"], environment: ["PATH": workshop.path("nothing")])
    #expect(outcome.status == 3 && outcome.errors.contains("pip install duckdb-cli"), "\(outcome)")
    #expect(!(try workshop.files("out").keys.contains { $0.hasPrefix("export") }))
  }
}
