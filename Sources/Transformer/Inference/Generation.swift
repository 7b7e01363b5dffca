import Bytes
import CVectorLoops

/// Generation: prompts as a tree of tokens, each computed once, then one row a text and step against stored keys;
/// texts that have ended make room for those that wait.
struct Generation {
  private let model: LanguageModel
  private let requests: [GenerationRequest]
  private let prompts: [[Int32]]
  private let store: KeyValueCache
  private let threads: Int
  /// Texts that are written side by side, and rows of a pass over prompts. Fixed, so that the last bits depend on
  /// the requests alone.
  private static let together = 32
  private static let passRows = 1_024
  /// Bytes of keys and values of the texts side by side, unless a single one needs more.
  private static let mostBytes = 1 << 30
  /// Fewer tokens are not worth sharing.
  private static let leastShared = 32

  private let tree: PrefixTree

  init(_ model: LanguageModel, _ requests: [GenerationRequest], threads: Int) {
    self.model = model
    self.requests = requests
    self.threads = max(1, threads)
    var encoder = RequestEncoder(model)
    prompts = requests.map { encoder.prompt($0).tokens }
    let context = model.configuration.contextLength
    let longest = zip(prompts, requests).map { min(context, $0.count + max(0, $1.maximumTokens)) }.max() ?? 1
    let fitting = Self.mostBytes / max(1, longest * StepMemory.rowBytes(model.configuration))
    var tree = PrefixTree(rows: Self.passRows, ends: max(1, min(Self.together / 2, fitting)))
    for (text, shared) in PrefixTree.order(prompts) {
      // A text's last token is computed where it ends: its logits are wanted there.
      tree.add(text, prompts[text], shared: min(shared, prompts[text].count - 1))
    }
    tree.finish()
    self.tree = tree
    store = KeyValueCache(model.configuration, capacity: tree.storedRows)
  }

  func run() throws -> [GeneratedText] {
    let team = StepTeam(threads: threads)
    let step = StepPass(model.weights, model.stepWeights, team)
    let pass = TransformerPass(model.weights, precision: model.productPrecision, threads: threads)
    var results = [GeneratedText?](repeating: nil, count: requests.count)
    var active: [StepText] = []
    var waiting = tree.passes[...]
    var shared: Shared?
    /// Takes out the texts that have come to their end.
    func sortOut() {
      for text in active where text.count >= model.configuration.contextLength { text.written.cutOff() }
      for text in active where text.written.ending != nil { results[text.request] = text.written.text }
      active.removeAll { $0.written.ending != nil }
    }
    while true {
      while let next = waiting.first, hasRoom(for: next, beside: active) {
        waiting.removeFirst()
        active += try begin(next, &shared, pass, step)
        sortOut()
      }
      guard !active.isEmpty else { break }
      step.run(active)
      sortOut()
    }
    return results.map { $0 ?? GeneratedText(text: "", tokens: 0, ending: .length) }
  }

  private func hasRoom(for pass: PrefixTree.Pass, beside active: [StepText]) -> Bool {
    guard !active.isEmpty else { return true }
    let rows =
      active.reduce(0) { $0 + $1.own.capacity } + pass.ends.reduce(0) { $0 + capacity($1.text) + 16 }
    return active.count + pass.ends.count <= Self.together
      && rows * StepMemory.rowBytes(model.configuration) <= Self.mostBytes
  }

  private func capacity(_ text: Int) -> Int {
    min(model.configuration.contextLength, prompts[text].count + max(0, requests[text].maximumTokens))
  }

  /// The beginning that neighbouring texts have in common.
  private struct Shared {
    var tokens: ArraySlice<Int32>
    var memory: StepMemory
  }

  /// Computes a pass over prompts; gives the texts that end in it, each with its first token taken.
  private func begin(
    _ planned: PrefixTree.Pass, _ shared: inout Shared?, _ pass: TransformerPass, _ step: StepPass
  ) throws -> [StepText] {
    var copies: [KeyStore.Copy] = []
    let count = sharedCount(planned.ends.map(\.text), known: &shared)
    if count > 0, shared == nil, let first = planned.ends.first {
      let memory = StepMemory(model.configuration, capacity: count)
      memory.count = count
      copies += Self.copies(of: first.path, from: 0, to: count, into: memory)
      shared = Shared(tokens: prompts[first.text][..<count], memory: memory)
    }
    var batch = planned.batch
    let texts = planned.ends.map { end in
      let memory = StepMemory(model.configuration, capacity: capacity(end.text) - count)
      memory.count = prompts[end.text].count - count
      copies += Self.copies(of: end.path, from: count, to: prompts[end.text].count, into: memory)
      if let last = end.path.last { batch.predict(last.start + last.count - 1) }
      return StepText(
        end.text, requests[end.text], model.tokenizer, shared: count > 0 ? shared?.memory : nil, own: memory)
    }
    let keys = KeyStore(path: store, moves: planned.moves, copies: copies)
    try pass.logits(batch, keys: keys) { logits, rows in step.choose(Array(texts[rows]), logits) }
    return texts
  }

  /// How many tokens the texts of a pass share with each other, and with those before where that is as good.
  private func sharedCount(_ texts: [Int], known: inout Shared?) -> Int {
    guard let first = texts.first else { return 0 }
    var count = texts.reduce(prompts[first].count) { min($0, prompts[$1].count - 1) }
    for text in texts.dropFirst() { count = min(count, PrefixTree.shared(prompts[first], prompts[text])) }
    if let before = known {
      let isFront = texts.allSatisfy {
        prompts[$0].count > before.tokens.count && prompts[$0].starts(with: before.tokens)
      }
      if isFront, before.tokens.count * 2 >= count || texts.count == 1 { return before.tokens.count }
    }
    known = nil
    return texts.count > 1 && count >= Self.leastShared ? count : 0
  }

  /// What of a path's rows stands at the places from `from` to `to`.
  private static func copies(
    of path: [TokenBatch.Run], from: Int, to: Int, into memory: StepMemory
  ) -> [KeyStore.Copy] {
    var copies: [KeyStore.Copy] = []
    var depth = 0
    for run in path {
      let (start, end) = (max(from, depth), min(to, depth + run.count))
      if start < end {
        let rows = TokenBatch.Run(
          start: run.start + start - depth, count: end - start, isStored: run.isStored)
        copies.append(KeyStore.Copy(rows: rows, to: memory, place: start - from))
      }
      depth += run.count
    }
    return copies
  }
}
