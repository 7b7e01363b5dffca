import Bytes
import JSON
import Records
import Testing
import Transformer

@Suite struct TokenizerTests {
  static func learnt() throws -> Tokenizer {
    var learner = TokenizerLearner()
    for text in try Fixtures.value("texts.json").items { learner.add(text.text) }
    return learner.learn(vocabulary: 420)
  }

  /// The fixture's merges are those of a naive learner in Python, see `Fixtures/make_tokens.py`.
  @Test func learningGivesTheFixture() throws {
    let written = Fixtures.folder + "/tokenizer.json.new"
    try Self.learnt().write(to: written)
    let new = try MappedFile(path: written)
    let old = try? MappedFile(path: Fixtures.folder + "/tokenizer.json")
    let same = withExtendedLifetime((new, old)) { old.map { new.bytes.elementsEqual($0.bytes) } ?? false }
    #expect(same, "compare \(written)")
    if same { try removeTree(written) }
  }

  /// The fixture's ids are those of Hugging Face's `tokenizers` with the same file.
  @Test func encodingEqualsHuggingFace() throws {
    let tokenizer = try Tokenizer(path: Fixtures.folder + "/tokenizer.json")
    var encoder = TokenEncoder(tokenizer)
    let cases = try Fixtures.value("tokens.json").items
    #expect(cases.count > 15)
    // Twice, so that the second time comes from the encoder's memory.
    for item in cases + cases {
      let text = item["text"].text
      let ids = encoder.encode(text)
      #expect(ids == item["ids"].items.map { Int32($0.int) }, "\(text.debugDescription)")
      #expect(tokenizer.decode(ids).utf8.elementsEqual(text.utf8))
    }
  }

  @Test func marksInTextsStayText() throws {
    let tokenizer = try Self.learnt()
    let ids = tokenizer.encode("<|end|><|begin|><|answer|>")
    #expect(!ids.contains { $0 < 3 })
    #expect(tokenizer.decode(ids) == "<|end|><|begin|><|answer|>")
    #expect(
      tokenizer.decode([tokenizer.begin] + ids + [tokenizer.end, -1, 100_000]) == "<|end|><|begin|><|answer|>"
    )
  }

  @Test func theOrderOfTheTextsDoesNotMatter() throws {
    var learner = TokenizerLearner()
    for text in try Fixtures.value("texts.json").items.reversed() { learner.add(text.text) }
    let words = "masculine Größe 日本語 return"
    #expect(learner.learn(vocabulary: 420).encode(words) == (try Self.learnt().encode(words)))
  }

  @Test func learningStopsWhereNothingRepeats() {
    var learner = TokenizerLearner()
    learner.add("abc")
    #expect(learner.learn(vocabulary: 5000).vocabulary == TokenizerLearner.smallest)
    learner.add("abc")
    // ab and abc: two merges.
    #expect(learner.learn(vocabulary: 5000).vocabulary == TokenizerLearner.smallest + 2)
    #expect(TokenizerLearner().learn(vocabulary: 10).vocabulary == TokenizerLearner.smallest)
  }

  @Test func aLongPieceTakesNoLongTime() throws {
    // Quadratic merging would take minutes here, and the heap must agree with the scan on short pieces.
    let tokenizer = try Self.learnt()
    let long = String(repeating: "a", count: 200_000) + String(repeating: "theab", count: 40_000)
    #expect(tokenizer.decode(tokenizer.encode(long)).utf8.elementsEqual(long.utf8))
  }

  @Test(arguments: [
    (#"{"type":"BPE""#, #"{"type":"Unigram""#, "no byte-level BPE model"),
    (#"["i","n"]"#, #"["i","nn"]"#, "joins no two known tokens"),
    (#"["i","n"]"#, #"["i",7]"#, "joins no two known tokens"),
    (#"["i","n"]"#, #"["\u65E5","n"]"#, "joins no two known tokens"),
    (#""A":68"#, #""A":69"#, "has a number that another has too"),
    (#""A":68"#, #""A":-1"#, "has the number -1"),
    (#""A":68"#, #""A":99999999999"#, "has the number 99999999999"),
    (#""A":68"#, #""A":"B""#, "has no number"),
    (#""A":68"#, #""\u65E5":68"#, "byte-level alphabet"),
    (#""in":260,"#, "", "joins no two known tokens"),
    (#"?[A-Za-z"#, #"?[a-z"#, "unknown pre-tokenizer"),
    (#""Isolated""#, #""Removed""#, "unknown pre-tokenizer"),
    (#""normalizer":null"#, #""normalizer":{"type":"Lowercase"}"#, "expected no normalizer or NFC"),
    (#""byte_fallback":false"#, #""byte_fallback":true"#, "expected nothing at 'model.byte_fallback'"),
    (#"{"id":1,"content":"<|answer|>""#, #"{"id":0,"content":"<|answer|>""#, "stands there twice"),
    (#""single_word":false"#, #""single_word":true"#, "expected false"),
    (#""<|end|>","single"#, #""<|halt|>","single"#, "no token that ends a text"),
  ])
  func damagedFilesAreErrors(_ old: String, _ new: String, _ message: String) throws {
    try ToyMixture.inFolder { folder in
      let file = try MappedFile(path: Fixtures.folder + "/tokenizer.json")
      let text = file.withBytes { String(decoding: $0, as: UTF8.self) }
      let parts = text.split(separator: old, maxSplits: 1, omittingEmptySubsequences: false)
      try #require(parts.count == 2)
      var damaged = try AtomicFile(path: folder + "/tokenizer.json")
      try damaged.write(parts.joined(separator: new))
      _ = try damaged.commit()
      #expect {
        try Tokenizer(path: folder + "/tokenizer.json")
      } throws: { "\($0)".contains(message) }
    }
  }
}
