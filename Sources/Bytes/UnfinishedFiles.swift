import Glibc
import Synchronization

/// The temporary files that live writers are filling, so that an interrupted program can remove them.
///
/// A file of this list is never part of a result: results are renamed into place when they are whole.
public enum UnfinishedFiles {
  private static let paths = Mutex<[String]>([])

  static func add(_ path: String) { paths.withLock { $0.append(path) } }

  static func remove(_ path: String) {
    paths.withLock { list in
      if let place = list.lastIndex(of: path) { list.remove(at: place) }
    }
  }

  /// Removes them all; for the moment before the program ends early.
  public static func removeAll() {
    paths.withLock { list in
      for path in list { unlink(path) }
      list.removeAll()
    }
  }
}
