import Foundation
import JSON
import Reports
import Testing

/// What only some evaluations have: calibration, exemplars, reasoning, failures.
@Suite struct PromptedResultsTests {
  private func prompted() throws -> SmallFolder {
    let folder = try SmallFolder()
    try folder.fill()
    let cell = """
      {"median": 0.75, "mean": 0.75, "q1": 0.7, "q3": 0.8, "worst": 0.7, "best": 0.8, "templates": []}
      """
    let more = """
      "calibrated": {"seen": \(cell), "unseen": null},
      "label_shift": {"seen": {"n": 24, "gold": [0.5, 0.5], "before": [0.9, 0.1], "after": [0.6, 0.4]}},
      "failures": {"n": 3, "kinds": {"timeout": 3}}, "cluster": "words"
      """
    let results = SmallFolder.results.replacingOccurrences(of: "\"cluster\": \"words\"", with: more)
    try folder.write("evaluation/results.json", results)
    return folder
  }

  @Test func calibrationIsReadAndShown() throws {
    let folder = try prompted()
    let report = try Report.load(folder.path)
    let results = try #require(report.results)
    #expect(results.tasks[0].calibration == nil)
    #expect(results.tasks[1].failures == 3)
    let calibration = try #require(results.tasks[1].calibration)
    #expect(calibration.seen?.median == 0.75)
    #expect(calibration.unseen == nil)
    let distances = try #require(calibration.seenLabels).distances
    #expect(abs(distances.before - 0.4) < 1e-12)
    #expect(abs(try #require(distances.after) - 0.1) < 1e-12)
    let html = ReportPage(report).html
    #expect(html.contains("<section id=\"calibration\">"))
    #expect(html.contains(">75.0 ▼</td>"))
    #expect(html.contains(">40.0</td>") && html.contains(">10.0</td>"))
  }

  @Test func withoutItNothingIsSaid() throws {
    let folder = try SmallFolder()
    try folder.fill()
    let html = ReportPage(try Report.load(folder.path)).html
    #expect(!html.contains("id=\"calibration\"") && !html.contains("id=\"shots\""))
  }

  @Test func evaluationsOfOneModelMakeACurve() throws {
    let folder = try SmallFolder()
    try folder.fill()
    func results(_ shots: Int, _ model: String = "model") throws -> ResultsSummary {
      let text = SmallFolder.results
        .replacingOccurrences(of: "\"shots\": 0", with: "\"shots\": \(shots)")
        .replacingOccurrences(of: "\"model\": \"model\"", with: "\"model\": \"\(model)\"")
      try folder.write("other.json", text)
      return try ResultsSummary(path: folder.path + "/other.json")
    }
    let base = try results(1)
    let others = [try results(8), try results(0), try results(1), try results(4, "another")]
    #expect(ShotsPoint.curve(base, among: others).map(\.shots) == [0, 1, 8])
    #expect(ShotsPoint.curve(base, among: [try results(1)]).isEmpty)
    var report = try Report.load(folder.path)
    report.shots = ShotsPoint.curve(base, among: others)
    let html = ReportPage(report).html
    #expect(html.contains("8 exemplars: seen 87.5%, unseen 42.5%"))
    #expect(html.contains(">1 exemplar<"))
  }

  @Test func reasoningStepsAndFailuresAreShown() throws {
    let folder = try prompted()
    let path = folder.path + "/evaluation/predictions.jsonl"
    let text = try String(contentsOfFile: path, encoding: .utf8)
    let thought = """
      "reasoning": "First <b>this</b>, then that.",
      "steps": [{"name": "find", "answer": "one thing"}, {"name": "each", "answers": ["a", "b"]}],
      "failure": {"kind": "timeout", "message": "no reply in 60 s"}, "prediction": null
      """.replacingOccurrences(of: "\n", with: " ")
    let lines = text.replacingOccurrences(of: "\"prediction\":\"yes\"", with: thought)
    try folder.write("evaluation/predictions.jsonl", lines)
    let report = try Report.load(folder.path)
    let example = try #require(report.examples.first { !$0.reasoning.isEmpty })
    #expect(example.steps.map(\.answers) == [["one thing"], ["a", "b"]])
    #expect(example.answer.isEmpty)
    let html = ReportPage(report).html
    for part in ["First &lt;b&gt;this&lt;/b&gt;, then that.", "one thing", "no reply in 60 s"] {
      #expect(html.contains(part), "\(part)")
    }
  }

  /// The standard error of 24 records of which 25% are right: √(0.25 · 0.75 / 23).
  @Test func resultsInTheHarnessShape() throws {
    let folder = try SmallFolder()
    try folder.fill()
    let results = try #require(try Report.load(folder.path).results)
    let value = JSONNode(harnessResults(results), file: "harness", advice: "")
    let one = try value.required("results").required("plain_unseen/two")
    #expect(try one.required("acc,none").number() == 0.25)
    #expect(abs(try one.required("acc_stderr,none").number() - 0.09028939) < 1e-7)
    #expect(try value.required("results").required("plain_unseen").required("acc,none").number() == 0.25)
    let members = try value.required("group_subtasks").required("plain_unseen").items()
    #expect(try members.map { try $0.text() } == ["plain_unseen/two", "plain_unseen/three"])
    #expect(
      try value.required("n-samples").required("held_unseen_task/only").required("effective").integer() == 24)
  }
}
