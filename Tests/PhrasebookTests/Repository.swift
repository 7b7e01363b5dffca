import Foundation

/// Places in the repository that tests read.
enum Repository {
  static let root: String = {
    var path = #filePath.split(separator: "/").map(String.init)
    path.removeLast(3)
    return "/" + path.joined(separator: "/")
  }()

  /// The built program, which stands beside the test program.
  static let program: String = {
    let tests = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""
    return (tests as NSString).deletingLastPathComponent + "/phrasebook"
  }()

  /// Every Swift file of a target.
  /// The folder of real data beside the repository; nil where there is none.
  static let shared: String? = {
    let folder = ProcessInfo.processInfo.environment["PHRASEBOOK_SHARED"] ?? root + "/../shared"
    return FileManager.default.fileExists(atPath: folder + "/corpora") ? folder : nil
  }()

  static func swiftFiles(under folder: String) -> [String] {
    let base = root + "/" + folder
    let names = FileManager.default.enumerator(atPath: base)?.compactMap { $0 as? String } ?? []
    return names.filter { $0.hasSuffix(".swift") }.sorted().map { base + "/" + $0 }
  }

  static func text(_ path: String) throws -> String {
    try String(contentsOfFile: path.hasPrefix("/") ? path : root + "/" + path, encoding: .utf8)
  }
}
