import Foundation
import Testing

/// `scripts/bootstrap` on machines that lack things: a PATH of pretended programs stands for each machine.
@Suite struct ScriptsTests {
  struct Machine: CustomTestStringConvertible, Sendable {
    var testDescription: String
    /// Program names with the shell script behind each.
    var programs: [String: String]
    var status: Int32
    var says: String
  }

  private static let swift63 = "echo 'Swift version 6.3.1 (swift-6.3.1-RELEASE)'"
  private static let nothingInstalled = "exit 1"
  private static let notRoot = "echo 1000"

  static let machines: [Machine] = [
    Machine(
      testDescription: "no Swift", programs: [:], status: 3,
      says: "Swift is not installed; install 6.3 or later"),
    Machine(
      testDescription: "old Swift", programs: ["swift": "echo 'Swift version 6.2.4 (swift-6.2.4-RELEASE)'"],
      status: 3,
      says: "Swift 6.2 is too old; install 6.3 or later"),
    Machine(
      testDescription: "no Debian", programs: ["swift": swift63], status: 3,
      says: "this is no Debian or Ubuntu; install the equivalents of: g++ pkg-config libxml2-dev"),
    Machine(
      testDescription: "no right to install",
      programs: ["swift": swift63, "dpkg-query": nothingInstalled, "id": notRoot], status: 3,
      says: "may not install packages; type, as root:  apt-get update && apt-get install -y"),
    Machine(
      testDescription: "no network",
      programs: [
        "swift": swift63, "dpkg-query": nothingInstalled, "id": "echo 0",
        "apt-get": "echo 'E: no route'; exit 100",
      ], status: 3,
      says: "apt could not install them (no network?); type, when there is one:  sudo apt-get update"),
    Machine(
      testDescription: "stale package lists",
      programs: [
        "swift": swift63, "dpkg-query": nothingInstalled, "id": "echo 0",
        // Installing works only after the lists were refreshed.
        "apt-get": "if [ \"$1\" = update ]; then touch \"$0.fresh\"; else [ -e \"$0.fresh\" ]; fi",
      ], status: 0, says: "installing g++ pkg-config"),
    Machine(
      testDescription: "no pip and no right to install",
      programs: [
        "swift": swift63, "dpkg-query": "[ \"${@: -1}\" = python3-pip ] || echo installed", "id": notRoot,
      ], status: 0, says: "does without python3-pip; to have it, type:  sudo apt-get update"),
    Machine(
      testDescription: "no pip and no network",
      programs: [
        "swift": swift63, "dpkg-query": "[ \"${@: -1}\" = python3-pip ] || echo installed", "id": "echo 0",
        "apt-get": "echo 'E: no route'; exit 100",
      ], status: 0, says: "does without python3-pip"),
    Machine(
      testDescription: "pip of another python3",
      programs: [
        "swift": swift63, "dpkg-query": "[ \"${@: -1}\" = python3-pip ] || echo installed",
        "python3": "[ \"$*\" = \"-m pip --version\" ]",
      ], status: 0, says: ""),
    Machine(
      testDescription: "everything is there",
      programs: ["swift": swift63, "dpkg-query": "echo installed"], status: 0, says: ""),
  ]

  @Test(arguments: machines)
  func bootstrapTellsWhatIsMissing(_ machine: Machine) throws {
    let workshop = try Workshop()
    for tool in ["bash", "env", "sed", "grep", "head", "cut", "tr", "tail", "mktemp", "rm", "touch", "cat"] {
      let place = ["/usr/bin/", "/bin/"].map { $0 + tool }.first {
        FileManager.default.fileExists(atPath: $0)
      }
      try FileManager.default.createDirectory(atPath: workshop.path("bin"), withIntermediateDirectories: true)
      try FileManager.default.createSymbolicLink(
        atPath: workshop.path("bin/\(tool)"), withDestinationPath: place ?? tool)
    }
    for (name, script) in machine.programs {
      try workshop.write("bin/\(name)", "#!/bin/bash\n\(script)\n")
      try FileManager.default.setAttributes(
        [.posixPermissions: 0o755], ofItemAtPath: workshop.path("bin/\(name)"))
    }
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/bin/bash")
    process.arguments = [Repository.root + "/scripts/bootstrap"]
    process.environment = ["PATH": workshop.path("bin"), "TMPDIR": workshop.folder]
    process.standardInput = FileHandle.nullDevice
    let errors = Pipe()
    process.standardError = errors
    process.standardOutput = FileHandle.nullDevice
    try process.run()
    let said = String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    #expect(process.terminationStatus == machine.status, "\(said)")
    #expect(machine.says.isEmpty ? said.isEmpty : said.contains(machine.says), "\(said)")
  }

  /// Every C library of the manifest is installed by bootstrap, so that no library is there by chance.
  @Test func bootstrapInstallsEveryLibraryOfTheManifest() throws {
    let manifest = try Repository.text("Package.swift")
    let script = try Repository.text("scripts/bootstrap")
    var named = manifest.matches(of: /\.apt\(\["([^"]+)"\]\)/).map { String($0.1) }
    named += manifest.matches(of: /linkedLibrary\("(\w+)"\)/).map { "lib\($0.1)-dev" }
    #expect(named.count >= 6)
    for package in named {
      #expect(script.contains("\"\(package)|"), "bootstrap does not install \(package)")
    }
  }

  @Test func bootstrapInstallsThePackagesOfTheDefaultCorpora() throws {
    let script = try Repository.text("scripts/bootstrap")
    for task in CorporaFolderTests.tasks {
      for match in try Repository.text("corpora/\(task)/corpus.yaml").matches(of: /deb: ([a-z0-9-]+)/) {
        #expect(script.contains("\"\(match.1)|"), "bootstrap does not install \(match.1) for \(task)")
      }
    }
  }
}
