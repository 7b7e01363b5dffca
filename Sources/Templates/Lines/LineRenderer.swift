import Bytes
import Glibc
import JSON
public import Records

/// Renders records through all templates of a set and appends the examples as lines of JSON, in the form of
/// `phrasebook render`; one serves one thread and keeps its memory between records.
///
///     {"record":id,"template":name,"input":text,"targets":[text…],"choices":[text…] or null}
///     {"record":id,"template":name,"error":text}
///
/// without the keys that the set leaves out.
public final class LineRenderer {
  /// The record that is rendered next: the caller reads it in.
  public let fields = PackedFields()
  private let templates: LineTemplates
  private let renderers: [Renderer]
  /// The same, to be reached without counting.
  private let lent: UnsafeMutablePointer<Unmanaged<Renderer>>
  /// The templates' names as they stand in lines; the templates hold them.
  private let names: UnsafeMutablePointer<UnsafeRawBufferPointer>
  /// By template; nil where only the machine renders it.
  private let lines: UnsafeMutablePointer<LinkedLine?>
  let drawn: UnsafeMutablePointer<UnsafeRawBufferPointer>
  let derived: DerivedTexts
  private let settled: SettledLines
  private let values: SharedValues
  @exclusivity(unchecked) private var example = RenderedExample()
  private let seed: SeedKey
  /// What every line of the current record begins with.
  let opening: UnsafeMutableRawBufferPointer
  private let keys: LineKeys
  /// Bytes that one example may have.
  let outputLimit: Int
  @exclusivity(unchecked) private(set) var memory: UnsafeMutableRawPointer
  @exclusivity(unchecked) private var capacity: Int
  /// Bytes of lines that wait to be taken.
  @exclusivity(unchecked) public internal(set) var count = 0

  /// - Parameter seed: decides, with record and template, what the random filters draw.
  public init(_ templates: LineTemplates, seed: UInt64) {
    self.templates = templates
    self.seed = SeedKey(seed: seed)
    renderers = templates.templates.map { Renderer($0) }
    lent = .allocate(capacity: renderers.count)
    lent.initialize(from: renderers.map { .passUnretained($0) }, count: renderers.count)
    names = .allocate(capacity: renderers.count)
    names.initialize(from: renderers.map(\.template.quotedName), count: renderers.count)
    lines = .allocate(capacity: renderers.count)
    lines.initialize(from: templates.lines, count: renderers.count)
    drawn = .allocate(capacity: templates.drawn.count)
    drawn.initialize(from: templates.drawn, count: templates.drawn.count)
    derived = DerivedTexts(templates, fields)
    settled = SettledLines(templates, derived)
    outputLimit = templates.limits.outputBytes
    values = SharedValues(limits: templates.limits)
    keys = templates.keys
    let start = templates.keys.opening.utf8
    opening = UnsafeMutableRawBufferPointer(
      start: .allocate(byteCount: start.count + LineArena.slack, alignment: 16), count: start.count)
    opening.copyBytes(from: start)
    capacity = 1 << 17
    memory = .allocate(byteCount: capacity + LineArena.slack, alignment: 64)
  }

  deinit {
    lent.deallocate()
    names.deallocate()
    lines.deallocate()
    drawn.deallocate()
    opening.deallocate()
    memory.deallocate()
  }

  /// The lines so far; valid until the next record.
  public var waiting: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: memory, count: count) }

  /// Forgets the lines and keeps the memory.
  public func removeAll() { count = 0 }

  /// Appends a line for each template, of the record that was read into `fields`.
  public func append() {
    let id = fields.id
    let key = seed.part(id.high).part(id.low)
    setOpening(id)
    derived.begin()
    var hasValues = false
    for place in 0..<renderers.count {
      if let line = lines[place] {
        let start = count
        if let settled = settled.line(place), run(settled, line.template, key) { continue }
        count = start
        if run(line, key) { continue }
        count = start
      }
      if !hasValues {
        hasValues = true
        values.begin(fields)
      }
      lent[place]._withUnsafeGuaranteedRef { renderer in render(renderer, names[place], key) }
    }
  }

  /// Appends a line for each template.
  public func append(_ variables: ValueDictionary) {
    let id = RecordID(fields: variables.keys, values: variables.values)
    setOpening(id)
    for (place, renderer) in renderers.enumerated() {
      appendLine(names[place]) { (example) throws(RenderFailure) in
        try renderer.render(variables, key: seed.part(id.high).part(id.low), into: &example)
      }
    }
  }

  private func setOpening(_ id: RecordID) {
    guard keys.record else { return }
    setDigits(id.high, at: 11)
    setDigits(id.low, at: 27)
  }

  /// Sixteen hexadecimal digits, each byte of the word spread over two.
  private func setDigits(_ word: UInt64, at start: Int) {
    for half in 0..<2 {
      var spread = UInt64(UInt32(truncatingIfNeeded: word >> (half == 0 ? 32 : 0)))
      spread = (spread | spread << 16) & 0x0000_FFFF_0000_FFFF
      spread = (spread | spread << 8) & 0x00FF_00FF_00FF_00FF
      spread = (spread | spread << 4) & 0x0F0F_0F0F_0F0F_0F0F
      // 39 more for the digits from ten on.
      let isLetter = (spread &+ 0x0606_0606_0606_0606) >> 4 & 0x0101_0101_0101_0101
      let digits = spread &+ 0x3030_3030_3030_3030 &+ isLetter &* 39
      opening.storeBytes(of: digits.bigEndian, toByteOffset: start + 8 * half, as: UInt64.self)
    }
  }

  // MARK: Lines by the plan

  /// Appends the template's line; false where the machine has to.
  private func run(_ line: LinkedLine, _ key: SeedKey) -> Bool {
    let steps = line.steps
    let first = count
    var place = 0
    var part = first
    var parts = 0
    var draws: UInt64 = 0
    appendPadded(UnsafeRawBufferPointer(opening))
    while place < steps.count {
      switch steps[place] {
      case .literal(let bytes): appendPadded(bytes)
      case .piece(let literal, let derivation):
        appendPadded(literal)
        let entry = derived.entry(derivation)
        guard entry.pointee.isValid else { return false }
        append(entry.pointee.text)
      case .wholePart(let literal, let derivation):
        appendPadded(literal)
        let entry = derived.entry(derivation)
        guard entry.pointee.isValid else { return false }
        append(entry.pointee.stripped)
      case .skipUnless(let derivation, let target):
        let entry = derived.entry(derivation)
        guard entry.pointee.isValid else { return false }
        if !entry.pointee.truth {
          place = target
          continue
        }
      case .jump(let target):
        place = target
        continue
      case .draw(let texts, let count):
        let drawKey = key.part(line.template).part(draws)
        draws &+= 1
        appendPadded(drawn[texts + Int(drawKey.below(UInt64(count)))])
      case .mark: part = count
      case .trim: trim(from: part, atStart: true)
      case .trimEnd: trim(from: first, atStart: false)
      case .divide:
        trim(from: part, atStart: true)
        guard parts == 0 || !keys.onlyFirstTarget else { return false }
        append(parts == 0 ? keys.firstTarget : LinkedLine.nextTarget)
        parts &+= 1
        part = count
      case .finish:
        trim(from: part, atStart: true)
        append(parts == 0 ? keys.noTarget : keys.lastTarget)
      }
      place &+= 1
    }
    // Escaped the texts are no shorter: under the limit here, they are under it.
    return count - first <= outputLimit
  }

  @inline(__always)
  private func append(_ bytes: UnsafeRawBufferPointer) {
    guard let start = bytes.baseAddress else { return }
    if count &+ bytes.count > capacity { grow(bytes.count) }
    memcpy(memory + count, start, bytes.count)
    count &+= bytes.count
  }

  /// The same for bytes behind which as many as `LineArena.slack` may be read: short ones are copied in one go.
  @inline(__always)
  private func appendPadded(_ bytes: UnsafeRawBufferPointer) {
    guard let start = bytes.baseAddress else { return }
    if count &+ bytes.count > capacity { grow(bytes.count) }
    if bytes.count <= LineArena.slack {
      let block = start.loadUnaligned(as: SIMD64<UInt8>.self)
      (memory + count).storeBytes(of: block, as: SIMD64<UInt8>.self)
    } else {
      memcpy(memory + count, start, bytes.count)
    }
    count &+= bytes.count
  }

  private func append(_ literal: StaticString) {
    append(UnsafeRawBufferPointer(start: literal.utf8Start, count: literal.utf8CodeUnitCount))
  }

  /// Where the next bytes go, with room for that many.
  @inline(__always)
  func makeRoom(_ extra: Int) -> UnsafeMutableRawPointer {
    if count &+ extra > capacity { grow(extra) }
    return memory + count
  }

  var roomEnd: UnsafeMutableRawPointer { memory + capacity }

  private func grow(_ extra: Int) {
    let larger = max(capacity * 2, count + extra)
    let made = UnsafeMutableRawPointer.allocate(byteCount: larger + LineArena.slack, alignment: 64)
    made.copyMemory(from: memory, byteCount: count)
    memory.deallocate()
    memory = made
    capacity = larger
  }

  /// Takes blanks away at the ends of what was appended since `start`.
  @inline(__always)
  private func trim(from start: Int, atStart: Bool) {
    let text = UnsafeRawBufferPointer(start: memory + start, count: count &- start)
    if EscapedBlanks.mayStand(atEndOf: text) || atStart && EscapedBlanks.mayStand(atStartOf: text) {
      trimBlanks(from: start, atStart: atStart)
    }
  }

  private func trimBlanks(from start: Int, atStart: Bool) {
    count -= EscapedBlanks.trailing(UnsafeRawBufferPointer(start: memory + start, count: count - start))
    guard atStart else { return }
    let blanks = EscapedBlanks.leading(UnsafeRawBufferPointer(start: memory + start, count: count - start))
    guard blanks > 0 else { return }
    memmove(memory + start, memory + start + blanks, count - start - blanks)
    count -= blanks
  }

  // MARK: Lines by the machine

  private func render(_ renderer: Renderer, _ name: UnsafeRawBufferPointer, _ key: SeedKey) {
    appendLine(name) { (example) throws(RenderFailure) in
      try renderer.render(fields, key: key, sharing: Unmanaged.passUnretained(values), into: &example)
    }
  }

  private func appendLine(
    _ name: UnsafeRawBufferPointer, _ render: (inout RenderedExample) throws(RenderFailure) -> Void
  ) {
    append(UnsafeRawBufferPointer(opening))
    if keys.template {
      append("\"template\":")
      append(name)
      append(",")
    }
    do throws(RenderFailure) {
      try render(&example)
      append("\"input\":\"")
      appendText(example.input)
      appendTargets()
      if keys.choices {
        append(example.hasChoices ? ",\"choices\":[" : ",\"choices\":null")
        appendList(example.choices)
        if example.hasChoices { append("]") }
      }
      append("}\n")
    } catch {
      append("\"error\":")
      var text = ByteBuffer()
      JSONText.appendString(error.description, to: &text)
      text.withBytes { append($0) }
      append("}\n")
    }
  }

  private func appendTargets() {
    let count = keys.onlyFirstTarget ? min(1, example.targets.count) : example.targets.count
    for place in 0..<count {
      append(place == 0 ? keys.firstTarget : LinkedLine.nextTarget)
      appendText(example.targets[place])
    }
    append(count == 0 ? keys.noTarget : keys.lastTarget)
  }

  private func appendList(_ ranges: [Range<Int>]) {
    for place in ranges.indices {
      append(place == 0 ? "\"" : ",\"")
      appendText(ranges[place])
      append("\"")
    }
  }

  private func appendText(_ range: Range<Int>) {
    example.text.withBytes { text in
      var rest = UnsafeRawBufferPointer(rebasing: text[range])
      while !rest.isEmpty {
        // Every byte may become six.
        let piece = UnsafeRawBufferPointer(rebasing: rest.prefix(Self.escapedAtOnce))
        count += JSONText.escape(piece, to: makeRoom(6 * piece.count))
        rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(piece.count))
      }
    }
  }

  private static let escapedAtOnce = 4096
}
