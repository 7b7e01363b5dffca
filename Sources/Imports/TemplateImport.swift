public import Bytes
import Templates

/// What was found in a collection of templates: those that can be taken over, and why the others cannot.
public struct TemplateImport: Sendable {
  /// A template or a file that is not taken over.
  public struct Refusal: Sendable {
    /// The same words for refusals of one kind.
    public var reason: String
    /// The template or the task; empty for a file.
    public var name: String
    /// Where, and what in particular.
    public var problem: Diagnostic
  }

  /// How often something occurs.
  public struct Count: Sendable, Hashable {
    public var what: String
    public var count: Int
  }

  /// A task that a `templates.yaml` is written for.
  public struct Task: Sendable {
    /// The folder's name, made from data set and subset.
    public internal(set) var name: String
    public internal(set) var dataset: String
    public internal(set) var subset: String?
    /// The files that its records are read from, where the collection names them.
    public internal(set) var data: HarnessData?
    var environment: TemplateEnvironment?
    var templates: [TemplateSource]

    /// How many templates.
    public var count: Int { templates.count }
  }

  /// Files that were read.
  public internal(set) var files = 0
  /// Templates that the files hold, good or bad.
  public internal(set) var found = 0
  /// Sorted by name.
  public internal(set) var tasks: [Task] = []
  /// In the order of the files.
  public internal(set) var refusals: [Refusal] = []
  /// What the collection holds besides templates, by kind.
  public internal(set) var skipped: [Count] = []
  /// What belongs to imported templates and has no place in ours.
  public internal(set) var leftOut: [Count] = []
  /// Names of the Python functions that refused values call.
  public internal(set) var functions: [Count] = []

  init() {}

  /// Templates that can be written.
  public var imported: Int { tasks.reduce(0) { $0 + $1.count } }

  /// Refusals by reason, the most frequent first.
  public var reasons: [(reason: String, refusals: [Refusal])] {
    var tally = Tally()
    for refusal in refusals { tally.add(refusal.reason) }
    return tally.counts.map { count in
      (count.what, refusals.filter { $0.reason.utf8.elementsEqual(count.what.utf8) })
    }
  }

  mutating func refuse(_ reason: String, _ name: String, _ problem: Diagnostic) {
    refusals.append(Refusal(reason: reason, name: name, problem: problem))
  }

  /// Puts a template where those of its data set are.
  ///
  /// - Returns: nil, or why it cannot stand there.
  mutating func add(
    _ template: TemplateSource, dataset: String, subset: String?, environment: TemplateEnvironment?,
    data: HarnessData? = nil, _ index: inout [String: Int]
  ) -> String? {
    let name = taskName(dataset, subset)
    guard let place = index[name] else {
      index[name] = tasks.count
      tasks.append(
        Task(
          name: name, dataset: dataset, subset: subset, data: data, environment: environment,
          templates: [template]))
      return nil
    }
    let task = tasks[place]
    if !same(task.dataset, dataset) || !same(task.subset ?? "", subset ?? "") {
      return "the folder name '\(name)' is taken by another data set"
    }
    if task.templates.contains(where: { same($0.id, template.id) }) {
      return "the id is taken by another template of the data set"
    }
    if task.templates.contains(where: { same($0.name, template.name) }) {
      return "the name is taken by another template of the data set"
    }
    tasks[place].templates.append(template)
    return nil
  }

  mutating func sortTasks() { tasks.sort { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) } }
}

/// Counts by name, the most frequent first, ties in the order of their first.
struct Tally {
  private var places: [String: Int] = [:]
  private var list: [TemplateImport.Count] = []

  mutating func add(_ what: String) {
    if let place = places[what] {
      list[place].count += 1
    } else {
      places[what] = list.count
      list.append(.init(what: what, count: 1))
    }
  }

  var counts: [TemplateImport.Count] {
    list.enumerated().sorted { ($1.element.count, $0.offset) < ($0.element.count, $1.offset) }.map(\.element)
  }
}

/// Names compare by their bytes; `==` would take é in one scalar and in two for the same.
private func same(_ a: String, _ b: String) -> Bool { a.utf8.elementsEqual(b.utf8) }

/// A folder's name: letters, digits, dots and hyphens stay, everything else becomes an underscore.
private func taskName(_ dataset: String, _ subset: String?) -> String {
  let name = subset.map { dataset + "_" + $0 } ?? dataset
  let safe = name.unicodeScalars.map { scalar -> Unicode.Scalar in
    let stays =
      scalar.properties.isAlphabetic || ("0"..."9").contains(scalar) || scalar == "." || scalar == "-"
    return stays ? scalar : "_"
  }
  var view = String.UnicodeScalarView()
  view.append(contentsOf: safe)
  let text = String(view)
  return text.hasPrefix(".") ? "_" + text.dropFirst() : text
}
