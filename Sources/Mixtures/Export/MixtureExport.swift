import Bytes
import Glibc
import JSON
import Records
import Synchronization

/// Writes a built mixture in another form, file by file, into a folder that appears whole or not at all.
public struct MixtureExport: Sendable {
  /// What a format may need besides the examples. Each is asked for once a thread.
  public struct Options: Sendable {
    /// Makes the function that turns an example into tokens.
    public var tokens: (@Sendable () -> (_ input: String, _ target: String) throws -> [Int32])?
    /// How many tokens there are.
    public var vocabulary = 0
    /// Makes the function that puts an example into a chat model's words.
    public var chat: (@Sendable () -> (_ input: String, _ target: String) throws -> String)?

    public init() {}
  }

  private let mixture: WrittenMixture
  private let format: ExportFormat
  private let options: Options

  /// - Throws: a `Diagnostic` for a folder that is not complete.
  public init(_ folder: String, format: ExportFormat, options: Options = Options()) throws {
    mixture = try WrittenMixture(folder)
    self.format = format
    self.options = options
    if format.needsTokenizer, options.tokens == nil {
      throw Diagnostic("the format '\(format.rawValue)' holds tokens; name a tokenizer with --tokenizer")
    }
  }

  /// What an export wrote.
  public struct Summary: Sendable {
    public var files: Int
    public var examples: Int
    public var bytes: Int
  }

  /// Writes all files and, last, `export.json`, which names them with their SHA-256.
  ///
  /// - Parameters:
  ///   - folder: replaced when the new one is whole.
  ///   - threads: how many files are written at once.
  ///   - progress: called from any thread with the files done and the number of all.
  /// - Throws: the first failure in the order of the files; then the folder is as it was.
  public func write(
    to folder: String, threads: Int = 1, progress: @escaping @Sendable (Int, Int) -> Void = { _, _ in }
  ) throws -> Summary {
    let temporary = folder + AtomicFile.temporarySuffix
    try removeTree(temporary)
    try makeFolder(temporary)
    defer { try? removeTree(temporary) }
    // An empty file is no file in some of these formats.
    let files = (mixture.shards + mixture.evaluation).filter { $0.examples > 0 && !$0.servesPrompts }
    let state = Mutex((next: 0, done: 0, results: [Int: Result<[ExportedFile], any Error>]()))
    let workers = try WorkerThreads(min(threads, max(1, files.count))) {
      while true {
        let number = state.withLock { state in
          state.next += 1
          return state.next - 1
        }
        guard number < files.count else { return }
        let result = Result { try export(files[number], into: temporary) }
        let done = state.withLock { state in
          state.results[number] = result
          state.done += 1
          // What comes after a failure is of no use.
          if case .failure = result { state.next = files.count }
          return state.done
        }
        progress(done, files.count)
      }
    }
    workers.join()
    let results = state.withLock { state in files.indices.compactMap { state.results[$0] } }
    let written = try results.flatMap { try $0.get() }
    try note(written, in: temporary)
    try removeTree(folder)
    guard rename(temporary, folder) == 0 else { throw Diagnostic.system("write", folder, errno: errno) }
    return Summary(
      files: written.count, examples: written.reduce(0) { $0 + $1.examples },
      bytes: written.reduce(0) { $0 + $1.bytes })
  }

  private func export(_ file: WrittenFile, into folder: String) throws -> [ExportedFile] {
    let source = mixture.folder + "/" + file.path
    if let problem = file.problem(in: mixture.folder) {
      throw Diagnostic("\(problem); build the mixture again")
    }
    if format == .parquet {
      return try ParquetExport.convert(
        source, to: name(file, ".parquet"), in: folder, examples: file.examples)
    }
    let sink = try sink(file, folder)
    try ExampleView.forEach(in: source) { example, _ in try sink.append(example) }
    return try sink.finish()
  }

  private func sink(_ file: WrittenFile, _ folder: String) throws -> any ExampleSink {
    func lines(_ line: @escaping (ExampleView, inout ByteBuffer) throws -> Void) throws -> any ExampleSink {
      JSONLinesSink(try SinkFile(folder, name(file, ".jsonl")), line: line)
    }
    switch format {
    case .messages: return try lines(ConversationLines.messages)
    case .sharegpt: return try lines(ConversationLines.shareGPT)
    case .alpaca: return try lines(ConversationLines.alpaca)
    case .promptCompletion: return try lines(ConversationLines.promptCompletion)
    case .text:
      guard let chat = options.chat?() else { return try lines(ConversationLines.text) }
      return try lines { example, line in
        line.append("{\"text\":" as StaticString)
        JSONText.appendString(try chat(example.input.text, example.target.text), to: &line)
        line.append("}" as StaticString)
      }
    case .tfrecord: return TFRecordSink(try SinkFile(folder, recordName(file)))
    case .webdataset: return WebDatasetSink(try SinkFile(folder, name(file, ".tar")))
    case .megatron, .tokens, .parquet:
      guard let tokens = options.tokens?() else {
        throw Diagnostic("the format '\(format.rawValue)' holds tokens; name a tokenizer with --tokenizer")
      }
      let data = try SinkFile(folder, name(file, ".bin"))
      if format == .megatron {
        return MegatronSink(
          data, index: try SinkFile(folder, name(file, ".idx")), vocabulary: options.vocabulary,
          tokens: tokens)
      }
      return FlatTokenSink(
        data, description: try SinkFile(folder, name(file, ".json")), vocabulary: options.vocabulary,
        tokens: tokens)
    }
  }

  /// `train-00000-of-00004`, `seen_templates` … with another ending.
  private func name(_ file: WrittenFile, _ ending: String) -> String { stem(file) + ending }

  private func stem(_ file: WrittenFile) -> String {
    let last = file.path.split(separator: "/").last.map(String.init) ?? file.path
    return last.split(separator: ".").first.map(String.init) ?? last
  }

  /// `train.tfrecord-00000-of-00004`, as seqio and TensorFlow Datasets call them.
  private func recordName(_ file: WrittenFile) -> String {
    let stem = stem(file)
    guard !file.isEvaluation, let dash = stem.firstIndex(of: "-") else {
      return stem + ".tfrecord-00000-of-00001"
    }
    return stem[..<dash] + ".tfrecord" + stem[dash...]
  }

  private func note(_ files: [ExportedFile], in folder: String) throws {
    let list = files.map { file -> Value in
      .dictionary(
        ValueDictionary([
          ("path", .string(file.path)), ("sha256", .string(file.sha256)),
          ("examples", .integer(Int64(file.examples))), ("bytes", .integer(Int64(file.bytes))),
        ]))
    }
    var pairs = ValueDictionary()
    pairs["format_version"] = .integer(1)
    pairs["format"] = .string(format.rawValue)
    pairs["manifest_sha256"] = .string(mixture.sha256)
    pairs["files"] = .list(list)
    var file = try AtomicFile(path: folder + "/export.json")
    try file.write(JSONText.document(.dictionary(pairs)))
    _ = try file.commit()
  }
}
