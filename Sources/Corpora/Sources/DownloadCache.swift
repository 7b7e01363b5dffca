import Bytes
import Glibc
import YAML

/// Fetched files under `.cache/downloads`, each whole or not there at all.
///
/// A download is written beside its place, goes on where it was cut off, is checked where the description
/// tells a SHA-256, and then takes its place; two programs do not fetch the same file at once.
package struct DownloadCache: Sendable {
  /// The folder; `PHRASEBOOK_CACHE`, or `.cache` where the program runs.
  package var folder: String
  /// Whether nothing may be fetched (`PHRASEBOOK_OFFLINE`).
  package var isOffline: Bool
  /// Where the Hugging Face hub is; `HF_ENDPOINT` names a mirror, as for Hugging Face's own programs.
  package var hub: String

  package init() {
    func named(_ name: String) -> String? { getenv(name).map { String(cString: $0) } }
    folder = (named("PHRASEBOOK_CACHE") ?? ".cache") + "/downloads"
    isOffline = !["", "0"].contains(named("PHRASEBOOK_OFFLINE") ?? "")
    hub = named("HF_ENDPOINT") ?? "https://huggingface.co"
  }

  /// The file of an address: `https://…`, or `hf://datasets/OWNER/NAME[@REVISION]/PATH` on the Hugging Face hub.
  func file(of address: String, sha256: String?, at node: YAMLNode) throws -> String {
    let place = try place(of: address, ending: Self.lastPart(address))
    return try once(place) { partial in
      try allowed(address, place, node)
      try download(webAddress(address), to: partial, place, node)
      guard let sha256 else { return }
      let found = try hashOfFile(at: partial)
      guard found == sha256 else {
        unlink(partial)
        throw node.error(
          "what '\(address)' gives has the SHA-256 \(found), expected \(sha256); it is another file than the one "
            + "that was described")
      }
    }
  }

  /// A file inside a distribution on PyPI.
  ///
  /// - Parameter package: `name==version`.
  func fileOfDistribution(_ package: String, _ path: String, at node: YAMLNode) throws -> String {
    let place = try place(of: "pypi://\(package)/\(path)", ending: Self.lastPart(path))
    return try once(place) { partial in
      try allowed("the distribution \(package)", place, node)
      let work = place + ".work"
      try removeTree(work)
      try makeFolder(work)
      defer { try? removeTree(work) }
      try run(
        [
          "python3", "-m", "pip", "download", "--quiet", "--no-deps", "--no-build-isolation",
          "--ignore-requires-python", "--disable-pip-version-check", "--dest", work, package,
        ], for: "the distribution \(package)", node)
      try run(
        ["python3", "-c", Self.unpacking, work, path, partial], for: "'\(path)' of \(package)", node)
    }
  }

  /// Finds the member in the one archive of a folder and copies it out; nothing of the package is run.
  private static let unpacking = """
    import os, shutil, sys, tarfile, zipfile
    folder, wanted, target = sys.argv[1:4]
    [name] = os.listdir(folder)
    archive = os.path.join(folder, name)
    if name.endswith((".whl", ".zip")):
        opened = zipfile.ZipFile(archive)
        names, read = opened.namelist(), opened.open
    else:
        opened = tarfile.open(archive)
        names, read = [m.name for m in opened if m.isfile()], opened.extractfile
    found = [n for n in names if n == wanted] or [n for n in names if n.split("/", 1)[-1] == wanted]
    if not found:
        near = [n for n in names if n.split("/")[-1] == wanted.split("/")[-1]] or names
        sys.exit(f"{name} has no file '{wanted}'; it has {', '.join(near[:5])}")
    with read(found[0]) as source, open(target, "wb") as file:
        shutil.copyfileobj(source, file)
    """

  /// A file of a Debian package that is not installed.
  func fileOfDebianPackage(_ package: String, _ path: String, at node: YAMLNode) throws -> String {
    let place = try place(of: "deb://\(package)\(path)", ending: Self.lastPart(path))
    let remedy = "; it comes with the Debian package '\(package)': apt-get install \(package)"
    return try once(place) { partial in
      func missing(_ why: String) -> Diagnostic {
        var problem = node.error("the file '\(path)' does not exist\(why)\(remedy)")
        problem.cause = .environment
        return problem
      }
      guard !isOffline else { throw missing("") }
      let work = place + ".work"
      try removeTree(work)
      try makeFolder(work)
      defer { try? removeTree(work) }
      guard var apt = try RunningProgram(["apt-get", "download", "-qq", package], in: work) else {
        throw missing("")
      }
      while try apt.next({ _ in }) {}
      guard apt.finish().status == 0,
        let archive = try namesInFolder(work).first(where: { $0.hasSuffix(".deb") })
      else { throw missing(" and could not be downloaded") }
      let unpack = ["dpkg-deb", "--extract", "\(work)/\(archive)", "\(work)/files"]
      try run(unpack, for: "the Debian package \(package)", node)
      guard fileExists("\(work)/files\(path)"), rename("\(work)/files\(path)", partial) == 0 else {
        throw node.error("the Debian package '\(package)' has no file '\(path)'; correct the path")
      }
    }
  }

  /// Where a fetched file has its place: named after the whole address, with its last part to be read by people.
  private func place(of address: String, ending: String) throws -> String {
    try makeFolder(folder)
    let mark = hexadecimal(SHA256.digest(address).prefix(8))
    return "\(folder)/\(mark)-\(ending)"
  }

  /// Has a file made, unless it is there, by whoever comes first.
  private func once(_ place: String, _ make: (_ partial: String) throws -> Void) throws -> String {
    if fileExists(place) { return place }
    let lock = open(place + ".lock", O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
    guard lock >= 0 else { throw Diagnostic.system("write", place, errno: errno) }
    defer { close(lock) }
    while flock(lock, LOCK_EX) != 0, errno == EINTR {}
    if fileExists(place) { return place }
    let partial = place + AtomicFile.temporarySuffix
    try make(partial)
    guard rename(partial, place) == 0 else { throw Diagnostic.system("write", place, errno: errno) }
    return place
  }

  private func allowed(_ what: String, _ place: String, _ node: YAMLNode) throws {
    guard isOffline else { return }
    throw Self.environment(
      node,
      "'\(what)' is not in the cache and nothing may be fetched now (PHRASEBOOK_OFFLINE, or a check); "
        + "put it at '\(place)'")
  }

  private func download(_ address: String, to partial: String, _ place: String, _ node: YAMLNode) throws {
    let words = [
      "curl", "--fail", "--location", "--silent", "--show-error", "--retry", "3", "--connect-timeout", "20",
      "--speed-limit", "1", "--speed-time", "60", "--continue-at", "-", "--output", partial, "--", address,
    ]
    guard var curl = try RunningProgram(words) else {
      throw Self.environment(
        node, "the program 'curl', which fetches files, is not installed; apt-get install curl")
    }
    while try curl.next({ _ in }) {}
    let (status, errors) = curl.finish()
    // What is whole already has nothing to go on with: the server says so (416), or curl (33).
    guard status != 0 else { return }
    let said = errors.split(separator: "\n").last.map(String.init) ?? "status \(status)"
    if status == 22 || status == 33, said.contains("416") || status == 33, fileExists(partial) {
      unlink(partial)
      return try download(address, to: partial, place, node)
    }
    throw Self.environment(
      node, "cannot fetch '\(address)' (\(said)); without a network, put the file at '\(place)'")
  }

  private func run(_ words: [String], for what: String, _ node: YAMLNode) throws {
    guard var program = try RunningProgram(words) else {
      throw Self.environment(
        node,
        "the program '\(words[0])' is needed for \(what) and is not installed; apt-get install \(words[0])")
    }
    while try program.next({ _ in }) {}
    let (status, errors) = program.finish()
    guard status != 0 else { return }
    if errors.contains("No module named pip") {
      throw Self.environment(node, "pip is needed for \(what); apt-get install python3-pip")
    }
    let said = errors.split(separator: "\n").last { !$0.hasPrefix("[notice]") }.map(String.init)
    throw Self.environment(node, "cannot get \(what): \(said ?? "status \(status)")")
  }

  private static func environment(_ node: YAMLNode, _ message: String) -> Diagnostic {
    var problem = node.error(message)
    problem.cause = .environment
    return problem
  }

  /// The part of an address that names the file, safe as a file's name.
  private static func lastPart(_ address: String) -> String {
    let path = address.prefix { $0 != "?" && $0 != "#" }
    let name = path.split(separator: "/").last.map(String.init) ?? "file"
    return String(
      String.UnicodeScalarView(
        name.unicodeScalars.suffix(80).map { scalar in
          let isSafe =
            scalar.isASCII
            && (scalar.properties.isAlphabetic || "0123456789._-".unicodeScalars.contains(scalar))
          return isSafe ? scalar : "_"
        }))
  }

  /// `hf://` as the hub serves it.
  private func webAddress(_ address: String) -> String {
    guard address.hasPrefix("hf://") else { return address }
    let parts = address.dropFirst(5).split(separator: "/", omittingEmptySubsequences: false)
    // hf://datasets/OWNER/NAME[@REVISION]/PATH
    guard parts.count >= 4 else { return hub + "/" + parts.joined(separator: "/") }
    let name = parts[2].split(separator: "@", maxSplits: 1)
    let revision = name.count > 1 ? name[1] : "main"
    return "\(hub)/\(parts[0])/\(parts[1])/\(name[0])/resolve/\(revision)/"
      + parts.dropFirst(3).joined(separator: "/")
  }
}
