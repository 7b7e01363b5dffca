import Bytes

/// Writes the files of a mixture: chunks of examples are rendered on several threads and written in order,
/// so that the bytes do not depend on the threads.
struct ExampleFileWriter: Sendable {
  /// What was written to a file.
  struct Written: Sendable {
    var file: ExampleFile
    var summary: AtomicFile.Summary
  }

  private let plan: MixturePlan
  private let folder: String
  private let files: [ExampleFile]
  /// The number of each file's first chunk, and after the last the number of all.
  private let firstChunks: [Int]
  private static let examplesPerChunk = 512

  init(_ plan: MixturePlan, folder: String) {
    self.plan = plan
    self.folder = folder
    files = ExampleFile.all(of: plan)
    firstChunks = files.reduce(into: [0]) { starts, file in
      let chunks = (file.range.count + Self.examplesPerChunk - 1) / Self.examplesPerChunk
      starts.append((starts.last ?? 0) + chunks)
    }
  }

  private var chunkCount: Int { firstChunks.last ?? 0 }

  /// Writes all files.
  ///
  /// - Throws: the first failure in the order of the files and their examples, whatever the threads.
  func write(
    threads: Int, progress: (BuildProgress) -> Void
  ) throws(Diagnostic) -> [Written] {
    guard threads > 1 else {
      var renderer = ExampleLineRenderer(plan)
      let text = TextChunk()
      return try writeFiles(progress) { (number, write) throws(Diagnostic) in
        text.bytes.removeAll()
        try render(number, &renderer, into: text)
        try write(text)
      }
    }
    let queue = ChunkQueue(count: chunkCount, window: 4 * threads)
    let workers = try WorkerThreads(min(threads, max(1, chunkCount))) { work(on: queue) }
    let result: Result<[Written], Diagnostic>
    do throws(Diagnostic) {
      result = .success(
        try writeFiles(progress) { (_, write) throws(Diagnostic) in
          let text = try queue.take().get()
          try write(text)
          queue.recycle(text)
        })
    } catch {
      result = .failure(error)
    }
    queue.stop()
    workers.join()
    return try result.get()
  }

  private func work(on queue: ChunkQueue) {
    var renderer = ExampleLineRenderer(plan)
    while let (number, text) = queue.claim() {
      do throws(Diagnostic) {
        try render(number, &renderer, into: text)
        queue.finish(number, .success(text))
      } catch {
        queue.finish(number, .failure(error))
      }
    }
  }

  /// - Parameter chunk: makes the text of a chunk and gives it to a function that writes it.
  private func writeFiles(
    _ progress: (BuildProgress) -> Void,
    _ chunk: (Int, (TextChunk) throws(Diagnostic) -> Void) throws(Diagnostic) -> Void
  ) throws(Diagnostic) -> [Written] {
    var state = BuildProgress(examples: 0, total: files.reduce(0) { $0 + $1.range.count })
    var written: [Written] = []
    for (place, file) in files.enumerated() {
      var output = try AtomicFile(path: folder + "/" + file.path)
      for number in firstChunks[place]..<firstChunks[place + 1] {
        try chunk(number) { (text) throws(Diagnostic) in
          try text.bytes.withBytes { (bytes) throws(Diagnostic) in try output.write(bytes) }
        }
        state.examples += examples(of: number, in: place).count
        progress(state)
      }
      written.append(Written(file: file, summary: try output.commit()))
    }
    return written
  }

  private func render(
    _ number: Int, _ renderer: inout ExampleLineRenderer, into text: TextChunk
  ) throws(Diagnostic) {
    // The last file that begins at or before the chunk; files without chunks begin where the next one does.
    var (low, high) = (0, files.count - 1)
    while low < high {
      let middle = (low + high + 1) / 2
      if firstChunks[middle] <= number { low = middle } else { high = middle - 1 }
    }
    try files[low].forEach(in: examples(of: number, in: low), of: plan) {
      (example, index) throws(Diagnostic) in
      try renderer.append(example, index: index, to: &text.bytes)
    }
  }

  private func examples(of chunk: Int, in file: Int) -> Range<Int> {
    let range = files[file].range
    let start = range.lowerBound + (chunk - firstChunks[file]) * Self.examplesPerChunk
    return start..<min(range.upperBound, start + Self.examplesPerChunk)
  }
}
