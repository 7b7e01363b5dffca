import Bytes
import Compression
import JSON
import Records

/// What a build notes of itself beside its files while the folder has no manifest, in `.shards/`: what the
/// mixture is made from (`plan.json`, `card.md`) and, for every file in its place, its SHA-256.
///
/// A build that goes on where another was cut off, builds of single shards and the commit of all of them
/// believe nothing else. Each note names the plan that it belongs to by its SHA-256, so that files of two
/// different mixtures never come together.
struct BuildLedger: Sendable {
  static let folderName = ".shards"
  private static let advice = "remove the folder '.shards' and build again"

  /// The mixture's folder.
  let folder: String
  /// The manifest without its files.
  let plan: ValueDictionary
  private let planText: String
  private let planSHA256: String
  private let card: String

  init(_ plan: MixturePlan, folder: String) {
    self.folder = folder
    self.plan = MixtureManifest(plan).pairs
    planText = JSONText.document(.dictionary(self.plan))
    planSHA256 = hexadecimal(SHA256.digest(planText))
    card = DatasetCard(plan).text
  }

  /// What an earlier build noted; nil where it noted nothing.
  init?(readingFrom folder: String) throws(Diagnostic) {
    let path = folder + "/" + Self.folderName
    guard fileExists(path + "/plan.json") else { return nil }
    self.folder = folder
    planText = try textOfFile(path + "/plan.json")
    plan = try JSONNode.read(path + "/plan.json", advice: Self.advice).dictionary()
    planSHA256 = hexadecimal(SHA256.digest(planText))
    card = try textOfFile(path + "/card.md")
  }

  private var notes: String { folder + "/" + Self.folderName }

  /// Notes what the mixture is made from.
  ///
  /// - Parameter writer: tells the temporary files of builds at the same time apart.
  /// - Throws: where the folder holds notes of a mixture made from something else.
  func begin(writer: String) throws(Diagnostic) {
    if let earlier = try BuildLedger(readingFrom: folder) {
      guard earlier.planSHA256.utf8.elementsEqual(planSHA256.utf8) else {
        throw Diagnostic(
          "'\(folder)' holds files of another mixture: \(difference(plan, from: earlier.plan)); put back what "
            + "it was made from, or remove the folder and build all of it again")
      }
      return
    }
    try makeFolder(notes)
    try write(card, "card.md", writer: writer)
    // Last, as it is what `init(readingFrom:)` looks for.
    try write(planText, "plan.json", writer: writer)
  }

  /// Notes a file that is in its place.
  func note(_ file: WrittenFile) throws(Diagnostic) {
    guard case .dictionary(var pairs) = file.value else { return }
    pairs["plan"] = .string(planSHA256)
    try write(JSONText.line(.dictionary(pairs)), noteName(file.path), writer: "note")
  }

  /// The note of a file; nil where there is none, or one of another mixture.
  func noted(_ path: String, isEvaluation: Bool) throws(Diagnostic) -> WrittenFile? {
    let note = notes + "/" + noteName(path)
    guard fileExists(note) else { return nil }
    let node = try JSONNode.read(note, advice: Self.advice)
    guard try node.required("plan").text().utf8.elementsEqual(planSHA256.utf8) else { return nil }
    let file = try WrittenFile(node, isEvaluation: isEvaluation)
    return file.path.utf8.elementsEqual(path.utf8) ? file : nil
  }

  /// The noted file, if its bytes are still those that were noted.
  func kept(_ path: String, isEvaluation: Bool) -> WrittenFile? {
    // A damaged note is as good as none: the file is written again.
    guard let file = try? noted(path, isEvaluation: isEvaluation) else { return nil }
    return file.problem(in: folder) == nil ? file : nil
  }

  /// The paths of all files that the mixture consists of, in their order.
  func paths() throws(Diagnostic) -> [(path: String, isEvaluation: Bool)] {
    let node = JSONNode(.dictionary(plan), file: notes + "/plan.json", advice: Self.advice)
    let shards = try node.required("shard_count").integer()
    guard 1...99_999 ~= shards else { throw try node.required("shard_count").mismatch("1 to 99999") }
    let compression = try node.optional("compression")?.text()
    return (0..<shards).map {
      (OutputFolder.shardName($0, of: shards, compression.flatMap(Compression.init(rawValue:))), false)
    }
      + EvaluationFile.allCases.map { ($0.path, true) }
  }

  /// Completes the folder: card and manifest, the manifest last; then the notes go.
  func finish(_ files: [WrittenFile], in output: OutputFolder) throws(Diagnostic) -> AtomicFile.Summary {
    var whole = plan
    whole["shards"] = .list(files.filter { !$0.isEvaluation }.map(\.value))
    whole["evaluation"] = .list(files.filter(\.isEvaluation).map(\.value))
    _ = try write(card, at: folder + "/" + OutputFolder.cardName)
    _ = try write(Croissant(plan, files: files).text, at: folder + "/" + Croissant.fileName)
    try output.flush(folder + "/" + OutputFolder.evaluationName)
    let text = JSONText.document(.dictionary(whole))
    let summary = try write(text, at: folder + "/" + OutputFolder.manifestName)
    try output.flush(folder)
    try removeTree(notes)
    return summary
  }

  /// Whether the folder's manifest is of the same mixture.
  func isCommitted() throws(Diagnostic) -> Bool {
    let path = folder + "/" + OutputFolder.manifestName
    guard fileExists(path) else { return false }
    var whole = try JSONNode.read(path, advice: "build the mixture again").dictionary()
    whole["shards"] = nil
    whole["evaluation"] = nil
    return JSONText.document(.dictionary(whole)).utf8.elementsEqual(planText.utf8)
  }

  /// What the manifest says of a complete folder's files, once they are held against it.
  func committed() throws(Diagnostic) -> BuiltMixture {
    let path = folder + "/" + OutputFolder.manifestName
    let manifest = try JSONNode.read(path, advice: "build the mixture again")
    var files: [WrittenFile] = []
    for (key, isEvaluation) in [("shards", false), ("evaluation", true)] {
      for node in try manifest.required(key).items() {
        files.append(try WrittenFile(node, isEvaluation: isEvaluation))
      }
    }
    for file in files {
      if let problem = file.problem(in: folder) {
        throw Diagnostic("\(problem); build without --resume to write all of it again")
      }
    }
    let hash: String
    do { hash = try hashOfFile(at: path) } catch { throw Diagnostic("cannot read '\(path)'") }
    return BuiltMixture(files, manifestSHA256: hash)
  }

  private func noteName(_ path: String) -> String {
    path.split(separator: "/").joined(separator: "-") + ".json"
  }

  private func write(_ text: String, _ name: String, writer: String) throws(Diagnostic) {
    var file = try AtomicFile(path: notes + "/" + name, writer: writer)
    try file.write(text)
    _ = try file.commit()
  }

  private func write(_ text: String, at path: String) throws(Diagnostic) -> AtomicFile.Summary {
    var file = try AtomicFile(path: path)
    try file.write(text)
    return try file.commit()
  }
}

private func textOfFile(_ path: String) throws(Diagnostic) -> String {
  try MappedFile(path: path).withBytes { String(decoding: $0, as: UTF8.self) }
}

/// What sets one mixture apart from another, in words.
private func difference(_ plan: ValueDictionary, from earlier: ValueDictionary) -> String {
  func hashes(_ plan: ValueDictionary) -> [(path: String, hash: Value?)] {
    guard case .list(let inputs)? = plan["inputs"] else { return [] }
    return inputs.compactMap {
      guard case .dictionary(let input) = $0, case .string(let path)? = input["path"] else { return nil }
      return (path, input["sha256"])
    }
  }
  let (now, before) = (hashes(plan), hashes(earlier))
  for input in now {
    guard let old = before.first(where: { $0.path.utf8.elementsEqual(input.path.utf8) }) else {
      return "'\(input.path)' was no part of it"
    }
    if old.hash != input.hash { return "'\(input.path)' has changed since" }
  }
  if let lost = before.first(where: { old in !now.contains { $0.path.utf8.elementsEqual(old.path.utf8) } }) {
    return "'\(lost.path)' was a part of it"
  }
  for (key, value) in zip(plan.keys, plan.values) where earlier[key] != value { return "'\(key)' differs" }
  return "its plan differs"
}
