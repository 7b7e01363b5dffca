import Bytes
import Glibc
import YAML

/// The `duckdb` program, which answers a query with JSON lines: for Parquet, SQLite, Postgres and whatever else
/// it reads.
enum DuckDB {
  /// Where the program may be besides `PATH`, from the folder in which Phrasebook runs.
  private static let places = [".cache/duckdb/bin/duckdb", ".cache/python/bin/duckdb"]

  /// Gives what the program answers, in pieces, to `body`.
  ///
  /// - Parameter folder: in which the program runs, so that paths in the query are the description's.
  /// - Throws: a `Diagnostic` at the source where there is no program, or with its own words where the query
  ///   fails.
  static func run(
    _ query: String, in folder: String, at node: YAMLNode?, _ body: (UnsafeRawBufferPointer) throws -> Void
  ) throws {
    let arguments = ["-init", "/dev/null", "-batch", "-bail", "-jsonlines", "-c", query]
    guard var program = try RunningProgram([found] + arguments, in: folder) else {
      var problem = Self.error(
        node,
        "the program 'duckdb' reads this source and is not found; type: python3 -m venv .cache/duckdb && "
          + ".cache/duckdb/bin/pip install duckdb-cli")
      problem.cause = .environment
      throw problem
    }
    while try program.next(body) {}
    let (status, errors) = program.finish()
    guard status != 0 || !errors.isEmpty else { return }
    throw Self.error(node, "duckdb: \(words(errors, status))")
  }

  private static func error(_ node: YAMLNode?, _ message: String) -> Diagnostic {
    node?.error(message) ?? Diagnostic(message)
  }

  /// The query that reads a Parquet file, or all that a pattern names.
  static func parquet(_ path: String) -> String {
    "SELECT * FROM read_parquet('\(path.replacing("'", with: "''"))')"
  }

  private static var found: String {
    if let named = getenv("PHRASEBOOK_DUCKDB") { return String(cString: named) }
    if RunningProgram.isThere("duckdb") { return "duckdb" }
    var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
    guard let place = places.first(where: { access($0, X_OK) == 0 }), realpath(place, &buffer) != nil else {
      return "duckdb"
    }
    return String(decoding: buffer.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
  }

  /// The program's own message, on one line.
  private static func words(_ errors: String, _ status: Int32) -> String {
    let lines = errors.split(separator: "\n").map { $0.split(separator: " ").joined(separator: " ") }
    let message = lines.filter { !$0.isEmpty && !$0.allSatisfy { $0 == "^" } }.prefix(4).joined(
      separator: "; ")
    return message.isEmpty ? "ended with status \(status)" : message
  }
}
