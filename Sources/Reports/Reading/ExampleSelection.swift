internal import Bytes
internal import JSON
internal import Records

/// Draws examples with the model's answers: task after task, alternating between cells, within a cell by
/// the mixture's seed. Nothing about the answer has a say, so that nobody can suspect a flattering choice.
struct ExampleSelection {
  let manifest: MixtureManifest
  let count: Int

  /// Reads predictions and examples line by line; memory grows with the number of tasks only.
  func read(folder: String) throws -> [AnsweredExample] {
    var chosen = choose(try drawn(folder + "/evaluation/predictions.jsonl"))
    for cell in AnsweredExample.cells where chosen.contains(where: { $0.cell == cell }) {
      let path = "\(folder)/evaluation/\(cell).jsonl"
      guard fileExists(path) else { continue }
      try ExampleLines.read(path) { example in
        for place in chosen.indices where chosen[place].isAnswer(to: example, in: cell) {
          chosen[place].input = example.input
          chosen[place].choices = example.choices
        }
      }
    }
    return chosen
  }

  private struct Draw {
    var rank: UInt64
    var example: AnsweredExample
  }

  /// For each task of the manifest, for each cell, the answers of lowest rank, in its order.
  private func drawn(_ path: String) throws -> [[[Draw]]] {
    let parser = try JSONParser()
    let key = SeedKey(seed: manifest.seed).part("report examples")
    var draws = manifest.tasks.map { _ in AnsweredExample.cells.map { _ in [Draw]() } }
    try JSONLines.read(path) { bytes, line in
      let value = try parser.parse(bytes, path: path, line: line)
      let node = JSONNode(value, file: "\(path):\(line)", advice: "run `phrasebook evaluate` again")
      let example = try AnsweredExample(node)
      guard let task = manifest.tasks.firstIndex(where: { $0.name.utf8.elementsEqual(example.task.utf8) }),
        let cell = AnsweredExample.cells.firstIndex(of: example.cell)
      else { return }
      let rank = key.part(example.task).part(example.cell).part(example.template).part(example.record).value
      var best = draws[task][cell]
      if best.count == count, let last = best.last, rank >= last.rank { return }
      let place = best.firstIndex { $0.rank > rank } ?? best.count
      best.insert(Draw(rank: rank, example: example), at: place)
      draws[task][cell] = Array(best.prefix(count))
    }
    return draws
  }

  private func choose(_ draws: [[[Draw]]]) -> [AnsweredExample] {
    var rest = draws
    var chosen: [AnsweredExample] = []
    var round = 0
    while chosen.count < count, rest.contains(where: { $0.contains { !$0.isEmpty } }) {
      for task in rest.indices where chosen.count < count {
        let filled = rest[task].indices.filter { !rest[task][$0].isEmpty }
        guard !filled.isEmpty else { continue }
        let cell = filled[(round + task) % filled.count]
        chosen.append(rest[task][cell].removeFirst().example)
      }
      round += 1
    }
    return chosen
  }
}
