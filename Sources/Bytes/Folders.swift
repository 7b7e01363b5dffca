import Glibc

/// Whether something exists at the path.
public func fileExists(_ path: String) -> Bool { access(path, F_OK) == 0 }

/// Whether a folder, or a link to one, is at the path.
public func isFolder(_ path: String) -> Bool {
  var status = stat()
  return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
}

/// Whether two paths lead to one folder that is there.
public func isSameFolder(_ path: String, _ other: String) -> Bool {
  var (first, second) = (stat(), stat())
  return isFolder(path) && stat(path, &first) == 0 && stat(other, &second) == 0
    && first.st_dev == second.st_dev && first.st_ino == second.st_ino
}

/// Makes the folder and those above it.
public func makeFolder(_ path: String) throws(Diagnostic) {
  var prefix = ""
  for part in path.split(separator: "/", omittingEmptySubsequences: false) {
    prefix +=
      (prefix.isEmpty && !path.hasPrefix("/") ? "" : prefix == "/" || prefix.isEmpty ? "" : "/") + part
    if prefix.isEmpty {
      prefix = "/"
      continue
    }
    if mkdir(prefix, 0o755) != 0, errno != EEXIST { throw .system("make the folder", path, errno: errno) }
  }
  var status = stat()
  guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR else {
    throw Diagnostic("cannot make the folder '\(path)': a file stands in its place; move it away")
  }
}

/// The names in a folder, sorted by their bytes, without `.` and `..`.
public func namesInFolder(_ path: String) throws(Diagnostic) -> [String] {
  guard let folder = opendir(path) else { throw .system("read the folder", path, errno: errno) }
  defer { closedir(folder) }
  var names: [String] = []
  while let entry = readdir(folder) {
    let name = withUnsafeBytes(of: entry.pointee.d_name) {
      String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
    }
    if name != ".", name != ".." { names.append(name) }
  }
  return names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
}

/// Removes a file or a folder with everything in it; nothing happens when it does not exist.
public func removeTree(_ path: String) throws(Diagnostic) {
  var status = stat()
  guard lstat(path, &status) == 0 else { return }
  if status.st_mode & S_IFMT == S_IFDIR {
    for name in try namesInFolder(path) { try removeTree(path + "/" + name) }
    guard rmdir(path) == 0 else { throw .system("remove", path, errno: errno) }
  } else {
    guard unlink(path) == 0 else { throw .system("remove", path, errno: errno) }
  }
}

/// A path from the root; a relative one is taken from the folder in which the program runs.
public func absolutePath(_ path: String) -> String {
  guard !path.hasPrefix("/"), let found = getcwd(nil, 0) else { return path }
  defer { free(found) }
  return String(cString: found) + "/" + path
}
