import Bytes

/// Files of examples as Apache Parquet, through the DuckDB program: Parquet's encodings are its work, not ours.
enum ParquetExport {
  /// Its name, looked for in `PATH`.
  private static let program = "duckdb"

  /// Turns one file of examples into one of Parquet.
  static func convert(_ source: String, to name: String, in folder: String, examples: Int) throws
    -> [ExportedFile]
  {
    let temporary = folder + "/" + name + ".duckdb" + AtomicFile.temporarySuffix
    let columns = ["input", "target", "task", "template", "record"].map { "\"\($0)\": 'VARCHAR'" }
    let lists = ["choices", "targets"].map { "\"\($0)\": 'VARCHAR[]'" }
    let shape = (columns + ["\"index\": 'BIGINT'"] + lists).joined(separator: ", ")
    // One thread, so that the bytes do not depend on how many there are; files go side by side.
    let query =
      "SET threads = 1; COPY (SELECT * FROM read_json(\(quoted(source)), format = 'newline_delimited', "
      + "maximum_object_size = 268435456, columns = {\(shape)})) TO \(quoted(temporary)) "
      + "(FORMAT parquet, COMPRESSION zstd);"
    guard let outcome = try ChildProcess.run([program, "-c", query], withErrors: true) else {
      throw Diagnostic(
        "cannot write Parquet: there is no program 'duckdb'; type 'python3 -m pip install duckdb-cli', or put "
          + "DuckDB's command line on PATH", cause: .environment)
    }
    guard outcome.status == 0, fileExists(temporary) else {
      let line = outcome.output.split(separator: "\n").first { $0.contains("Error") } ?? "it gave no reason"
      throw Diagnostic("DuckDB cannot turn '\(source)' into Parquet: \(line)", cause: .environment)
    }
    // Copied over into a file of ours: flushed, hashed and renamed.
    let file = try SinkFile(folder, name)
    var made = try ChunkedFile(path: temporary)
    while try made.next({ (bytes) throws(Diagnostic) in try file.write(bytes) }) {}
    try removeTree(temporary)
    return [try file.commit(examples: examples)]
  }

  private static func quoted(_ text: String) -> String {
    "'" + text.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "''") + "'"
  }
}
