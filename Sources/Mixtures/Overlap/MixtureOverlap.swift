import Bytes
import Diversity
import JSON
import Records
import Synchronization

/// How much of what a mixture measures on stands in other texts: of each example its record's own words
/// (the input without the template's), its target, and the template's words (the instruction).
package struct MixtureOverlap: Sendable {
  /// An example in numbers of its parts.
  struct Entry: Sendable {
    var cell: EvaluationFile
    var index: Int
    var task: Int
    var template: String
    var record: String
    var input: Int
    var target: Int
    var instruction: Int
  }

  let mixture: WrittenMixture
  /// Words of a run that makes a text seen.
  let run: Int
  private(set) var entries: [Entry] = []
  private var parts = OverlapParts()
  /// For each part; empty until `measure`.
  private(set) var overlaps: [PartOverlap] = []
  package private(set) var summaries: [(file: String, summary: CorpusText.Summary)] = []

  /// Examples looked at.
  package var count: Int { entries.count }

  /// - Parameters:
  ///   - folder: a built mixture's.
  ///   - run: words of a run that makes a text seen, at least 1.
  /// - Throws: a `Diagnostic` for a folder that is not complete.
  package init(_ folder: String, run: Int) throws {
    mixture = try WrittenMixture(folder)
    self.run = max(1, run)
    for cell in [EvaluationFile.seenTemplates, .unseenTemplates, .unseenTasks] {
      let path = folder + "/" + cell.path
      if fileExists(path) { try read(path, cell) }
    }
    guard !entries.isEmpty else {
      throw Diagnostic(
        "nothing to measure in '\(folder)/evaluation'; build the mixture with records held out for evaluation"
      )
    }
  }

  private mutating func read(_ path: String, _ cell: EvaluationFile) throws {
    let contents = mixture.tasks.map { $0.templates.map { TemplateContent(jinja: $0.jinja) } }
    let instructions = contents.map { templates in
      templates.map { template in
        parts.place(of: template.texts.map { text in text.withUnsafeBytes { parts.words($0) } })
      }
    }
    func places(_ names: [String]) -> [[UInt8]: Int] {
      Dictionary(names.enumerated().map { (Array($0.element.utf8), $0.offset) }) { first, _ in first }
    }
    let tasks = places(mixture.tasks.map(\.name))
    let templates = mixture.tasks.map { places($0.templates.map(\.id)) }
    var found = parts
    var made: [Entry] = []
    try ExampleView.forEach(in: path) { example, line in
      guard let task = tasks[Array(example.task)], let template = templates[task][Array(example.template)]
      else {
        throw Diagnostic(
          "the task '\(example.task.text)' or its template '\(example.template.text)' is not in the manifest; "
            + "build the mixture again", at: SourceLocation(path: path, line: line))
      }
      var pieces: [[UInt64]] = []
      contents[task][template].forEachPiece(of: example.input) { pieces.append(found.words($0)) }
      made.append(
        Entry(
          cell: cell, index: example.index, task: task, template: example.template.text,
          record: example.record.text, input: found.place(of: pieces.filter { !$0.isEmpty }),
          target: found.place(of: [found.words(example.target)]), instruction: instructions[task][template]))
    }
    parts = found
    entries += made
  }

  /// Reads the texts, each file by one thread.
  ///
  /// - Parameter progress: told of every file that is done, with how many are.
  /// - Throws: a `Diagnostic` for a file that cannot be read; of several, for the first.
  package mutating func measure(
    _ corpora: [CorpusText], threads: Int, progress: @escaping @Sendable (Int) -> Void = { _ in }
  ) throws {
    let automaton = parts.automaton
    let state = Mutex(Work(matches: RunAutomaton.Matches(automaton), count: corpora.count))
    let workers = try WorkerThreads(min(threads, max(1, corpora.count))) {
      while let place = state.withLock({ $0.take() }) {
        var matches = RunAutomaton.Matches(automaton)
        var position = RunAutomaton.Position()
        let result = Result {
          try corpora[place].read { words, isNew in
            if isNew { position = RunAutomaton.Position() }
            automaton.read(words, &position, &matches)
          }
        }
        let done = state.withLock { work in
          work.matches.add(matches)
          work.results[place] = result
          work.done += 1
          return work.done
        }
        progress(done)
      }
    }
    workers.join()
    let work = state.withLock { $0 }
    summaries = try zip(corpora, work.results).map { corpus, result in
      let name = corpus.path.split(separator: "/").last.map(String.init) ?? corpus.path
      return (name, try result?.get() ?? CorpusText.Summary())
    }
    let runs = automaton.longestRuns(work.matches)
    overlaps = parts.parts.map { PartOverlap($0, automaton, runs) }
  }

  private struct Work: Sendable {
    var matches: RunAutomaton.Matches
    var results: [Result<CorpusText.Summary, any Error>?]
    var next = 0
    var done = 0

    init(matches: RunAutomaton.Matches, count: Int) {
      self.matches = matches
      results = Array(repeating: nil, count: count)
    }

    /// The next file; none after one that failed.
    mutating func take() -> Int? {
      let failed = results.contains { if case .failure? = $0 { true } else { false } }
      guard next < results.count, !failed else { return nil }
      next += 1
      return next - 1
    }
  }
}
