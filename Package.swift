// swift-tools-version: 6.2
import PackageDescription

// C libraries come from apt (scripts/bootstrap installs them); each has exactly one importer.
let package = Package(
  name: "phrasebook",
  products: [
    // What Phrasebook's functions take and give stands in the modules below it.
    .library(name: "Phrasebook", targets: ["Phrasebook", "Templates", "Records", "JSON", "Bytes"]),
    .executable(name: "phrasebook", targets: ["PhrasebookCLI"]),
  ],
  dependencies: [
    // Command-line parsing: the convention for Swift tools.
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    // Python's integers have no end, and templates print, add and divide them.
    .package(url: "https://github.com/attaswift/BigInt", from: "6.0.1"),
  ],
  targets: [
    // XML corpora, streamed through the SAX2 push interface.
    .systemLibrary(name: "CLibXML2", pkgConfig: "libxml-2.0", providers: [.apt(["libxml2-dev"])]),
    // Templates, corpus descriptions and recipes, as events with line and column.
    .systemLibrary(name: "CLibYAML", pkgConfig: "yaml-0.1", providers: [.apt(["libyaml-dev"])]),
    // Matrix products of the trainer and the evaluator.
    .systemLibrary(name: "COneDNN", providers: [.apt(["libdnnl-dev"])]),
    // Patterns over lines, Jinja's regex_replace, answer extraction.
    .systemLibrary(name: "CPCRE2", pkgConfig: "libpcre2-8", providers: [.apt(["libpcre2-dev"])]),
    // SHA-256 of inputs and shards, at the processor's own speed.
    .systemLibrary(name: "COpenSSL", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),
    // Ids of records: a 128-bit hash ten times as fast as SHA-256 on a record's few hundred bytes.
    .systemLibrary(name: "CXXHash", providers: [.apt(["libxxhash-dev"])]),
    // Linux' way to ask for a file's space ahead, which Swift's Glibc module leaves out.
    .systemLibrary(name: "CFileSpace"),
    // Corpora and shards compressed with gzip or zstd.
    .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
    .systemLibrary(name: "CZstd", pkgConfig: "libzstd", providers: [.apt(["libzstd-dev"])]),
    // Servers that are asked over HTTP: connections kept, TLS and proxies as everywhere on the machine.
    .systemLibrary(name: "CCurl", pkgConfig: "libcurl", providers: [.apt(["libcurl4-openssl-dev"])]),
    // JSON in, through apt's simdjson (C++ behind C functions).
    .target(name: "CSIMDJSON", linkerSettings: [.linkedLibrary("simdjson")]),
    // Loops over text that look at many bytes at a time: the separators of CSV, line feeds, scalars.
    .target(name: "CTextLoops"),
    // Loops that oneDNN does not cover, compiled for several processors and chosen at run time.
    .target(name: "CVectorLoops"),
    // The inner loop of MinHash, the same way.
    .target(name: "CMinHash"),

    .target(name: "Bytes", dependencies: ["COpenSSL", "CXXHash", "CFileSpace"]),
    .target(name: "Compression", dependencies: ["Bytes", "CZlib", "CZstd"]),
    .target(name: "Records", dependencies: ["Bytes"]),
    .target(name: "JSON", dependencies: ["Bytes", "Records", "Compression", "CSIMDJSON"]),
    .target(name: "HTTP", dependencies: ["Bytes", "CCurl"]),
    .target(name: "YAML", dependencies: ["Bytes", "CLibYAML"]),
    .target(name: "Patterns", dependencies: ["Bytes", "CPCRE2"]),
    .target(name: "Metrics"),
    .target(
      name: "Corpora",
      dependencies: [
        "Bytes", "Compression", "Records", "JSON", "YAML", "Patterns", "Metrics", "CLibXML2", "CTextLoops",
      ],
      exclude: ["README.md"]),
    .target(
      name: "Templates",
      dependencies: [
        "Bytes", "Records", "JSON", "YAML", "Patterns", "CTextLoops",
        .product(name: "BigInt", package: "BigInt"),
      ]),
    .target(name: "Imports", dependencies: ["Bytes", "Records", "JSON", "YAML", "Templates"]),
    .target(name: "Diversity", dependencies: ["Bytes", "Compression", "Templates", "CMinHash"]),
    .target(
      name: "Lint", dependencies: ["Bytes", "Records", "JSON", "YAML", "Templates", "Diversity"]),
    .target(
      name: "Mixtures", dependencies: ["Bytes", "Records", "Compression", "JSON", "Templates", "Diversity"]),
    .target(name: "Transformer", dependencies: ["Bytes", "Records", "JSON", "COneDNN", "CVectorLoops"]),
    .target(name: "Training", dependencies: ["Bytes", "Records", "JSON", "Transformer"]),
    .target(
      name: "Evaluation",
      dependencies: ["Bytes", "Records", "JSON", "HTTP", "Metrics", "Patterns", "Transformer"]),
    .target(name: "Reports", dependencies: ["Bytes", "Records", "JSON"]),
    .target(
      name: "Phrasebook",
      dependencies: [
        "Bytes", "Records", "JSON", "YAML", "Corpora", "Templates", "Imports", "Diversity", "Lint",
        "Mixtures", "Compression", "Transformer", "Training", "Metrics", "Evaluation", "Reports",
      ],
      // The script that trains in PyTorch; `phrasebook handoff` writes it.
      resources: [.embedInCode("Handoff/train.py"), .embedInCode("Handoff/llama.py")]),
    .executableTarget(
      name: "PhrasebookCLI",
      dependencies: [
        "Phrasebook", .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ]),

    // Mutated templates, files and records; run by scripts/fuzz and scripts/test.
    .executableTarget(
      name: "PhrasebookFuzz",
      dependencies: [
        "Bytes", "Records", "JSON", "Corpora", "Templates", "Transformer", "Phrasebook",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      path: "Tests/Fuzz", exclude: ["README.md"]),

    // Training steps by themselves, for Benchmarks/train.
    .executableTarget(
      name: "TrainingSpeed",
      dependencies: [
        "Bytes", "Transformer",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      path: "Benchmarks/training"),
    // What Benchmarks/diversity measures, without files and processes around it.
    .executableTarget(
      name: "DiversityMeasure", dependencies: ["Bytes", "Diversity"], path: "Benchmarks/DiversityMeasure"),

    // A server that misbehaves, for tests of what asks servers.
    .target(name: "FaultyServer", dependencies: ["Records", "JSON"], path: "Tests/FaultyServer"),
    .testTarget(name: "HTTPTests", dependencies: ["Bytes", "HTTP", "FaultyServer"]),
    .testTarget(name: "BytesTests", dependencies: ["Bytes"]),
    .testTarget(name: "CompressionTests", dependencies: ["Bytes", "Compression"]),
    .testTarget(name: "RecordsTests", dependencies: ["Bytes", "Records", "JSON"]),
    .testTarget(name: "YAMLTests", dependencies: ["Bytes", "YAML"]),
    .testTarget(
      name: "MetricsTests", dependencies: ["Bytes", "Records", "JSON", "Metrics"], exclude: ["Fixtures"]),
    .testTarget(name: "CorporaTests", dependencies: ["Bytes", "Records", "JSON", "Corpora"]),
    .testTarget(name: "TemplatesTests", dependencies: ["Bytes", "Records", "JSON", "Patterns", "Templates"]),
    .testTarget(
      name: "ImportsTests",
      dependencies: [
        "Bytes", "Records", "JSON", "YAML", "Corpora", "Templates", "Diversity", "Mixtures", "Imports",
      ]),
    .testTarget(
      name: "DiversityTests", dependencies: ["Bytes", "Records", "JSON", "Templates", "Diversity"],
      exclude: ["Fixtures"]),
    .testTarget(
      name: "LintTests",
      dependencies: ["Bytes", "Records", "JSON", "YAML", "Templates", "Diversity", "Lint", "Phrasebook"]),
    .testTarget(
      name: "MixturesTests",
      dependencies: ["Bytes", "Records", "Compression", "JSON", "Templates", "Diversity", "Mixtures"]),
    .testTarget(
      name: "TransformerTests",
      dependencies: ["Bytes", "Records", "JSON", "CVectorLoops", "Transformer", "Training"],
      exclude: ["Fixtures"]),
    .testTarget(
      name: "EvaluationTests",
      dependencies: [
        "Bytes", "Records", "JSON", "HTTP", "Metrics", "Transformer", "Evaluation", "FaultyServer",
      ],
      exclude: ["Fixtures"]),
    .testTarget(name: "ReportsTests", dependencies: ["Bytes", "Records", "JSON", "Reports"]),
    // The built program, run as its users run it; the structure of the sources; the documentation.
    .testTarget(
      name: "PhrasebookTests",
      dependencies: [
        "Bytes", "Records", "JSON", "Templates", "Lint", "Phrasebook", "PhrasebookCLI", "FaultyServer",
      ]),
  ],
  swiftLanguageModes: [.v6],
  cLanguageStandard: .c17,
  cxxLanguageStandard: .cxx17
)

let swiftFree: Set = ["CSIMDJSON", "CTextLoops", "CVectorLoops", "CMinHash"]
for target in package.targets where target.type != .system && !swiftFree.contains(target.name) {
  target.swiftSettings = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .treatAllWarnings(as: .error),
  ]
}
