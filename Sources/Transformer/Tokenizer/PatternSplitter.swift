/// Splits a text into pieces as the patterns of well-known tokenizers do, written out as code: each function
/// follows its pattern's alternatives in their order.
struct PatternSplitter {
  private let reader: ScalarReader
  private let rule: PieceRule
  private var bytes: UnsafeBufferPointer<UInt8> { reader.bytes }

  private init(_ reader: ScalarReader, _ rule: PieceRule) {
    self.reader = reader
    self.rule = rule
  }

  /// Gives each piece's range of bytes, in order; together they are the whole text.
  static func split(
    _ bytes: UnsafeBufferPointer<UInt8>, _ rule: PieceRule, _ give: (Range<Int>) -> Void
  ) {
    if rule == .plain { return PieceSplitter.split(bytes, give) }
    ScalarKind.table.withUnsafeBufferPointer { table in
      let splitter = PatternSplitter(ScalarReader(bytes, table: table), rule)
      var start = 0
      while start < bytes.count {
        let end = rule.joinsLineBreaks ? splitter.laterEnd(of: start) : splitter.earlyEnd(of: start)
        give(start..<end)
        start = end
      }
    }
  }

  /// `'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+` (Radford et al. 2019); where
  /// digits stand alone, each is cut out before the pattern sees the text between them.
  private func earlyEnd(of start: Int) -> Int {
    if let end = contraction(start, anyCase: false) { return end }
    let (kind, next) = reader.kind(at: start)
    switch kind {
    case .letter, .other: return reader.run(kind, from: next)
    case .number: return rule == .smollm ? next : reader.run(.number, from: next)
    case .space: break
    }
    if bytes[start] == 32, next < bytes.count {
      let (follower, after) = reader.kind(at: next)
      if follower == .letter || follower == .other || follower == .number && rule != .smollm {
        return reader.run(follower, from: after)
      }
    }
    return blanks(start, next)
  }

  /// `(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|`
  /// `\s*[\r\n]+|\s+(?!\S)|\s+` (Llama 3; Qwen 2 has `\p{N}` without the number).
  private func laterEnd(of start: Int) -> Int {
    if let end = contraction(start, anyCase: true) { return end }
    let (kind, next) = reader.kind(at: start)
    if kind == .letter { return reader.run(.letter, from: next) }
    if kind == .number { return number(from: next) }
    if next < bytes.count, !isLineBreak(bytes[start]) {
      let (follower, after) = reader.kind(at: next)
      if follower == .letter { return reader.run(.letter, from: after) }
      if bytes[start] == 32, follower == .other { return lineBreaks(from: reader.run(.other, from: after)) }
    }
    if kind == .other { return lineBreaks(from: reader.run(.other, from: next)) }
    let end = reader.run(.space, from: next)
    if let last = bytes[start..<end].lastIndex(where: isLineBreak) { return last + 1 }
    return blanks(start, next)
  }

  private func number(from second: Int) -> Int {
    var end = second
    for _ in 1..<rule.longestNumber where end < bytes.count {
      let (kind, next) = reader.kind(at: end)
      guard kind == .number else { break }
      end = next
    }
    return end
  }

  private func isLineBreak(_ byte: UInt8) -> Bool { byte == 10 || byte == 13 }

  private func lineBreaks(from start: Int) -> Int {
    var end = start
    while end < bytes.count, isLineBreak(bytes[end]) { end += 1 }
    return end
  }

  /// `\s+(?!\S)|\s+`: all white space at the end of the text, elsewhere all but its last scalar, unless it is
  /// the only one.
  private func blanks(_ start: Int, _ second: Int) -> Int {
    var (last, end) = (start, second)
    while end < bytes.count {
      let (kind, next) = reader.kind(at: end)
      guard kind == .space else {
        if kind == .number, rule == .smollm { return end }
        return last == start ? end : last
      }
      (last, end) = (end, next)
    }
    return end
  }

  private func contraction(_ start: Int, anyCase: Bool) -> Int? {
    guard bytes[start] == UInt8(ascii: "'"), start + 1 < bytes.count else { return nil }
    func letter(_ offset: Int) -> UInt8 {
      guard start + offset < bytes.count else { return 0 }
      let byte = bytes[start + offset]
      return anyCase && byte >= 65 && byte <= 90 ? byte | 32 : byte
    }
    switch letter(1) {
    case UInt8(ascii: "s"), UInt8(ascii: "t"), UInt8(ascii: "m"), UInt8(ascii: "d"): return start + 2
    case UInt8(ascii: "r"), UInt8(ascii: "v"): return letter(2) == UInt8(ascii: "e") ? start + 3 : nil
    case UInt8(ascii: "l"): return letter(2) == UInt8(ascii: "l") ? start + 3 : nil
    // The long s (U+017F) is an s of another case.
    case 0xC5: return anyCase && letter(2) == 0xBF ? start + 3 : nil
    default: return nil
    }
  }
}
