import Bytes
import YAML

/// The YAML files of lm-evaluation-harness with what they inherit.
struct HarnessFiles {
  /// A file's keys with those of the files that it includes; a file's own keys win over included ones, and
  /// later includes over earlier ones.
  struct Config {
    var pairs: [(key: String, value: YAMLNode)] = []
    /// Of the file itself.
    var location: SourceLocation

    /// nil for a missing or empty value.
    subscript(key: String) -> YAMLNode? {
      pairs.first { $0.key == key }.map(\.value).flatMap { $0.isNull ? nil : $0 }
    }

    mutating func set(_ key: String, _ value: YAMLNode) {
      if let place = pairs.firstIndex(where: { $0.key == key }) {
        pairs[place].value = value
      } else {
        pairs.append((key, value))
      }
    }
  }

  private var known: [String: Config] = [:]
  private static let deepest = 32

  /// A file, includes and all; only included files are kept, since many others include them.
  mutating func config(_ path: String) throws(Diagnostic) -> Config {
    try config(path, from: nil, [])
  }

  private mutating func config(
    _ path: String, from include: YAMLNode?, _ above: [String]
  ) throws(Diagnostic) -> Config {
    if let done = known[path] { return done }
    if let include {
      guard fileExists(path) else {
        throw include.error("the included file '\(path)' does not exist; put it there")
      }
      guard !above.contains(path), above.count < Self.deepest else {
        throw include.error("'\(path)' includes itself; end the circle")
      }
    }
    let document: YAMLNode
    do throws(Diagnostics) {
      document = try YAMLDocument.load(path: path, repeatedKeys: .lastWins)
    } catch {
      throw error.list.first ?? Diagnostic("cannot read '\(path)'")
    }
    guard case .mapping(let pairs) = document.kind else {
      throw document.error("a task must be a mapping (key: value), found \(document.description)")
    }
    var config = Config(location: SourceLocation(path: path, line: 1))
    if let include = pairs.first(where: { $0.key.text == "include" })?.value, !include.isNull {
      var items = [include]
      if case .sequence(let list) = include.kind { items = list }
      for item in items {
        guard let name = item.text else {
          throw item.error("'include' must name a file, found \(item.description)")
        }
        let folder = path.split(separator: "/", omittingEmptySubsequences: false).dropLast()
        let place = name.hasPrefix("/") ? name : (folder + [Substring(name)]).joined(separator: "/")
        let inherited = try self.config(tidyPath(place), from: item, above + [path])
        for (key, value) in inherited.pairs where key != "task_list" { config.set(key, value) }
      }
    }
    for (key, value) in pairs {
      if let name = key.text, name != "include" { config.set(name, value) }
    }
    if include != nil { known[path] = config }
    return config
  }
}
