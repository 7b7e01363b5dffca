import Foundation
import Testing

/// Holds the sources against the picture in the documentation: data flows one way, and each C library has
/// one importer.
@Suite struct StructureTests {
  /// What each target may import besides itself and the system's own modules.
  static let allowed: [String: Set<String>] = [
    "Bytes": ["COpenSSL", "CXXHash", "CFileSpace"],
    "Compression": ["Bytes", "CZlib", "CZstd"],
    "Records": ["Bytes"],
    "JSON": ["Bytes", "Records", "Compression", "CSIMDJSON"],
    "HTTP": ["Bytes", "CCurl"],
    "YAML": ["Bytes", "CLibYAML"],
    "Patterns": ["Bytes", "CPCRE2"],
    "Templates": ["Bytes", "Records", "JSON", "YAML", "Patterns", "CTextLoops", "BigInt"],
    "Corpora": [
      "Bytes", "Compression", "Records", "JSON", "YAML", "Patterns", "Metrics", "CLibXML2", "CTextLoops",
    ],
    "Metrics": [],
    "Imports": ["Bytes", "Records", "JSON", "YAML", "Templates"],
    "Diversity": ["Bytes", "Compression", "Templates", "CMinHash"],
    "Lint": ["Bytes", "Records", "JSON", "YAML", "Templates", "Diversity"],
    "Mixtures": ["Bytes", "Records", "Compression", "JSON", "Templates", "Diversity"],
    "Transformer": ["Bytes", "Records", "JSON", "COneDNN", "CVectorLoops"],
    "Training": ["Bytes", "Records", "JSON", "Transformer"],
    "Evaluation": ["Bytes", "Records", "JSON", "HTTP", "Metrics", "Patterns", "Transformer"],
    "Reports": ["Bytes", "Records", "JSON"],
    "Phrasebook": [
      "Bytes", "Records", "JSON", "YAML", "Corpora", "Templates", "Imports", "Diversity", "Lint", "Mixtures",
      "Compression", "Transformer", "Training", "Metrics", "Evaluation", "Reports",
    ],
    "PhrasebookCLI": ["Bytes", "Phrasebook", "ArgumentParser"],
    "DiversityMeasure": ["Bytes", "Diversity"],
    "PhrasebookFuzz": [
      "Bytes", "Records", "JSON", "Corpora", "Templates", "Transformer", "Phrasebook", "ArgumentParser",
    ],
    "TrainingSpeed": ["Bytes", "Transformer", "ArgumentParser"],
  ]
  /// Targets that stand elsewhere than in a folder of `Sources` with their name.
  static let folders = [
    "PhrasebookFuzz": "Tests/Fuzz", "TrainingSpeed": "Benchmarks/training",
    "DiversityMeasure": "Benchmarks/DiversityMeasure",
  ]
  static let system: Set<String> = ["Glibc", "Dispatch", "Synchronization", "Swift"]

  @Test(arguments: allowed.keys.sorted())
  func importsOnlyWhatComesBefore(target: String) throws {
    let files = Repository.swiftFiles(under: Self.folder(of: target))
    #expect(!files.isEmpty, "no sources in \(target)")
    for file in files {
      for module in try imports(of: file) {
        let known = Self.allowed[target]?.contains(module) == true || Self.system.contains(module)
        #expect(known, "\(file) imports \(module), which the picture does not allow in \(target)")
      }
    }
  }

  @Test func everyTargetIsInThePicture() throws {
    let folders = try FileManager.default.contentsOfDirectory(atPath: Repository.root + "/Sources")
    let swift = folders.filter { !Repository.swiftFiles(under: "Sources/\($0)").isEmpty }
    #expect(Set(swift) == Set(Self.allowed.keys).subtracting(Self.folders.keys))
  }

  @Test func eachCLibraryHasOneImporter() throws {
    var importers: [String: Set<String>] = [:]
    for target in Self.allowed.keys {
      for file in Repository.swiftFiles(under: Self.folder(of: target)) {
        for module in try imports(of: file) where module.hasPrefix("C") && Self.allowed[module] == nil {
          importers[module, default: []].insert(target)
        }
      }
    }
    #expect(
      importers == [
        "CLibXML2": ["Corpora"], "CLibYAML": ["YAML"], "CPCRE2": ["Patterns"], "COpenSSL": ["Bytes"],
        "CSIMDJSON": ["JSON"], "COneDNN": ["Transformer"], "CVectorLoops": ["Transformer"],
        "CTextLoops": ["Corpora", "Templates"], "CMinHash": ["Diversity"], "CFileSpace": ["Bytes"],
        "CZlib": ["Compression"], "CCurl": ["HTTP"],
        "CZstd": ["Compression"], "CXXHash": ["Bytes"],
      ])
  }

  @Test func noSourceFileIsLongerThanFourHundredLines() throws {
    for target in Self.allowed.keys {
      for file in Repository.swiftFiles(under: Self.folder(of: target)) {
        let lines = try Repository.text(file).utf8.count { $0 == 10 }
        #expect(lines <= 400, "\(file) has \(lines) lines: a question of design")
      }
    }
  }

  @Test func nothingTrapsOnInput() throws {
    for target in Self.allowed.keys {
      for file in Repository.swiftFiles(under: Self.folder(of: target)) {
        let code = try Repository.text(file)
        for trap in ["try!", "fatalError(", "as! "] {
          #expect(!code.contains(trap), "\(file) holds \(trap)")
        }
      }
    }
  }

  private static func folder(of target: String) -> String { folders[target] ?? "Sources/\(target)" }

  private func imports(of file: String) throws -> [String] {
    try Repository.text(file).split(separator: "\n").compactMap { line in
      let words = line.split(separator: " ")
      guard let place = words.firstIndex(of: "import"), place <= 1, words.count == place + 2,
        place == 0 || ["public", "package", "internal", "private", "fileprivate"].contains(words[0])
      else { return nil }
      return String(words[place + 1].prefix { $0 != "." })
    }
  }
}
