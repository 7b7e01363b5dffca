import Bytes
import Compression

/// Writes the files of a mixture: chunks of examples are rendered on several threads and written in order,
/// so that the bytes do not depend on the threads.
struct ExampleFileWriter: Sendable {
  private let plan: MixturePlan
  private let folder: String
  private let files: [ExampleFile]
  /// The number of each file's first chunk, and after the last the number of all.
  private let firstChunks: [Int]
  private static let examplesPerChunk = 2_048

  /// - Parameter files: which to write, in this order.
  init(_ plan: MixturePlan, files: [ExampleFile], folder: String) {
    self.plan = plan
    self.folder = folder
    self.files = files
    firstChunks = files.reduce(into: [0]) { starts, file in
      let chunks = (file.range.count + Self.examplesPerChunk - 1) / Self.examplesPerChunk
      starts.append((starts.last ?? 0) + chunks)
    }
  }

  private var chunkCount: Int { firstChunks.last ?? 0 }

  /// Writes all files.
  ///
  /// - Parameter finished: told of each file when it is in its place.
  /// - Throws: the first failure in the order of the files and their examples, whatever the threads.
  func write(
    threads: Int, progress: (BuildProgress) -> Void, finished: (WrittenFile) throws(Diagnostic) -> Void
  ) throws(Diagnostic) {
    guard threads > 1 else {
      var renderer = ExampleLineRenderer(plan)
      let text = TextChunk()
      return try writeFiles(progress, finished) { (number, write) throws(Diagnostic) in
        text.bytes.removeAll()
        try render(number, &renderer, into: text)
        try write(text)
      }
    }
    let queue = ChunkQueue(count: chunkCount, window: 4 * threads)
    let workers = try WorkerThreads(min(threads, max(1, chunkCount))) { work(on: queue) }
    var failure: Diagnostic?
    do throws(Diagnostic) {
      try writeFiles(progress, finished) { (_, write) throws(Diagnostic) in
        let text = try queue.take().get()
        try write(text)
        queue.recycle(text)
      }
    } catch {
      failure = error
    }
    queue.stop()
    workers.join()
    if let failure { throw failure }
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
    _ progress: (BuildProgress) -> Void, _ finished: (WrittenFile) throws(Diagnostic) -> Void,
    _ chunk: (Int, (TextChunk) throws(Diagnostic) -> Void) throws(Diagnostic) -> Void
  ) throws(Diagnostic) {
    var state = BuildProgress(examples: 0, total: files.reduce(0) { $0 + $1.range.count })
    for (place, file) in files.enumerated() {
      var output = try CompressedFile(
        path: folder + "/" + file.path, compression: file.isEvaluation ? nil : plan.settings.compression)
      var lines = 0
      for number in firstChunks[place]..<firstChunks[place + 1] {
        try chunk(number) { (text) throws(Diagnostic) in
          lines += text.ranges.count { !$0.isEmpty }
          try text.bytes.withBytes { (bytes) throws(Diagnostic) in try output.write(bytes) }
        }
        state.examples += examples(of: number, in: place).count
        progress(state)
      }
      let summary = try output.commit()
      try finished(
        WrittenFile(
          path: file.path, sha256: summary.sha256, examples: lines, bytes: summary.bytes,
          isEvaluation: file.isEvaluation))
    }
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
    let range = examples(of: number, in: low)
    var planned: [PlannedExample] = []
    planned.reserveCapacity(range.count)
    files[low].forEach(in: range, of: plan) { example, _ in planned.append(example) }
    text.touched = renderer.touch(planned)
    // Template by template, so that what a template needs stays near; then in order.
    let order = planned.indices.sorted {
      let (a, b) = (planned[$0], planned[$1])
      return (a.task, a.template, $0) < (b.task, b.template, $1)
    }
    text.ranges.removeAll(keepingCapacity: true)
    text.ranges.append(contentsOf: repeatElement(0..<0, count: planned.count))
    text.scratch.removeAll()
    var failure: (place: Int, problem: Diagnostic)?
    for place in order where place < failure?.place ?? .max {
      let start = text.scratch.count
      do throws(Diagnostic) {
        try renderer.append(planned[place], index: range.lowerBound + place, to: &text.scratch)
      } catch {
        failure = (place, error)
      }
      text.ranges[place] = start..<text.scratch.count
    }
    if let failure { throw failure.problem }
    text.assemble()
  }

  private func examples(of chunk: Int, in file: Int) -> Range<Int> {
    let range = files[file].range
    let start = range.lowerBound + (chunk - firstChunks[file]) * Self.examplesPerChunk
    return start..<min(range.upperBound, start + Self.examplesPerChunk)
  }
}
