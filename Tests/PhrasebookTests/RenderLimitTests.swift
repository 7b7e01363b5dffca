import Foundation
import Testing

/// The limits of `render`, on the built program: each option stops its template, by name, and no other.
@Suite struct RenderLimitTests {
  static let templates: [(option: String, jinja: String)] = [
    ("output-bytes", "{% for i in range(50) %}{{ 'x' * 100 }}{% endfor %} ||| y"),
    ("loop-iterations", "{% for i in range(900) %}{% for j in range(50) %}{% endfor %}{% endfor %} ||| y"),
    (
      "recursion",
      "{% macro down(n) %}{% if n %}{{ down(n - 1) }}{% endif %}{% endmacro %}{{ down(50) }} ||| y"
    ),
    ("range-length", "{{ range(20000) | length }} ||| y"),
    ("memory-bytes", "{% set x = 'x' * 900000 %}{{ x[:3] }} ||| y"),
  ]
  static let small = [
    "output-bytes": "3000", "loop-iterations": "40000", "recursion": "40", "range-length": "10000",
    "memory-bytes": "700000",
  ]

  private func workshop() throws -> Workshop {
    let workshop = try Workshop()
    var file = "templates:\n"
    for (option, jinja) in Self.templates {
      file += "  \(option): !Template\n    id: \(option)\n    name: \(option)\n    jinja: \"\(jinja)\"\n"
    }
    try workshop.write("templates.yaml", file)
    try workshop.write("records.jsonl", "{\"a\": 1}\n")
    return workshop
  }

  private func errors(_ workshop: Workshop, _ options: [String]) throws -> [String: String] {
    let outcome = try workshop.run(
      ["render", "--templates", "templates.yaml", "--records", "records.jsonl"] + options)
    #expect(outcome.status == 0, "\(outcome)")
    var errors: [String: String] = [:]
    for line in outcome.output.split(separator: "\n") {
      let object = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
      let fields = try #require(object)
      errors[try #require(fields["template"] as? String)] = fields["error"] as? String ?? ""
    }
    #expect(errors.count == Self.templates.count, "\(outcome)")
    return errors
  }

  @Test func nothingIsStoppedByTheDefaults() throws {
    #expect(try errors(workshop(), []).values.allSatisfy(\.isEmpty))
  }

  @Test(arguments: small.keys.sorted())
  func eachOptionStopsItsTemplate(_ option: String) throws {
    let errors = try errors(workshop(), ["--" + option, Self.small[option] ?? ""])
    for (name, error) in errors {
      if name == option {
        #expect(error.contains("raise --" + option), "\(error)")
        #expect(error.contains(Self.small[option] ?? "?"), "\(error)")
      } else {
        #expect(error.isEmpty, "\(name): \(error)")
      }
    }
  }

  @Test(arguments: small.keys.sorted())
  func aLimitOfNothingIsBadUsage(_ option: String) throws {
    let outcome = try workshop().run(
      "render", "--templates", "templates.yaml", "--records", "records.jsonl", "--" + option, "0")
    #expect(outcome.status == 2)
    #expect(outcome.errors.contains("'--\(option)' must be at least 1, found 0"), "\(outcome)")
  }
}
