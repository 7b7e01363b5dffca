import Bytes
import Glibc

/// The files below a path whose names pass, sorted by path; the path itself where it is a file.
///
/// Links to folders below the path are not followed, so no walk is endless.
func filesFound(below path: String, where passes: (String) -> Bool) throws(Diagnostic) -> [String] {
  var status = stat()
  guard stat(path, &status) == 0 else { throw .system("read", path, errno: errno) }
  guard status.st_mode & S_IFMT == S_IFDIR else {
    try refuseArchive(path)
    return [path]
  }
  var found: [String] = []
  var open = [path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path]
  while let folder = open.popLast() {
    var folders: [String] = []
    for name in try namesInFolder(folder) {
      let full = folder == "/" ? "/" + name : folder + "/" + name
      guard lstat(full, &status) == 0 else { continue }
      if status.st_mode & S_IFMT == S_IFDIR {
        if name != "__pycache__", name != ".ipynb_checkpoints" { folders.append(full) }
      } else if passes(name) {
        found.append(full)
      }
    }
    open += folders.reversed()
  }
  return found.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
}

private func refuseArchive(_ path: String) throws(Diagnostic) {
  if path.hasSuffix(".whl") || path.hasSuffix(".zip") {
    throw Diagnostic(
      "'\(path)' is an archive; unpack it with 'python3 -m zipfile -e \(path) FOLDER' and import FOLDER")
  }
  if path.hasSuffix(".tar.gz") || path.hasSuffix(".tgz") {
    throw Diagnostic("'\(path)' is an archive; unpack it with 'tar xzf \(path)' and import the folder")
  }
}

/// A path without `.` and `..` parts, for reading and for messages.
func tidyPath(_ path: String) -> String {
  var parts: [Substring] = []
  for part in path.split(separator: "/", omittingEmptySubsequences: true) where part != "." {
    if part == "..", let last = parts.last, last != ".." { parts.removeLast() } else { parts.append(part) }
  }
  return (path.hasPrefix("/") ? "/" : "") + parts.joined(separator: "/")
}
