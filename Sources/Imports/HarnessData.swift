import Bytes
import YAML

/// The files that a task of lm-evaluation-harness reads by a general loader of Hugging Face's `datasets`.
public struct HarnessData: Sendable, Hashable {
  /// What `dataset_path` names.
  public enum Loader: String, Sendable, CaseIterable {
    case json, csv, parquet, text
  }

  /// Files of one split.
  public struct Part: Sendable, Hashable {
    /// `train`, `validation` or `test`; nil where the task has only one split.
    public var split: String?
    /// As the task names them: paths, patterns of paths or addresses.
    public var files: [String]
  }

  public var loader: Loader
  public var parts: [Part]
  /// CSV: what stands between values, where the task says so.
  public var separator: String?
  /// CSV: the columns of files without a header.
  public var columns: [String] = []
  /// JSON: the key that holds the records.
  public var field: String?
  /// Where the task's file is.
  public var folder: String
  /// Whether answers are chosen from a list.
  public var isRanked: Bool

  /// nil where the task's data is named in another way.
  init?(_ config: HarnessFiles.Config, folder: String) {
    guard let loader = config["dataset_path"]?.text.flatMap(Loader.init),
      let arguments = Self.pairs(config["dataset_kwargs"]), let named = arguments["data_files"]
    else { return nil }
    self.loader = loader
    self.folder = folder
    isRanked = config["doc_to_choice"] != nil
    parts = []
    if let files = Self.texts(named) {
      parts.append(Part(split: nil, files: files))
    } else if case .mapping(let splits) = named.kind {
      for (key, value) in splits {
        guard let name = key.text, let files = Self.texts(value) else { return nil }
        parts.append(Part(split: Self.split(name, config), files: files))
      }
      // The only split is divided as any corpus is.
      if parts.count == 1 { parts[0].split = nil }
    }
    guard !parts.isEmpty else { return nil }
    separator = (arguments["delimiter"] ?? arguments["sep"])?.text
    columns = arguments["column_names"].flatMap(Self.texts) ?? []
    field = arguments["field"]?.text
  }

  /// What the task takes from a split of the data set.
  private static func split(_ name: String, _ config: HarnessFiles.Config) -> String {
    let uses = [("training_split", "train"), ("validation_split", "validation"), ("test_split", "test")]
    for (key, split) in uses where config[key]?.text == name { return split }
    let known = ["train": "train", "test": "test"]
    return known[name] ?? "validation"
  }

  private static func pairs(_ node: YAMLNode?) -> [String: YAMLNode]? {
    guard case .mapping(let pairs)? = node?.kind else { return nil }
    var named: [String: YAMLNode] = [:]
    for (key, value) in pairs where !value.isNull {
      if let name = key.text { named[name] = value }
    }
    return named
  }

  private static func texts(_ node: YAMLNode) -> [String]? {
    if let text = node.text { return [text] }
    guard case .sequence(let items) = node.kind, !items.isEmpty else { return nil }
    let texts = items.compactMap(\.text)
    return texts.count == items.count ? texts : nil
  }
}
