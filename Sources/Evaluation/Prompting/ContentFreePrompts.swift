internal import Bytes
internal import JSON
internal import Records

/// A mixture's `evaluation/content_free.jsonl`: what the prompts of its examples say when the record says nothing.
struct ContentFreePrompts: Sendable {
  static let path = "evaluation/content_free.jsonl"

  struct Prompt: Sendable, Hashable {
    /// What stands in the record's place.
    var content: String
    var input: String
    var choices: [String]
  }

  private struct Place: Hashable, Sendable {
    var task: String
    var template: String
    /// Empty for the prompts of all records that have none of their own.
    var record: String
  }

  private var prompts: [Place: [Prompt]] = [:]
  /// The different texts in the record's place, in the order of the file.
  private(set) var contents: [String] = []

  init(folder: String) throws {
    let path = folder + "/" + Self.path
    guard fileExists(path) else {
      throw Diagnostic(
        "no content-free prompts in '\(folder)': '\(Self.path)' is missing; build the mixture again to calibrate"
      )
    }
    let parser = try JSONParser()
    var prompts: [Place: [Prompt]] = [:]
    var contents: [String] = []
    try JSONLines.read(path) { bytes, line in
      let node = JSONNode(
        try parser.parse(bytes, path: path, line: line), file: path, advice: "build the mixture again")
      let prompt = Prompt(
        content: try node.required("content").text(), input: try node.required("input").text(),
        choices: try node.optional("choices")?.items().map { try $0.text() } ?? [])
      let place = Place(
        task: try node.required("task").text(), template: try node.required("template").text(),
        record: try node.optional("record")?.text() ?? "")
      prompts[place, default: []].append(prompt)
      if !contents.contains(where: { $0.utf8.elementsEqual(prompt.content.utf8) }) {
        contents.append(prompt.content)
      }
    }
    (self.prompts, self.contents) = (prompts, contents)
  }

  /// The prompts that stand for an example's, one a text in the record's place; none where it shows no text.
  func prompts(for example: Example) -> [Prompt] {
    var place = Place(task: example.task, template: example.template, record: "")
    var found = prompts[place] ?? []
    place.record = example.record
    // A record has a line of its own for each text under which its prompt differs from that of the first.
    for own in prompts[place] ?? [] {
      if let known = found.firstIndex(where: { $0.content.utf8.elementsEqual(own.content.utf8) }) {
        found[known] = own
      } else {
        found.append(own)
      }
    }
    return found.filter { $0.choices.count == example.choices.count }
  }

  /// The template's words behind the last place where a record's text would stand: what the prompts for "N/A" and
  /// "[MASK]" have in common at their ends.
  static func lastWords(_ prompts: [Prompt]) -> String {
    let texts = prompts.filter { !$0.content.isEmpty }.map { Array($0.input.unicodeScalars) }
    guard let first = texts.first, texts.count > 1 else { return "" }
    var shared = first.count
    for text in texts.dropFirst() {
      var count = 0
      while count < min(shared, text.count), text[text.count - 1 - count] == first[first.count - 1 - count] {
        count += 1
      }
      shared = count
    }
    var words = String.UnicodeScalarView()
    words.append(contentsOf: first.suffix(shared))
    return String(words)
  }
}
