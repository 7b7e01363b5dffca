import Bytes
import Lint
import Testing

/// Rules about rendered records, on renderings made by hand.
@Suite struct RecordRuleTests {
  private typealias Rendering = TaskSample.Rendering

  private func codes(
    _ jinja: String, choices: String? = nil, _ renderings: [Rendering],
    values: [[TaskSample.FieldTexts]]? = nil, limits: LengthLimits? = nil
  ) throws -> [String] {
    let file = Checks.file([Checks.template("one", jinja, choices: choices)])
    let sample = TaskSample(
      values: values ?? renderings.map { _ in [("text", ["some text"])] }, renderings: [renderings])
    return try Checks.findings(file, sample: sample, limits: limits).map(\.rule.code)
  }

  private func rendering(_ input: String, _ target: String, _ choices: [String]? = nil) -> Rendering {
    Rendering(input: input, targets: [target], choices: choices)
  }

  private let jinja = "Is {{ text }} good? ||| {{ label }}"

  @Test func failuresAndEmptiness() throws {
    let fine = rendering("Is it good?", "yes")
    let failed = Rendering(input: "", targets: [], choices: nil, failure: "ZeroDivisionError")
    #expect(try codes(jinja, [fine, failed]) == ["PB201"])
    #expect(try codes(jinja, [failed, failed]) == ["PB201"])
    #expect(try codes(jinja, [fine, rendering(" \n", "yes")]).contains("PB202"))
    #expect(try codes(jinja, [rendering("", "")]).contains("PB202"))
    #expect(try codes(jinja, [fine, rendering("What?", " ")]) == ["PB203"])
    #expect(try codes(jinja, [Rendering(input: "What?", targets: [], choices: nil)]) == ["PB203"])
    #expect(try codes(jinja, [fine]).isEmpty)
    #expect(try codes(jinja, [fine, rendering("What?", "0")]).isEmpty)
  }

  @Test func targetsAreAmongTheChoices() throws {
    let choices = ["yes", "no"]
    #expect(try codes(jinja, [rendering("Good?", "Yes", choices)]).contains("PB204"))
    #expect(
      try codes(jinja, [rendering("Good?", "yes.", choices), rendering("Bad?", "no", choices)]).contains(
        "PB204"))
    #expect(try codes(jinja, [rendering("Good?", "yes", choices), rendering("Bad?", "no", choices)]).isEmpty)
    #expect(try codes(jinja, [rendering("Good?", "anything")]).isEmpty)
  }

  @Test func lengths() throws {
    let limits = LengthLimits(characters: 10)
    #expect(try codes(jinja, [rendering("12345678901", "yes")], limits: limits) == ["PB205"])
    #expect(try codes(jinja, [rendering("ééééééééééé", "yes")], limits: limits) == ["PB205"])
    #expect(try codes(jinja, [rendering("éééééééééé", "yes")], limits: limits).isEmpty)
    var counted = rendering("one two", "yes")
    counted.tokens = 3
    #expect(try codes(jinja, [counted], limits: LengthLimits(tokens: 2)) == ["PB205"])
    #expect(try codes(jinja, [counted], limits: LengthLimits(tokens: 3)).isEmpty)
  }

  @Test func placeholders() throws {
    #expect(try codes(jinja, [rendering("Is None good?", "yes")]) == ["PB206"])
    #expect(try codes(jinja, [rendering("Is it good?", "nan")]) == ["PB206"])
    #expect(try codes(jinja, [rendering("Is Nonesuch good?", "yes")]).isEmpty)
    // A record, or the template itself, may speak of None.
    #expect(
      try codes(jinja, [rendering("Is None good?", "yes")], values: [[("text", ["None at all"])]]).isEmpty)
    #expect(try codes("None of {{ text }}? ||| {{ label }}", [rendering("None of it?", "yes")]).isEmpty)
  }

  /// Forty records whose label is `label(i)` and whose input is `input(i, label)`.
  private func forty(_ label: (Int) -> String, _ input: (Int, String) -> String) -> [Rendering] {
    (0..<40).map { rendering(input($0, label($0)), label($0)) }
  }

  @Test func leaks() throws {
    let half = { (i: Int) in i.isMultiple(of: 2) ? "left" : "right" }
    #expect(try codes(jinja, forty(half) { "It is \($1) of thing \($0)" }).contains("PB207"))
    #expect(try codes(jinja, forty(half) { "\($1.uppercased())! \($0)" }).contains("PB207"))
    #expect(!(try codes(jinja, forty(half) { i, _ in "left or right, thing \(i)" }).contains("PB207")))
    #expect(!(try codes(jinja, forty(half) { i, _ in "thing \(i)" }).contains("PB207")))
    // The wrong answer as often as the right one.
    #expect(
      !(try codes(
        jinja, forty(half) { i, l in i % 4 < 2 ? "\(l) \(i)" : "\(l == "left" ? "right" : "left") \(i)" }
      ).contains("PB207")))
  }

  @Test func instructionsThatTell() throws {
    let template = "{% if label %}Please say{% else %}Kindly tell{% endif %} {{ text }} ||| {{ label }}"
    let half = { (i: Int) in i.isMultiple(of: 2) ? "a" : "b" }
    let told = forty(half) { i, l in l == "a" ? "Please say thing \(i)" : "Kindly tell thing \(i)" }
    #expect(try codes(template, told).contains("PB208"))
    // Three times in four, which is far above a half.
    let often = forty(half) { i, l in
      (l == "a") != (i % 8 < 2) ? "Please say thing \(i)" : "Kindly tell thing \(i)"
    }
    #expect(try codes(template, often).contains("PB208"))
    let mixed = forty(half) { i, _ in i % 4 < 2 ? "Please say thing \(i)" : "Kindly tell thing \(i)" }
    #expect(!(try codes(template, mixed).contains("PB208")))
    // The record's own words may tell, that is the task.
    let values = (0..<40).map { i in [(field: "text", texts: [half(i) == "a" ? "Please" : "Kindly"])] }
    let words = forty(half) { _, l in (l == "a" ? "Please" : "Kindly") + " is the word" }
    #expect(
      !(try codes("Please or Kindly: {{ text }} is the word ||| {{ label }}", words, values: values).contains(
        "PB208")))
  }

  @Test func contradictions() throws {
    let a = rendering("Same?", "yes")
    let b = rendering("Same?", "no")
    let c = rendering("Other?", "no")
    #expect(try codes(jinja, [a, b]) == ["PB209"])
    #expect(try codes(jinja, [a, c, b]) == ["PB209"])
    #expect(try codes(jinja, [a, a]).isEmpty)
    #expect(try codes(jinja, [a, c]).isEmpty)
  }

  @Test func idleChoicesAndImbalance() throws {
    let used = "{{ text }} ||| {{ answer_choices[label] }}"
    let all = ["a", "b", "c"]
    func many(_ count: Int, _ label: (Int) -> String) -> [Rendering] {
      (0..<count).map { rendering("thing \($0)", label($0), all) }
    }
    let two = many(60) { $0.isMultiple(of: 2) ? "a" : "b" }
    #expect(try codes(used, choices: "a ||| b ||| c", two) == ["PB210"])
    #expect(try codes(used, choices: "a ||| b ||| c", many(80) { $0 < 40 ? "c" : "b" }) == ["PB210"])
    // Too few to tell.
    #expect(try codes(used, choices: "a ||| b ||| c", Array(two.prefix(50))).isEmpty)
    #expect(try codes(used, choices: "a ||| b", two).isEmpty)
    #expect(try codes(used, choices: "a ||| b ||| c", many(60) { all[$0 % 3] }).isEmpty)
    #expect(try codes(used, choices: "a ||| b", many(60) { $0 < 54 ? "a" : "b" }) == ["PB211"])
    #expect(try codes(used, choices: "a ||| b", many(30) { $0 < 1 ? "a" : "b" }) == ["PB211"])
    #expect(try codes(used, choices: "a ||| b", many(60) { $0 < 53 ? "a" : "b" }).isEmpty)
    #expect(try codes(used, choices: "a ||| b", many(20) { _ in "a" }).isEmpty)
  }
}
