import Bytes
import Dispatch
import Glibc
import JSON
import Records
import Templates

/// Renders a file of JSON lines: each thread takes the next piece of the file, renders it, and gives its lines out
/// when all pieces before have been given out. Memory holds one piece and its lines for each thread.
final class RenderLines: @unchecked Sendable {
  private let templates: LineTemplates
  private let seed: UInt64
  private let path: String
  private let sink: (UnsafeRawBufferPointer) throws -> Void
  /// Guards what follows; `turned` is signalled when it is another piece's turn.
  private var lock = pthread_mutex_t()
  private var turned = pthread_cond_t()
  private var pieces: RecordPieces
  /// The piece whose lines are given out next.
  private var turn = 0
  private var failure: (any Error)?

  /// Bytes of lines that are given out at once, where no other thread could be waiting for its turn.
  private static let block = 1 << 19

  private init(
    _ path: String, _ limit: Int, _ templates: LineTemplates, _ seed: UInt64,
    _ sink: @escaping (UnsafeRawBufferPointer) throws -> Void
  ) throws {
    pieces = try RecordPieces(path: path, limit: limit)
    self.templates = templates
    self.seed = seed
    self.sink = sink
    self.path = path
    pthread_mutex_init(&lock, nil)
    pthread_cond_init(&turned, nil)
  }

  deinit {
    pthread_mutex_destroy(&lock)
    pthread_cond_destroy(&turned)
  }

  /// Renders all records, or the first `limit`, through all templates.
  ///
  /// - Parameter sink: is given whole lines, in the order of the records, never two calls at once.
  static func render(
    _ path: String, through templates: LineTemplates, seed: UInt64, limit: Int, threads: Int,
    to sink: (UnsafeRawBufferPointer) throws -> Void
  ) throws {
    try withoutActuallyEscaping(sink) { sink in
      let lines = try RenderLines(path, limit, templates, seed, sink)
      let flushesEarly = threads == 1
      DispatchQueue.concurrentPerform(iterations: threads) { _ in lines.work(flushesEarly) }
      if let failure = lines.failure { throw failure }
    }
  }

  private func locked<Result>(_ body: () throws -> Result) rethrows -> Result {
    pthread_mutex_lock(&lock)
    defer { pthread_mutex_unlock(&lock) }
    return try body()
  }

  /// One thread's work: pieces until there are no more.
  private func work(_ flushesEarly: Bool) {
    let renderer = LineRenderer(templates, seed: seed)
    let piece = RecordPieces.Piece()
    do {
      let parser = try JSONParser()
      while try take(piece) {
        let outcome = Result {
          try render(piece, parser, renderer, flushesEarly)
        }
        try give(renderer, piece.number, outcome)
      }
    } catch {
      locked {
        failure = failure ?? error
        pthread_cond_broadcast(&turned)
      }
    }
  }

  private func take(_ piece: RecordPieces.Piece) throws -> Bool {
    try locked { try failure == nil && pieces.next(into: piece) }
  }

  private func render(
    _ piece: RecordPieces.Piece, _ parser: JSONParser, _ renderer: LineRenderer, _ flushesEarly: Bool
  ) throws {
    let fields = renderer.fields
    try piece.forEachLine { line, number in
      if let packed = parser.packed(line), fields.read(packed), !fields.layout.hasDuplicates {
        renderer.append()
      } else {
        renderer.append(try variables(line, parser, number))
      }
      if flushesEarly, renderer.count >= Self.block {
        try sink(renderer.waiting)
        renderer.removeAll()
      }
    }
  }

  /// Gives a piece's lines out when it is its turn; also those before a line that failed.
  private func give(_ renderer: LineRenderer, _ number: Int, _ outcome: Result<Void, any Error>) throws {
    let isOurs = locked {
      while turn != number, failure == nil { pthread_cond_wait(&turned, &lock) }
      return failure == nil
    }
    // Another piece before this one failed: what comes behind it is nobody's.
    guard isOurs else { return }
    if renderer.count > 0 { try sink(renderer.waiting) }
    renderer.removeAll()
    try outcome.get()
    locked {
      turn += 1
      pthread_cond_broadcast(&turned)
    }
  }

  private func variables(
    _ line: UnsafeRawBufferPointer, _ parser: JSONParser, _ number: Int
  ) throws -> ValueDictionary {
    let value = try parser.parse(line, path: path, line: number)
    guard case .dictionary(let variables) = value else {
      throw Diagnostic(
        "a record must be a JSON object, found a \(value.kind)", at: SourceLocation(path: path, line: number))
    }
    return variables
  }
}
