import Bytes
import JSON

/// A line plan with its literals escaped for JSON and joined to what stands around them in the line.
struct LinkedLine {
  enum Step {
    case literal(UnsafeRawBufferPointer)
    /// A literal, which may be empty, and a derived text behind it.
    case piece(UnsafeRawBufferPointer, derived: Int)
    /// The same with the derived text stripped: it is a part alone.
    case wholePart(UnsafeRawBufferPointer, derived: Int)
    case skipUnless(Int, Int)
    case jump(Int)
    /// One of the literals at these places of the arena's list.
    case draw(Int, count: Int)
    /// A part begins here.
    case mark
    /// Takes blanks away at the part's start and end, or at its end only.
    case trim
    case trimEnd
    /// Ends a part where only the rendering tells which it is, and begins the next.
    case divide
    /// Ends the last such part.
    case finish
  }

  let steps: UnsafeBufferPointer<Step>
  let template: UInt64

  /// What stands between two targets.
  static let nextTarget: StaticString = "\",\""
}

/// The memory of linked lines.
final class LineArena: @unchecked Sendable {
  /// Bytes that may be read behind a literal.
  static let slack = 64
  private var literals: [UnsafeMutableRawBufferPointer] = []
  private var programs: [UnsafeMutableBufferPointer<LinkedLine.Step>] = []
  private var settled: [UnsafeMutableBufferPointer<SettledLine.Piece>] = []
  /// What is drawn from.
  private(set) var drawn: [UnsafeRawBufferPointer] = []

  deinit {
    for literal in literals { literal.deallocate() }
    for program in programs { program.deallocate() }
    for pieces in settled { pieces.deallocate() }
  }

  func literal(_ bytes: [UInt8]) -> UnsafeRawBufferPointer {
    let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes.count + Self.slack, alignment: 16)
    memory.copyBytes(from: bytes)
    literals.append(memory)
    return UnsafeRawBufferPointer(rebasing: memory[..<bytes.count])
  }

  func draws(_ texts: [[UInt8]]) -> Int {
    drawn += texts.map { literal(escaped($0)) }
    return drawn.count - texts.count
  }

  func program(_ steps: [LinkedLine.Step]) -> UnsafeBufferPointer<LinkedLine.Step> {
    let memory = UnsafeMutableBufferPointer<LinkedLine.Step>.allocate(capacity: steps.count)
    _ = memory.initialize(from: steps)
    programs.append(memory)
    return UnsafeBufferPointer(memory)
  }

  func pieces(_ pieces: [SettledLine.Piece]) -> UnsafeBufferPointer<SettledLine.Piece> {
    let memory = UnsafeMutableBufferPointer<SettledLine.Piece>.allocate(capacity: pieces.count)
    _ = memory.initialize(from: pieces)
    settled.append(memory)
    return UnsafeBufferPointer(memory)
  }
}

func escaped(_ bytes: [UInt8]) -> [UInt8] {
  var buffer = ByteBuffer()
  bytes.withUnsafeBytes { JSONText.appendEscaped($0, to: &buffer) }
  return buffer.withBytes { Array($0) }
}

/// Links one template's plan.
struct LineLinker {
  private let arena: LineArena
  private let divides: Bool
  private let derivations: [Int]
  private let keys: LineKeys
  private var steps: [LinkedLine.Step] = []
  /// A literal that may still grow.
  private var pending: [UInt8] = []
  /// For each step of the plan, where it begins now.
  private var starts: [Int] = []
  private var targets: Set<Int> = []
  private var jumps: [(step: Int, target: Int)] = []

  /// - Parameter derivations: for each derivation of the plan, its place among all templates'.
  static func link(
    _ plan: LinePlan, _ template: CompiledTemplate, _ keys: LineKeys, derivations: [Int], _ arena: LineArena
  ) -> LinkedLine {
    var linker = LineLinker(plan, template, keys, derivations, arena)
    linker.link(plan, template)
    return LinkedLine(
      steps: arena.program(linker.steps), template: SeedKey(seed: 0).part(template.source.id).value)
  }

  private init(
    _ plan: LinePlan, _ template: CompiledTemplate, _ keys: LineKeys, _ derivations: [Int], _ arena: LineArena
  ) {
    self.keys = keys
    self.arena = arena
    self.derivations = derivations
    divides = template.environment.dividesOutput
    for step in plan.steps {
      switch step {
      case .skipUnless(_, let target), .jump(let target): targets.insert(target)
      default: break
      }
    }
  }

  private mutating func link(_ plan: LinePlan, _ template: CompiledTemplate) {
    var name = ByteBuffer()
    if keys.template {
      name.append("\"template\":")
      JSONText.appendString(template.source.name, to: &name)
      name.append(",")
    }
    pending = name.withBytes { Array($0) } + Array("\"input\":\"".utf8)
    if plan.dividesInBranches {
      flush()
      steps.append(.mark)
      for (place, step) in plan.steps.enumerated() { append(step, at: place) }
      flush()
      starts.append(steps.count)
      steps.append(.finish)
    } else {
      parts(plan)
    }
    if keys.choices { pending += Array(",\"choices\":".utf8) + Self.list(template.constantChoices) }
    pending += Array("}\n".utf8)
    flush()
    for (step, target) in jumps {
      switch steps[step] {
      case .skipUnless(let derived, _): steps[step] = .skipUnless(derived, starts[target])
      default: steps[step] = .jump(starts[target])
      }
    }
  }

  private static func list(_ texts: [String]?) -> [UInt8] {
    guard let texts else { return Array("null".utf8) }
    var buffer = ByteBuffer()
    for (place, text) in texts.enumerated() {
      buffer.append(UInt8(ascii: place == 0 ? "[" : ","))
      JSONText.appendString(text, to: &buffer)
    }
    buffer.append(texts.isEmpty ? "[]" : "]")
    return buffer.withBytes { Array($0) }
  }

  /// Parts whose borders are known: what stands at their ends is stripped now where it is a literal.
  private mutating func parts(_ plan: LinePlan) {
    var first = 0
    var index = 0
    while true {
      var end = first
      while end < plan.steps.count, !plan.steps[end].isDivider { end += 1 }
      let partEnd = part(plan, first..<end)
      // A branch at the part's end goes on there, before its blanks are taken away.
      starts.append(partEnd)
      guard end < plan.steps.count else { break }
      pending += Array((index == 0 ? keys.firstTarget : LinkedLine.nextTarget).description.utf8)
      index += 1
      first = end + 1
    }
    pending += Array((index == 0 ? keys.noTarget : keys.lastTarget).description.utf8)
  }

  /// Appends a part's steps; the step behind the last of them.
  private mutating func part(_ plan: LinePlan, _ range: Range<Int>) -> Int {
    var part = Array(plan.steps[range])
    guard divides else {
      for (place, step) in part.enumerated() { append(step, at: range.lowerBound + place) }
      flushBefore(range.upperBound)
      return steps.count
    }
    var (startsClean, endsClean) = (false, false)
    for place in part.indices {
      guard case .literal(let text) = part[place], !targets.contains(range.lowerBound + place) else { break }
      let rest = stripped(text, leading: true)
      part[place] = .literal(rest)
      startsClean = !rest.isEmpty
      if startsClean { break }
    }
    for place in part.indices.reversed() {
      // A jump to behind the literal comes without it.
      guard case .literal(let text) = part[place], !targets.contains(range.lowerBound + place + 1) else {
        break
      }
      let rest = stripped(text, leading: false)
      part[place] = .literal(rest)
      endsClean = !rest.isEmpty
      if endsClean { break }
    }
    if let derived = onlyDerivation(part) {
      // Nothing jumps here: a part alone has no branches.
      for step in part {
        starts.append(steps.count)
        if case .derived = step { steps.append(.wholePart(takePending(), derived: derivations[derived])) }
      }
      return steps.count
    }
    let isEmpty = part.allSatisfy {
      if case .literal(let text) = $0 { text.isEmpty } else { false }
    }
    if !startsClean, !isEmpty {
      flush()
      steps.append(.mark)
    }
    for (place, step) in part.enumerated() { append(step, at: range.lowerBound + place) }
    flushBefore(range.upperBound)
    if isEmpty || startsClean && endsClean { return steps.count }
    flush()
    defer { steps.append(startsClean ? .trimEnd : .trim) }
    return steps.count
  }

  /// The derivation that a part consists of, with nothing but empty literals beside it.
  private func onlyDerivation(_ part: [LinePlan.Step]) -> Int? {
    var only: Int?
    for step in part {
      switch step {
      case .literal(let text) where text.isEmpty: break
      case .derived(let derivation) where only == nil: only = derivation
      default: return nil
      }
    }
    return only
  }

  /// The literal before a step that takes it along.
  private mutating func takePending() -> UnsafeRawBufferPointer {
    defer { pending = [] }
    return arena.literal(pending)
  }

  private func stripped(_ text: [UInt8], leading: Bool) -> [UInt8] {
    text.withUnsafeBytes { bytes in
      Array(Text(bytes).trimmed(leading: leading, trailing: !leading) { $0.isPythonSpace }.bytes)
    }
  }

  private mutating func append(_ step: LinePlan.Step, at place: Int) {
    flushBefore(place)
    if case .literal(let text) = step {
      starts.append(steps.count)
      pending += escaped(text)
      return
    }
    if case .derived(let derivation) = step {
      starts.append(steps.count)
      return steps.append(.piece(takePending(), derived: derivations[derivation]))
    }
    flush()
    starts.append(steps.count)
    switch step {
    case .literal, .derived: break
    case .skipUnless(let derivation, let target):
      jumps.append((steps.count, target))
      steps.append(.skipUnless(derivations[derivation], 0))
    case .jump(let target):
      jumps.append((steps.count, target))
      steps.append(.jump(0))
    case .draw(let texts): steps.append(.draw(arena.draws(texts), count: texts.count))
    case .divide: steps.append(.divide)
    }
  }

  /// What a jump goes to begins a step of its own.
  private mutating func flushBefore(_ place: Int) {
    if targets.contains(place) { flush() }
  }

  private mutating func flush() {
    guard !pending.isEmpty else { return }
    steps.append(.literal(arena.literal(pending)))
    pending = []
  }
}

extension LinePlan {
  /// Whether there is never more than one target, or only the rendering tells.
  var mayHaveOneTarget: Bool { dividesInBranches || steps.count(where: \.isDivider) <= 1 }
}

extension LinePlan.Step {
  fileprivate var isDivider: Bool {
    if case .divide = self { return true }
    return false
  }
}
