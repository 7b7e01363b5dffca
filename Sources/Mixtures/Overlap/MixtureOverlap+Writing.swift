import Bytes
import JSON
package import Records

/// What a model's answers were, by the place of their examples.
package struct AnsweredRight: Sendable {
  private var right: [String: [Int: Bool]] = [:]

  /// - Parameter path: a `predictions.jsonl`.
  package init(path: String) throws {
    let parser = try JSONParser()
    try JSONLines.read(path) { bytes, line in
      let value = try parser.parse(bytes, path: path, line: line)
      let node = JSONNode(value, file: "\(path):\(line)", advice: "run `phrasebook evaluate` again")
      let cell = try node.required("cell").text()
      right[cell, default: [:]][try node.required("index").integer()] = try node.optional("correct")?
        .boolean()
    }
  }

  func isRight(_ entry: MixtureOverlap.Entry) -> Bool? { right[entry.cell.rawValue]?[entry.index] }
}

extension MixtureOverlap {
  /// Writes a line an example.
  package func write(to path: String, _ answers: AnsweredRight?) throws {
    var file = try AtomicFile(path: path)
    var buffer = ByteBuffer()
    for entry in entries {
      buffer.removeAll()
      JSONText.append(line(entry, answers), to: &buffer)
      buffer.append(10)
      try buffer.withBytes { bytes throws(Diagnostic) in try file.write(bytes) }
    }
    _ = try file.commit()
  }

  private func line(_ entry: Entry, _ answers: AnsweredRight?) -> Value {
    var pairs: [(String, Value)] = [
      ("cell", .string(entry.cell.rawValue)), ("index", .integer(Int64(entry.index))),
      ("task", .string(mixture.tasks[entry.task].name)), ("template", .string(entry.template)),
      ("record", .string(entry.record)), ("input", overlaps[entry.input].value),
      ("target", overlaps[entry.target].value), ("instruction", overlaps[entry.instruction].value),
      ("language_seen", .boolean(overlaps[entry.instruction].isSeen(run: run))),
      ("knowledge_seen", .boolean(overlaps[entry.input].isSeen(run: run))),
    ]
    if let answers { pairs.append(("correct", answers.isRight(entry).map(Value.boolean) ?? .null)) }
    return .dictionary(ValueDictionary(pairs))
  }

  /// The content of `overlap.json`.
  package func value(_ answers: AnsweredRight?) -> Value {
    let files = summaries.map { file, summary in
      Value.dictionary(
        ValueDictionary([
          ("name", .string(file)), ("bytes", .integer(Int64(summary.bytes))),
          ("texts", .integer(Int64(summary.texts))),
          ("lines_without_fields", .integer(Int64(summary.withoutFields))),
        ]))
    }
    let tasks = mixture.tasks.indices.compactMap { task -> Value? in
      let own = entries.filter { $0.task == task }
      guard !own.isEmpty else { return nil }
      return figures(own, answers, [("name", .string(mixture.tasks[task].name))])
    }
    return .dictionary(
      ValueDictionary([
        ("format_version", .integer(1)), ("manifest_sha256", .string(mixture.sha256)),
        ("run", .integer(Int64(run))), ("corpus", .list(files)), ("all", figures(entries, answers, [])),
        ("tasks", .list(tasks)),
      ]))
  }

  private func figures(_ entries: [Entry], _ answers: AnsweredRight?, _ first: [(String, Value)]) -> Value {
    func part(_ place: (Entry) -> Int) -> Value {
      let found = entries.map { overlaps[place($0)] }
      func share(_ count: Int) -> Value { .number(Double(count) / Double(max(1, found.count))) }
      return .dictionary(
        ValueDictionary([
          ("longest", .integer(Int64(found.map(\.longest).max() ?? 0))),
          (
            "mean_longest", .number(Double(found.reduce(0) { $0 + $1.longest }) / Double(max(1, found.count)))
          ),
          ("with_8", share(found.count { $0.eight.shared > 0 })),
          ("with_13", share(found.count { $0.thirteen.shared > 0 })),
          ("seen", share(found.count { $0.isSeen(run: run) })),
        ]))
    }
    return .dictionary(
      ValueDictionary(
        first + [
          ("n", .integer(Int64(entries.count))), ("input", part(\.input)), ("target", part(\.target)),
          ("instruction", part(\.instruction)),
          ("groups", .dictionary(ValueDictionary(groups(entries, answers).map { ($0.name, $0.value) }))),
        ]))
  }

  /// The examples by what was seen of them.
  package struct Group: Sendable, Hashable {
    package var name: String
    package var n = 0
    /// Answers that are known, and right ones among them.
    package var answered = 0
    package var right = 0

    package var accuracy: Double? { answered > 0 ? Double(right) / Double(answered) : nil }

    var value: Value {
      .dictionary(
        ValueDictionary([
          ("n", .integer(Int64(n))), ("answered", .integer(Int64(answered))),
          ("accuracy", accuracy.map(Value.number) ?? .null),
        ]))
    }
  }

  package func groups(_ answers: AnsweredRight?) -> [Group] { groups(entries, answers) }

  private func groups(_ entries: [Entry], _ answers: AnsweredRight?) -> [Group] {
    var groups = ["both", "language", "knowledge", "neither"].map { Group(name: $0) }
    for entry in entries {
      let language = overlaps[entry.instruction].isSeen(run: run)
      let knowledge = overlaps[entry.input].isSeen(run: run)
      let place = language ? (knowledge ? 0 : 1) : knowledge ? 2 : 3
      groups[place].n += 1
      guard let isRight = answers?.isRight(entry) else { continue }
      groups[place].answered += 1
      groups[place].right += isRight ? 1 : 0
    }
    return groups
  }
}

extension PartOverlap {
  fileprivate var value: Value {
    .dictionary(
      ValueDictionary([
        ("words", .integer(Int64(words))), ("longest", .integer(Int64(longest))),
        ("of_8", .list([.integer(Int64(eight.shared)), .integer(Int64(eight.runs))])),
        ("of_13", .list([.integer(Int64(thirteen.shared)), .integer(Int64(thirteen.runs))])),
      ]))
  }
}
