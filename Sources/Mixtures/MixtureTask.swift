public import Records
public import Templates

/// A task as a mixture needs it: its records, its templates ready to run, and what its corpus says of itself.
public struct MixtureTask: Sendable {
  public var name: String
  /// Tasks of one cluster are held out together.
  public var cluster: String
  /// The metric's name, for the manifest.
  public var metric: String
  public var store: RecordStore
  /// The store's records divided as the settings ask for, where that was done before; nil: the plan divides them.
  public var parts: RecordParts?
  /// Compiled for the store's schema; ids and names are unique within the task.
  public var templates: [CompiledTemplate]
  /// Multiplies the number of training records before cap and temperature.
  public var scale: Double
  /// BCP 47 tags.
  public var languages: [String]
  /// An SPDX identifier or the corpus' own words.
  public var licence: String?
  public var citation: String?
  /// How many records the corpus reader set aside as bad.
  public var quarantined: Int
  /// The files that the records and the templates were read from.
  public var inputs: [InputFile]

  public init(
    name: String, cluster: String, metric: String, store: RecordStore, templates: [CompiledTemplate],
    scale: Double = 1, languages: [String] = [], licence: String? = nil, citation: String? = nil,
    quarantined: Int = 0, inputs: [InputFile] = []
  ) {
    self.name = name
    self.cluster = cluster
    self.metric = metric
    self.store = store
    self.templates = templates
    self.scale = scale
    self.languages = languages
    self.licence = licence
    self.citation = citation
    self.quarantined = quarantined
    self.inputs = inputs
  }
}

/// A file that a mixture was made from.
public struct InputFile: Sendable, Hashable {
  /// As the user named it, relative where possible: it goes into the manifest.
  public var path: String
  /// 64 hexadecimal digits.
  public var sha256: String

  public init(path: String, sha256: String) {
    self.path = path
    self.sha256 = sha256
  }
}
