/// A linked line for one value of the field that its branches and choices depend on: what depends on it is
/// literal now, so that nothing is left but literals and texts, one behind the other.
struct SettledLine: BitwiseCopyable {
  /// How much of a text is taken.
  enum Taking: UInt8 {
    case whole
    /// A part alone: without the blanks at both ends.
    case stripped
    /// At the start or at the end of a part, where blanks are taken away.
    case withoutLeading
    case withoutTrailing
    /// One of several literals.
    case drawn
  }

  /// A literal and a text behind it.
  struct Piece: BitwiseCopyable {
    /// `LineArena.slack` bytes may be read behind it.
    let literal: UnsafeRawBufferPointer
    /// The derivation, or the first of the literals to draw from.
    let source: Int
    /// How many literals there are to draw from.
    let choices: Int
    let taking: Taking
  }

  let pieces: UnsafeBufferPointer<Piece>
  /// What stands behind the last text.
  let last: UnsafeRawBufferPointer
}

/// Settles a linked line. The blanks at the ends of its parts are taken away here, where they are literal.
struct LineSettler {
  private enum Item {
    case literal([UInt8])
    case text(SettledLine.Taking, source: Int, choices: Int)
  }

  private let derived: DerivedTexts
  private let keys: LineKeys
  private let field: Int
  private let drawn: [UnsafeRawBufferPointer]
  private var items: [Item] = []
  /// Where the part begins whose end comes next.
  private var part = 0

  /// - Parameters:
  ///   - field: the field whose value in the current record is settled; -1 for none.
  ///   - drawn: what drawing steps choose from.
  /// - Returns: nil where the line depends on more than that.
  static func settle(
    _ line: LinkedLine, _ keys: LineKeys, field: Int, _ derived: DerivedTexts,
    _ drawn: [UnsafeRawBufferPointer], _ arena: LineArena
  ) -> SettledLine? {
    var settler = LineSettler(derived: derived, keys: keys, field: field, drawn: drawn)
    guard settler.walk(line.steps) else { return nil }
    return settler.finish(arena)
  }

  private init(derived: DerivedTexts, keys: LineKeys, field: Int, drawn: [UnsafeRawBufferPointer]) {
    self.derived = derived
    self.keys = keys
    self.field = field
    self.drawn = drawn
  }

  /// The derivation's value, where the field decides it.
  private func known(_ derivation: Int) -> DerivedTexts.Entry? {
    guard field >= 0, derived.field(of: derivation) == field else { return nil }
    return derived.entry(derivation).pointee
  }

  private mutating func walk(_ steps: UnsafeBufferPointer<LinkedLine.Step>) -> Bool {
    var place = 0
    var parts = 0
    while place < steps.count {
      switch steps[place] {
      case .literal(let bytes): append(bytes)
      case .piece(let literal, let derivation):
        append(literal)
        guard appendText(derivation, .whole) else { return false }
      case .wholePart(let literal, let derivation):
        append(literal)
        guard appendText(derivation, .stripped) else { return false }
      case .skipUnless(let derivation, let target):
        guard let value = known(derivation), value.isValid else { return false }
        if !value.truth {
          // Steps lead forward only, so that this ends.
          guard target > place else { return false }
          place = target
          continue
        }
      case .jump(let target):
        guard target > place else { return false }
        place = target
        continue
      case .draw(let first, let count): items.append(.text(.drawn, source: first, choices: count))
      case .mark: part = items.count
      case .trim: guard endPart(atStart: true) else { return false }
      case .trimEnd: guard endPart(atStart: false) else { return false }
      case .divide:
        guard endPart(atStart: true) else { return false }
        guard parts == 0 || !keys.onlyFirstTarget else { return false }
        append(parts == 0 ? keys.firstTarget : LinkedLine.nextTarget)
        parts += 1
        part = items.count
      case .finish:
        guard endPart(atStart: true) else { return false }
        append(parts == 0 ? keys.noTarget : keys.lastTarget)
      }
      place += 1
    }
    return true
  }

  private mutating func append(_ bytes: UnsafeRawBufferPointer) {
    if !bytes.isEmpty { items.append(.literal(Array(bytes))) }
  }

  private mutating func append(_ text: StaticString) {
    append(UnsafeRawBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
  }

  private mutating func appendText(_ derivation: Int, _ taking: SettledLine.Taking) -> Bool {
    guard let value = known(derivation) else {
      items.append(.text(taking, source: derivation, choices: 0))
      return true
    }
    append(taking == .stripped ? value.stripped : value.text)
    return value.isValid
  }

  // MARK: Blanks at the ends of a part

  /// Takes away the blanks at the end of the part, and at its start; false where only a rendering tells how far
  /// they reach.
  private mutating func endPart(atStart: Bool) -> Bool {
    guard !atStart || strip(leading: true) else { return false }
    return strip(leading: false)
  }

  private mutating func strip(leading: Bool) -> Bool {
    while part < items.count {
      let place = leading ? part : items.count - 1
      switch items[place] {
      case .literal(let bytes):
        let rest = bytes.withUnsafeBytes { bytes in
          let blanks = leading ? EscapedBlanks.leading(bytes) : EscapedBlanks.trailing(bytes)
          return Array(leading ? bytes.dropFirst(blanks) : bytes.dropLast(blanks))
        }
        guard rest.isEmpty else {
          items[place] = .literal(rest)
          return true
        }
        items.remove(at: place)
      case .text(.drawn, let first, let count):
        return drawn[first..<first + count].allSatisfy { text in
          !(leading ? EscapedBlanks.mayStand(atStartOf: text) : EscapedBlanks.mayStand(atEndOf: text))
            && !text.isEmpty
        }
      case .text(let taking, let source, let choices):
        let both = taking == .withoutLeading && !leading
        items[place] = .text(
          both ? .stripped : leading ? .withoutLeading : .withoutTrailing, source: source, choices: choices)
        return true
      }
    }
    return true
  }

  private func finish(_ arena: LineArena) -> SettledLine {
    var pieces: [SettledLine.Piece] = []
    var literal: [UInt8] = []
    for item in items {
      switch item {
      case .literal(let bytes): literal += bytes
      case .text(let taking, let source, let choices):
        pieces.append(
          SettledLine.Piece(
            literal: arena.literal(literal), source: source, choices: choices, taking: taking))
        literal = []
      }
    }
    return SettledLine(pieces: arena.pieces(pieces), last: arena.literal(literal))
  }
}
