import Reports
import Testing

@Suite struct ExampleSelectionTests {
  private func examples() throws -> [AnsweredExample] {
    let folder = try SmallFolder()
    try folder.fill()
    return try Report.load(folder.path).examples
  }

  /// Three tasks by turns; the two with both cells alternate between them.
  @Test func turnsOfTasksAndCells() throws {
    let found = try examples()
    #expect(found.count == 20)
    let tasks = [SmallFolder.evilTask, "plain", "held"]
    #expect(found.map(\.task) == (0..<20).map { tasks[$0 % 3] })
    #expect(
      found.prefix(6).map(\.cell) == [
        "seen_templates", "unseen_templates", "unseen_tasks", "unseen_templates", "seen_templates",
        "unseen_tasks",
      ])
    #expect(Set(found.map { "\($0.cell) \($0.task) \($0.template) \($0.record)" }).count == 20)
  }

  @Test func textsComeFromTheExamples() throws {
    for example in try examples() {
      #expect(example.input.hasPrefix("prompt "))
      #expect(example.input.contains("of \(example.task) in \(example.cell)"))
      #expect(example.choices == (example.task == "plain" ? [] : ["yes", "no"]))
      #expect(example.logLikelihoods == (example.task == "plain" ? [] : [-0.25, nil]))
    }
  }

  /// Right one time in three: a draw that looked at the answer would show it.
  @Test func answersHaveNoSay() throws {
    let right = try examples().count(where: \.isCorrect)
    #expect((2...12).contains(right))
  }
}
