import Evaluation
import Foundation
import JSON
import Testing

@Suite struct AnswerExtractionTests {
  struct Case: CustomTestStringConvertible, Sendable {
    var kind: AnswerKind
    var choices: [String] = []
    var text: String
    /// Read as the text of a question for the answer alone, and as reasoning that ends in it.
    var answer: String?
    var reasoned: String?
    var testDescription: String { "\(kind.rawValue): \(text)" }
  }

  static let cases = [
    Case(kind: .number, text: " 18.", answer: "18", reasoned: "18"),
    Case(kind: .number, text: "He has 3 and buys 4, so 3 + 4 = 7.", answer: "3", reasoned: "7"),
    Case(kind: .number, text: "It costs $1,450.50 in all", answer: "1450.5", reasoned: "1450.5"),
    Case(kind: .number, text: "12 - 5 = -7", answer: "12", reasoned: "-7"),
    Case(kind: .number, text: "from 16-3 eggs", answer: "16", reasoned: "3"),
    Case(kind: .number, text: "2 * 9 = 18\n#### 18", answer: "2", reasoned: "18"),
    Case(kind: .number, text: "5 left. The answer is 9 apples, not 4.", answer: "5", reasoned: "9"),
    Case(kind: .number, text: "007 and 0.50", answer: "7", reasoned: "0.5"),
    Case(kind: .number, text: "none", answer: nil, reasoned: nil),
    Case(kind: .letter, choices: ["A", "B", "C"], text: "Answer: B, not C.", answer: "B", reasoned: "C"),
    Case(kind: .letter, choices: ["(A)", "(B)"], text: "A dog (B) barks", answer: "B", reasoned: "B"),
    Case(
      kind: .letter, choices: ["A", "B"], text: "So the answer is (B). D is no choice.", answer: "B",
      reasoned: "B"),
    Case(kind: .letter, choices: ["A", "B"], text: "Both of them", answer: nil, reasoned: nil),
    Case(kind: .yesNo, text: "Yes, but then no.", answer: "yes", reasoned: "no"),
    Case(kind: .yesNo, text: "I know nothing", answer: nil, reasoned: nil),
    Case(kind: .yesNo, text: "no doubt. So the answer is \"Yes\".", answer: "no", reasoned: "yes"),
    Case(
      kind: .choice, choices: ["not red", "red", "green"], text: "It is not red, but Green",
      answer: "not red",
      reasoned: "green"),
    Case(kind: .choice, choices: ["one"], text: "someone", answer: nil, reasoned: nil),
    Case(kind: .free, text: "\n \"yajo\".\nMore", answer: "yajo", reasoned: "yajo"),
    Case(
      kind: .free, text: "W gives w. The answer is wf.", answer: "W gives w. The answer is wf", reasoned: "wf"
    ),
    Case(kind: .free, text: " \n", answer: nil, reasoned: nil),
  ]

  @Test(arguments: cases)
  func readsTheAnswer(one: Case) {
    let extraction = AnswerExtraction(one.kind, choices: one.choices)
    #expect(extraction.answer(in: one.text, .answer) == one.answer)
    #expect(extraction.answer(in: one.text, .reasoning) == one.reasoned)
  }

  @Test func answersAreComparedByWhatTheyMean() {
    #expect(AnswerExtraction(.number).isRight("18", ["18.00"]))
    #expect(AnswerExtraction(.number).isRight("1450", ["$1,450"]))
    #expect(!AnswerExtraction(.number).isRight("180", ["18"]))
    #expect(AnswerExtraction(.letter, choices: ["(A)", "(B)"]).choice(of: "B") == 1)
    #expect(AnswerExtraction(.yesNo).isRight("yes", ["Yes"]))
    #expect(AnswerExtraction(.choice, choices: ["Sci/Tech", "World"]).choice(of: "world") == 1)
    #expect(AnswerExtraction(.free).isRight("Yajo", ["yajo"]))
  }

  @Test func kindsFollowFromChoicesAndTargets() {
    #expect(AnswerKind(choices: ["A", "B"]) == .letter)
    #expect(AnswerKind(choices: ["(A)", "(E)"]) == .letter)
    #expect(AnswerKind(choices: ["Yes", "no"]) == .yesNo)
    #expect(AnswerKind(choices: ["red", "no"]) == .choice)
    #expect(
      AnswerKind.letter.request(["(A)", "(B)", "(C)"]) == "Therefore, among A through C, the answer is")
    #expect(AnswerKind.number.request([]) == "Therefore, the answer (arabic numerals) is")
    for (targets, kind) in [
      (["3", "$1,000"], AnswerKind.number), (["3", "x7"], .free), (["(A)", "B"], .letter),
      (["Yes", "no"], .yesNo), ([], .free),
    ] {
      var answers = FreeAnswers()
      for target in targets { answers.add(target) }
      #expect(answers.kind == kind)
    }
  }

  private static let shared =
    ProcessInfo.processInfo.environment["PHRASEBOOK_SHARED"]
    ?? URL(filePath: #filePath).appending(path: "../../../../shared").standardizedFileURL.path

  private static func corpus(_ name: String) -> String? {
    let path = shared + "/corpora/" + name
    guard FileManager.default.fileExists(atPath: path) else {
      print("skipped: no ../shared (\(name))")
      return nil
    }
    return path
  }

  /// All answers of the 27 files, read back out of a sentence that ends in them.
  @Test func answersOfBIGBenchHard() throws {
    guard let folder = Self.corpus("bbh/bbh") else { return }
    let files = try FileManager.default.contentsOfDirectory(atPath: folder).filter { $0.hasSuffix(".json") }
    #expect(files.count == 27)
    var total = 0
    for file in files.sorted() {
      let examples = try JSONNode.read(folder + "/" + file, advice: "").required("examples").items()
      let targets = try examples.map { try $0.required("target").text() }
      var answers = FreeAnswers()
      for target in targets { answers.add(target) }
      let extraction = AnswerExtraction(answers.kind)
      for target in targets {
        let text = "First this, then 12 of (Z) that; no more. So the answer is \(target)."
        let answer = extraction.answer(in: text, .reasoning)
        #expect(answer.map { extraction.isRight($0, [target]) } == true, "\(file): \(target)")
        total += 1
      }
    }
    #expect(total == 6_511)
  }

  /// The worked solutions of the prompts: what follows the last `So the answer is` by a split of the text.
  @Test func workedSolutionsOfBIGBenchHard() throws {
    guard let folder = Self.corpus("bbh/cot-prompts"), let answersFolder = Self.corpus("bbh/bbh") else {
      return
    }
    var total = 0
    for file in try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
    where file.hasSuffix(".txt") {
      let examples = try JSONNode.read(
        answersFolder + "/" + file.replacing(".txt", with: ".json"), advice: ""
      ).required("examples").items()
      var answers = FreeAnswers()
      for example in examples { answers.add(try example.required("target").text()) }
      let extraction = AnswerExtraction(answers.kind)
      let text = try String(contentsOfFile: folder + "/" + file, encoding: .utf8)
      for part in text.components(separatedBy: "\nQ: ").dropFirst() {
        let worked = part.components(separatedBy: "So the answer is ")
        #expect(worked.count >= 2, "\(file)")
        let gold = (worked.last ?? "").trimmingCharacters(in: .whitespacesAndNewlines)
        let answer = extraction.answer(in: part, .reasoning)
        #expect(
          answer.map { extraction.isRight($0, [gold.hasSuffix(".") ? String(gold.dropLast()) : gold]) }
            == true, "\(file): \(gold) \(answer ?? "nothing")")
        total += 1
      }
    }
    #expect(total == 81)
  }

  /// `#### n` ends every worked answer; without it, the last number is read.
  @Test func workedAnswersOfGSM8K() throws {
    guard let path = Self.corpus("gsm8k/test.jsonl") else { return }
    let extraction = AnswerExtraction(.number)
    let parser = try JSONParser()
    var total = 0
    var last = 0
    try JSONLines.read(path) { bytes, _ in
      let text = try JSONNode(try parser.parse(bytes), file: "", advice: "").required("answer").text()
      let parts = text.components(separatedBy: "#### ")
      let gold = parts[1].replacingOccurrences(of: ",", with: "")
      #expect(extraction.answer(in: text, .reasoning) == gold, "\(text)")
      if extraction.answer(in: parts[0], .reasoning).map({ extraction.isRight($0, [gold]) }) == true {
        last += 1
      }
      total += 1
    }
    #expect(total == 1_319)
    print("GSM8K: the last number of the reasoning is the answer in \(last) of \(total)")
  }
}
