public import Bytes
import Templates
import YAML

extension TemplateImport {
  /// Reads the task files of lm-evaluation-harness: every `*.yaml` below a folder, or one such file.
  ///
  /// A task is one template of its data set, in the environment lm-eval: `doc_to_text` (behind the
  /// `description`) is the input, `doc_to_target` the target, `doc_to_choice` the answer choices. What calls
  /// Python is refused. Groups and files that are only included are counted as skipped.
  ///
  /// - Throws: when there is no such file, or the path cannot be read.
  public static func lmEval(_ path: String) throws(Diagnostic) -> TemplateImport {
    let found = try filesFound(below: path) { $0.hasSuffix(".yaml") }
    guard !found.isEmpty else {
      throw Diagnostic(
        "no .yaml file below '\(path)'; name lm-evaluation-harness' folder of tasks, or a file")
    }
    var reader = HarnessReader(root: found == [path] ? "" : tidyPath(path))
    for file in found { reader.read(tidyPath(file)) }
    return reader.finish()
  }
}

/// Goes through the task files one by one.
private struct HarnessReader {
  private let root: String
  private var result = TemplateImport()
  private var files = HarnessFiles()
  private var index: [String: Int] = [:]
  private var taskNames: Set<String> = []
  private var skipped = Tally()
  private var leftOut = Tally()
  private var functions = Tally()

  init(root: String) { self.root = root }

  mutating func finish() -> TemplateImport {
    result.skipped = skipped.counts
    result.leftOut = leftOut.counts
    result.functions = functions.counts
    result.sortTasks()
    return result
  }

  mutating func read(_ path: String) {
    result.files += 1
    let config: HarnessFiles.Config
    do throws(Diagnostic) { config = try files.config(path) } catch {
      result.found += 1
      return result.refuse("the file cannot be read", "", error)
    }
    guard config["group"] == nil else { return skipped.add("groups") }
    guard let task = config["task"], let name = task.text else {
      if config["class"] == nil {
        return skipped.add(config["task"] == nil ? "files that are only included" : "lists of tasks")
      }
      result.found += 1
      return result.refuse("the task is a Python class", "", Diagnostic("a class", at: config.location))
    }
    result.found += 1
    guard taskNames.insert(name).inserted else {
      let problem = task.error("the task '\(name)' stands in an earlier file too; give it a name of its own")
      return result.refuse("the task's name is taken", name, problem)
    }
    read(config, name, path)
  }

  private mutating func read(_ config: HarnessFiles.Config, _ name: String, _ path: String) {
    if refusesFunctions(config, name) { return }
    var parts = HarnessParts(config, name: name, reference: relative(path))
    guard let source = parts.source() else {
      for (reason, problem) in parts.problems { result.refuse(reason, name, problem) }
      return
    }
    for checked in parts.checked where !result.compiles(checked) { return }
    if let reason = result.add(
      source, dataset: parts.dataset, subset: parts.subset, environment: .lmEval,
      data: HarnessData(config, folder: folder(of: path)), &index)
    {
      return result.refuse(reason, name, Diagnostic("'\(name)': \(reason)", at: config.location))
    }
    for (key, value) in config.pairs where !value.isNull {
      if HarnessParts.carried.contains(key) || HarnessParts.sayNothing.contains(key) { continue }
      if key == "tag" {
        skipped.add("tags")
      } else {
        leftOut.add(value.tag == "!function" ? "\(key) (Python)" : key)
      }
    }
  }

  /// Whether what decides the prompts calls Python; every such value is counted by the function's name.
  private mutating func refusesFunctions(_ config: HarnessFiles.Config, _ name: String) -> Bool {
    var refused = false
    for key in ["doc_to_image", "doc_to_audio"] {
      guard let value = config[key] else { continue }
      refused = true
      result.refuse("the prompts hold images or sounds", name, value.error("'\(key)' is no text"))
      break
    }
    for key in HarnessParts.deciding {
      guard let value = config[key], value.tag == "!function" || key == "class" else { continue }
      let function = value.text ?? "?"
      functions.add(function)
      if refused { continue }
      refused = true
      result.refuse(
        "\(key) is a Python function", name,
        value.error("'\(key)' calls the Python function '\(function)', which cannot be run here"))
    }
    return refused
  }

  private func folder(of path: String) -> String {
    guard let end = path.lastIndex(of: "/") else { return "." }
    return String(path[..<end])
  }

  /// A path as seen from the folder that is imported.
  private func relative(_ path: String) -> String {
    if root.isEmpty { return path.split(separator: "/").last.map(String.init) ?? path }
    let prefix = root == "/" ? root : root + "/"
    return path.hasPrefix(prefix) ? String(path.dropFirst(prefix.count)) : path
  }
}
