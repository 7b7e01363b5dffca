import Foundation
import Testing

/// A temporary folder in which the built program is run, as its users run it.
final class Workshop {
  let folder: String

  struct Outcome: CustomStringConvertible {
    var arguments: [String]
    var folder: String
    var status: Int32
    var output: String
    var errors: String

    /// Everything that a failed expectation should show.
    var description: String {
      """
      phrasebook \(arguments.joined(separator: " "))
      in \(folder)
      status \(status)
      --- standard output
      \(output)
      --- standard error
      \(errors)
      """
    }
  }

  init() throws {
    folder = NSTemporaryDirectory() + "/phrasebook-test-" + UUID().uuidString
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: folder) }

  func path(_ name: String) -> String { folder + "/" + name }

  func write(_ name: String, _ text: String) throws {
    try write(name, Data(text.utf8))
  }

  func write(_ name: String, _ data: Data) throws {
    let place = (path(name) as NSString).deletingLastPathComponent
    try FileManager.default.createDirectory(atPath: place, withIntermediateDirectories: true)
    try data.write(to: URL(fileURLWithPath: path(name)))
  }

  func read(_ name: String) throws -> String { try Repository.text(path(name)) }

  /// Every file below a folder with its bytes; what two runs are compared by.
  func files(_ name: String) throws -> [String: Data] {
    var all: [String: Data] = [:]
    for case let file as String in FileManager.default.enumerator(atPath: path(name)) ?? .init() {
      var isFolder: ObjCBool = false
      let full = path(name) + "/" + file
      guard FileManager.default.fileExists(atPath: full, isDirectory: &isFolder), !isFolder.boolValue else {
        continue
      }
      all[file] = try Data(contentsOf: URL(fileURLWithPath: full))
    }
    return all
  }

  @discardableResult
  func run(_ arguments: String..., environment: [String: String] = [:]) throws -> Outcome {
    try run(arguments, environment: environment)
  }

  func run(_ arguments: [String], environment: [String: String] = [:]) throws -> Outcome {
    let process = prepared(arguments, environment)
    // Files, not pipes: a full pipe would stop the program while nobody reads.
    let output = path(".output-\(UUID().uuidString)")
    let errors = path(".errors-\(UUID().uuidString)")
    defer {
      try? FileManager.default.removeItem(atPath: output)
      try? FileManager.default.removeItem(atPath: errors)
    }
    for file in [output, errors] { _ = FileManager.default.createFile(atPath: file, contents: nil) }
    process.standardOutput = try FileHandle(forWritingTo: URL(fileURLWithPath: output))
    process.standardError = try FileHandle(forWritingTo: URL(fileURLWithPath: errors))
    try process.run()
    process.waitUntilExit()
    return Outcome(
      arguments: arguments, folder: folder, status: process.terminationStatus,
      output: try Repository.text(output), errors: try Repository.text(errors))
  }

  /// Starts the program and gives it back running, for tests that end it.
  func start(_ arguments: [String]) throws -> Process {
    let process = prepared(arguments, [:])
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    try process.run()
    return process
  }

  private func prepared(_ arguments: [String], _ environment: [String: String]) -> Process {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: Repository.program)
    process.arguments = arguments
    process.currentDirectoryURL = URL(fileURLWithPath: folder)
    process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
    process.standardInput = FileHandle.nullDevice
    return process
  }
}
