import Bytes
import Diversity
import Records

/// Looks for the records that are measured on among those that are trained on: by their ids, by runs of thirteen
/// words, and by MinHash. Templates' own words play no part (`TemplateContent`).
struct OverlapAudit {
  /// How many of the records that are measured on were found in training.
  struct Figures {
    var records = 0
    var exact = 0
    /// Share a run of thirteen words with a training example.
    var grams = 0
    /// Alike to a training example by `similarity`, estimated.
    var near = 0
  }

  private struct TestRecord {
    var task: Int
    var name: String
    var isExact = false
    var sharesGram = false
    var isNear = false
  }

  let similarity: Double
  private var contents: [[TemplateContent]]
  private var records: [TestRecord] = []
  private var places: [UInt64: Int] = [:]
  /// For each run of thirteen words the records that hold it; a run of many records is a phrase of the task.
  private var grams: [UInt32: [Int32]] = [:]
  private static let phrase = 3
  private let minHash: MinHash
  private var index: BandedIndex
  private var entries: [Int] = []
  private var thirteen = WordShingles(length: 13)
  private var five = WordShingles(length: 5)
  private var hashes: [UInt32] = []
  private let content = TextChunk()

  /// - Parameter similarity: from which MinHash's estimate makes two records near-duplicates.
  init(_ mixture: WrittenMixture, similarity: Double) {
    self.similarity = similarity
    contents = mixture.tasks.map { $0.templates.map { TemplateContent(jinja: $0.jinja) } }
    minHash = MinHash()
    index = BandedIndex(minHash, Banding(permutations: minHash.permutations, similarity: similarity))
  }

  /// Whether the record of an example is one of those measured on, of those noted so far.
  func isMeasured(_ example: ExampleView) -> Bool { places[example.record.hash64()] != nil }

  /// Notes an example that is measured on; of each record the first.
  mutating func addTest(_ example: ExampleView, task: Int, template: Int) {
    let key = example.record.hash64()
    guard places[key] == nil else { return }
    let place = records.count
    places[key] = place
    records.append(TestRecord(task: task, name: example.record.text))
    contents[task][template].extract(example.input, into: &content.bytes)
    gramHashes()
    for gram in Set(hashes) { grams[gram, default: []].append(Int32(clamping: place)) }
    nearHashes()
    guard !hashes.isEmpty else { return }
    index.add(minHash.signature(of: hashes))
    entries.append(place)
  }

  /// Holds an example of training against them.
  ///
  /// - Parameter isNew: whether its record was not met before; its content need not be looked at twice.
  mutating func addTraining(_ example: ExampleView, task: Int, template: Int, isNew: Bool) {
    if let place = places[example.record.hash64()] { records[place].isExact = true }
    guard isNew, !records.isEmpty else { return }
    contents[task][template].extract(example.input, into: &content.bytes)
    gramHashes()
    for gram in hashes {
      guard let found = grams[gram], found.count < Self.phrase else { continue }
      for place in found { records[Int(place)].sharesGram = true }
    }
    nearHashes()
    guard !hashes.isEmpty else { return }
    let signature = minHash.signature(of: hashes)
    for entry in index.candidates(for: signature) where !records[entries[entry]].isNear {
      if index.similarity(of: entry, to: signature) >= similarity { records[entries[entry]].isNear = true }
    }
  }

  /// Of texts of thirteen words and more.
  private mutating func gramHashes() {
    content.bytes.withBytes { thirteen.hash($0, into: &hashes) }
    // The only shingle of a short text is the text, which says little in a task of single words.
    if hashes.count < 2 { hashes.removeAll(keepingCapacity: true) }
  }

  private mutating func nearHashes() { content.bytes.withBytes { five.hash($0, into: &hashes) } }

  func figures(task: Int? = nil) -> Figures {
    var figures = Figures()
    for record in records where task == nil || record.task == task {
      figures.records += 1
      figures.exact += record.isExact ? 1 : 0
      figures.grams += record.sharesGram ? 1 : 0
      figures.near += record.isNear ? 1 : 0
    }
    return figures
  }

  /// - Parameter promisesNear: whether near-duplicates were to be kept apart, too.
  func check(_ mixture: WrittenMixture, promisesNear: Bool, _ findings: inout AuditFindings) {
    for record in records {
      let task = mixture.tasks[record.task].name
      if record.isExact {
        findings.add(
          "test records in training", "task '\(task)': record \(record.name) is measured on and trained on")
      } else if record.isNear, promisesNear {
        findings.add(
          "near-duplicates of test records in training",
          "task '\(task)': record \(record.name) has a near-duplicate in training")
      }
    }
  }
}
