import Bytes
import Lint
import Testing
import YAML

/// Rules that need more than one template, a corpus, or another environment.
@Suite struct TaskRuleTests {
  private let good = Checks.template("one", "Is {{ text }} good? ||| {{ label }}")

  private func corpus(_ fields: [String], own: [String] = []) throws -> CorpusFacts {
    let text = "fields:\n" + fields.map { "  \($0): \($0)\n" }.joined()
    let root = try YAMLDocument.parse(text, path: "corpus.yaml")
    guard case .mapping(let pairs)? = root.child("fields")?.kind else { throw Diagnostic("no fields") }
    return CorpusFacts(
      fields: pairs.map { CorpusFacts.Field(name: $0.key.text ?? "", node: $0.key) }, ownFields: own)
  }

  @Test func tellsUnknownFieldsWithTheNearestName() throws {
    let file = Checks.file([good])
    let findings = try Checks.findings(file, corpus: corpus(["txt", "label"]))
    #expect(
      findings.first { $0.rule.code == "PB102" }?.diagnostic.message
        == "unknown field 'text'; did you mean 'txt'?")
    let choices = Checks.file([
      Checks.template("c", "{{ text }} ||| {{ answer_choices[0] }}", choices: "{{ a }}")
    ])
    #expect(try Checks.codes(choices, corpus: corpus(["text"])).contains("PB102"))
    #expect(!(try Checks.codes(file, corpus: corpus(["text", "label"])).contains("PB102")))
    let guarded = Checks.file([
      Checks.template("g", "{{ text }}{% if hint is defined %}{{ hint }}{% endif %} ||| {{ label }}")
    ])
    #expect(!(try Checks.codes(guarded, corpus: corpus(["text", "label"])).contains("PB102")))
  }

  @Test func tellsFieldsThatNobodyReads() throws {
    let file = Checks.file([good])
    let findings = try Checks.findings(file, corpus: corpus(["text", "label", "extra", "other"]))
    #expect(findings.filter { $0.rule.code == "PB114" }.map(\.diagnostic.location?.line) == [4, 5])
    #expect(!(try Checks.codes(file, corpus: corpus(["text", "label"])).contains("PB114")))
    #expect(
      !(try Checks.codes(file, corpus: corpus(["text", "label", "id"], own: ["id"])).contains("PB114")))
  }

  @Test func namesAndIdsAreUnique() throws {
    let twice = Checks.file([good, good.replacing("  one:", with: "  two:")])
    #expect(try Checks.codes(twice).contains("PB002"))
    let ids = Checks.file([good, Checks.template("one", "{{ a }} ||| {{ b }}")])
    #expect(try !Checks.codes(ids).isEmpty)
    #expect(
      !(try Checks.codes(Checks.file([good, Checks.template("two", "{{ a }} ||| {{ b }}")])).contains("PB002"))
    )
    #expect(!(try Checks.codes(Checks.file([good])).contains("PB002")))
  }

  @Test(arguments: [
    ("templates: 3\n", true), ("templates:\n  a: !Template\n    jnija: x\n    name: a\n", true),
    ("templates:\n  a: [\n", true),
    ("templates:\n  a: !Template\n    name: a\n    jinja: '{{ a }} ||| {{ b }}'\n", false),
    ("dataset: x\nsubset: y\ntemplates: {}\n", false),
  ])
  func unreadableFilesAreFindings(text: String, isBad: Bool) throws {
    #expect(try Checks.codes(text).contains("PB001") == isBad)
  }

  @Test(arguments: [
    ("Question: {{ q }} Answer: ", true), ("Question: {{ q }}\t", true),
    ("Question: {{ q }}\nAnswer:", false),
    ("{{ q }} ", true), ("Question: {{ q }}", false),
  ])
  func blanksBeforeTheTargetOfLmEval(jinja: String, isBad: Bool) throws {
    let file = Checks.file([Checks.template("one", jinja, target: "{{ a }}")], environment: "lm-eval")
    #expect(try Checks.codes(file).contains("PB118") == isBad)
  }

  @Test func tellsOneTemplateFarLongerThanTheRest() throws {
    let words = { (count: Int) in (0..<count).map { "word\($0)" }.joined(separator: " ") }
    func file(_ lengths: [Int]) -> String {
      Checks.file(
        lengths.enumerated().map { Checks.template("t\($0)", words($1) + " {{ text }} ||| {{ label }}") })
    }
    #expect(try Checks.codes(file([8, 9, 10, 11, 90])).contains("PB121"))
    #expect(try Checks.codes(file([20, 120, 20, 20, 21, 22])).contains("PB121"))
    #expect(!(try Checks.codes(file([8, 9, 10, 11, 30])).contains("PB121")))
    #expect(!(try Checks.codes(file([10, 40, 70, 100, 130])).contains("PB121")))
  }

  @Test func tellsNearDuplicates() throws {
    let a = "Read the whole review below and say if the writer liked it: {{ text }} ||| {{ label }}"
    let b = "Read the whole review below and say if the author liked it: {{ text }} ||| {{ label }}"
    let c = "Would you buy this again? {{ text }} ||| {{ label }}"
    func file(_ texts: [String]) -> String {
      Checks.file(texts.enumerated().map { Checks.template("t\($0)", $1) })
    }
    // 14 words each with their two fields, 12 trigrams, 9 of them shared: 9 of 15 is 0.6.
    let found = try Checks.findings(file([a, b, c])).filter { $0.rule.code == "PB301" }
    #expect(found.map(\.template) == ["t1"])
    #expect(found.first?.diagnostic.message.hasPrefix("60% of the word trigrams are those of 't0'") == true)
    #expect(try Checks.codes(file([a, a])).contains("PB301"))
    #expect(!(try Checks.codes(file([a, c])).contains("PB301")))
    #expect(!(try Checks.codes(file([b])).contains("PB301")))
  }

  @Test func tellsNearDuplicatesAcrossTheHoldOut() throws {
    let a = Checks.template("a", "Read the review and say if the writer liked it: {{ text }} ||| {{ label }}")
    let b = Checks.template("b", "Read the review and say if the writer liked it! {{ text }} ||| {{ label }}")
    let c = Checks.template("c", "Buy this? {{ text }} ||| {{ label }}")
    let task = try LintedTask(text: Checks.file([a, b, c]), name: "task")
    func codes(_ held: [Bool]) -> [String] {
      Linter().straddling(task, isHeldOut: held, similarity: 0.6).map(\.rule.code)
    }
    #expect(codes([true, false, false]) == ["PB302"])
    #expect(codes([false, true, true]) == ["PB302"])
    #expect(codes([true, true, false]).isEmpty)
    #expect(codes([false, false, true]).isEmpty)
  }
}
