import Bytes
import Glibc
import YAML

/// A file of a source as it lies on this machine.
struct SourceFile {
  /// Where it is.
  var path: String
  /// What summaries, quarantine and manifests call it: as the description names it, or its address.
  var name: String
}

/// Finds the files of a source, and fetches those that are elsewhere.
struct SourceLocator {
  let description: CorpusDescription
  let cache: DownloadCache

  /// The files in the order in which they are read; more than one where the path holds `*`, `?` or `[…]`.
  ///
  /// - Throws: a `Diagnostic` at the source where there is no file, or it cannot be fetched or is another.
  func files(_ source: CorpusDescription.Source) throws -> [SourceFile] {
    let found: [SourceFile]
    switch source.origin {
    case .file: found = try local(source)
    case .url(let address): found = [SourceFile(path: try fetched(address, source), name: address)]
    case .pypi(let package):
      let name = "pypi://\(package)/\(source.path)"
      found = [
        SourceFile(path: try cache.fileOfDistribution(package, source.path, at: source.node), name: name)
      ]
    case .deb(let package):
      let isInstalled = fileExists(source.path)
      let path =
        isInstalled ? source.path : try cache.fileOfDebianPackage(package, source.path, at: source.node)
      found = [SourceFile(path: path, name: source.path)]
    case .query: found = []
    }
    guard let expected = source.sha256 else { return found }
    for file in found {
      let sha256 = try hashOfFile(at: file.path)
      guard sha256 == expected else {
        throw source.node.error(
          "'\(file.name)' has the SHA-256 \(sha256), expected \(expected); it is another file than the one that "
            + "was described")
      }
    }
    return found
  }

  /// The file that an address names, in the cache.
  private func fetched(_ address: String, _ source: CorpusDescription.Source) throws -> String {
    try cache.file(of: address, sha256: source.sha256, at: source.node)
  }

  private func local(_ source: CorpusDescription.Source) throws -> [SourceFile] {
    let path = description.resolve(source.path)
    let isPattern = source.path.utf8.contains { "*?[".utf8.contains($0) }
    // A file may have such a name itself.
    guard isPattern, !fileExists(path) else {
      guard fileExists(path) else {
        throw source.node.error("the file '\(path)' does not exist; put it there or correct the path")
      }
      return [SourceFile(path: path, name: source.path)]
    }
    let names = filesMatching(path)
    guard !names.isEmpty else {
      throw source.node.error("no file matches '\(path)'; put them there or correct the pattern")
    }
    let prefix = path.utf8.count - source.path.utf8.count
    return names.map { SourceFile(path: $0, name: String(Substring($0.utf8.dropFirst(prefix)))) }
  }
}

/// The files that a path or a pattern of the shell (`*`, `?`, `[…]`) names, sorted by their bytes; no folders.
public func filesMatching(_ pattern: String) -> [String] {
  if fileExists(pattern) { return isFolder(pattern) ? [] : [pattern] }
  var found = glob_t()
  defer { globfree(&found) }
  guard glob(pattern, GLOB_NOSORT, nil, &found) == 0 else { return [] }
  let names = (0..<Int(found.gl_pathc)).compactMap { found.gl_pathv[$0].map { String(cString: $0) } }
  return names.filter { !isFolder($0) }.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
}
