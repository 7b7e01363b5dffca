import Bytes

/// Makes cases: each is a function of the seed, the kind and its number.
struct CaseMaker: Sendable {
  let seed: UInt64
  let seeds: SeedPool
  private let jinja: Mutator
  private let json: Mutator
  private let yaml: Mutator
  private let tables: Mutator
  private let xml: Mutator

  init(seed: UInt64, seeds: SeedPool) {
    self.seed = seed
    self.seeds = seeds
    jinja = Mutator(tokens: FuzzTokens.jinja, others: FuzzTokens.bytes(seeds.templates.map(\.jinja)))
    json = Mutator(tokens: FuzzTokens.json, others: FuzzTokens.bytes(seeds.records))
    yaml = Mutator(
      tokens: FuzzTokens.yaml,
      others: FuzzTokens.bytes(seeds.templateFiles + seeds.recipes + seeds.corpora.map(\.description)))
    tables = Mutator(tokens: FuzzTokens.tables, others: FuzzTokens.bytes(seeds.corpora.map(\.data)))
    xml = Mutator(tokens: FuzzTokens.xml, others: FuzzTokens.bytes(seeds.corpora.map(\.data)))
  }

  func make(_ kind: FuzzKind, _ number: Int) -> FuzzCase {
    var dice = Dice(SeedKey(seed: seed).part(kind.rawValue).part(UInt64(number)))
    var made: FuzzCase
    switch kind {
    case .templates: made = template(&dice)
    case .yaml: made = file(&dice)
    case .records: made = records(&dice)
    case .models: made = model(&dice)
    }
    // Now and then with the limits that users have, so that those too are reached in time.
    made["limits"] = kind != .models && dice.one(in: 50) ? Array("default".utf8) : nil
    return made
  }

  private func template(_ dice: inout Dice) -> FuzzCase {
    let seed = dice.pick(
      seeds.templates, else: SeedPool.Template(jinja: "", choices: nil, record: "{}"))
    var (text, choices, record) = (Array(seed.jinja.utf8), seed.choices.map { Array($0.utf8) }, seed.record)
    switch dice.below(5) {
    case 0, 1:
      var writer = TemplateWriter(dice)
      text = Array(writer.template().utf8)
      dice = writer.dice
      record = BuiltInTemplates.record
      if dice.one(in: 4) { text = jinja.mutated(text, &dice) }
    case 2...: text = jinja.mutated(text, &dice)
    default: break
    }
    if dice.one(in: 6) { choices = jinja.mutated(choices ?? [], &dice) }
    let line = dice.one(in: 4) ? json.mutated(Array(record.utf8), &dice) : Array(record.utf8)
    var made = FuzzCase([("template.jinja", text), ("record.json", line)])
    made["choices.jinja"] = choices
    return made
  }

  private func file(_ dice: inout Dice) -> FuzzCase {
    switch dice.below(5) {
    case 0, 1:
      let text = yaml.mutated(Array(dice.pick(seeds.templateFiles).utf8), &dice)
      return FuzzCase([("templates.yaml", text), ("record.json", Array(BuiltInTemplates.record.utf8))])
    case 2, 3:
      let corpus = dice.pick(seeds.corpora, else: SeedPool.Corpus(description: "", data: ""))
      return FuzzCase([
        ("corpus.yaml", yaml.mutated(Array(corpus.description.utf8), &dice)),
        ("data", Array(corpus.data.utf8)),
      ])
    default:
      return FuzzCase([("recipe.yaml", yaml.mutated(Array(dice.pick(seeds.recipes).utf8), &dice))])
    }
  }

  private func records(_ dice: inout Dice) -> FuzzCase {
    guard dice.one(in: 2) else {
      let corpus = dice.pick(seeds.corpora, else: SeedPool.Corpus(description: "", data: ""))
      let mutator =
        corpus.data.utf8.first == UInt8(ascii: "<")
        ? xml : corpus.description.utf8.firstRange(of: "format: json".utf8) != nil ? json : tables
      return FuzzCase([
        ("corpus.yaml", Array(corpus.description.utf8)),
        ("data", mutator.mutated(Array(corpus.data.utf8), &dice)),
      ])
    }
    let seed = dice.pick(
      seeds.templates, else: SeedPool.Template(jinja: "", choices: nil, record: "{}"))
    let record = dice.one(in: 3) ? dice.pick(seeds.records) : seed.record
    var made = FuzzCase([
      ("template.jinja", Array(seed.jinja.utf8)), ("records.jsonl", json.mutated(Array(record.utf8), &dice)),
    ])
    made["choices.jinja"] = seed.choices.map { Array($0.utf8) }
    return made
  }

  /// One file of a model changed; of those that begin with a header, mostly the header.
  private func model(_ dice: inout Dice) -> FuzzCase {
    guard !seeds.models.isEmpty else { return FuzzCase() }
    let model = seeds.models[dice.below(seeds.models.count)]
    guard !dice.one(in: 3) else {
      return FuzzCase([("model.gguf", Self.numbersChanged(model.gguf, upTo: model.gguf.count, &dice))])
    }
    var made = FuzzCase(model.folder.map { ($0.name, $0.bytes) })
    let (name, bytes) = model.folder[dice.below(model.folder.count)]
    if name == "model.safetensors" {
      let length = bytes.prefix(8).enumerated().reduce(0) { $0 + Int($1.element) << (8 * $1.offset) }
      var header = json.mutated(Array(bytes[8..<8 + length]), &dice)
      // Mostly with the length that fits, so that what the header says is looked at.
      let told = dice.one(in: 6) ? length : header.count
      header = withUnsafeBytes(of: UInt64(told).littleEndian) { Array($0) } + header
      made[name] =
        dice.one(in: 4)
        ? Self.numbersChanged(bytes, upTo: 8 + length, &dice) : header + bytes[(8 + length)...]
    } else {
      made[name] = json.mutated(bytes, &dice)
    }
    return made
  }

  /// Puts extreme little-endian numbers into places, flips bits, cuts the end.
  private static func numbersChanged(_ bytes: [UInt8], upTo end: Int, _ dice: inout Dice) -> [UInt8] {
    var bytes = bytes
    for _ in 0..<dice.size(upTo: 4) + 1 {
      let place = dice.below(max(1, end))
      switch dice.below(4) {
      case 0: bytes[place] ^= 1 << UInt8(dice.below(8))
      case 1: bytes[place] = UInt8(dice.below(256))
      default:
        let numbers: [UInt64] = [
          0, 1, 2, 31, 255, 1 << 16, 1 << 31, 1 << 32, 1 << 62, 1 << 63, .max, .max - 31,
        ]
        let width = dice.one(in: 2) ? 4 : 8
        let number = numbers[dice.below(numbers.count)]
        for offset in 0..<width where place + offset < bytes.count {
          bytes[place + offset] = UInt8(truncatingIfNeeded: number >> (8 * UInt64(offset)))
        }
      }
    }
    if dice.one(in: 5) { bytes.removeLast(min(bytes.count, dice.size(upTo: 200))) }
    return bytes
  }
}
