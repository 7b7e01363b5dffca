import Bytes
import Patterns

/// `wordwrap`, which is Python's `textwrap` line by line.
extension Machine {
  /// What a line may be broken between (textwrap.TextWrapper.wordsep_re).
  private static let wordSeparator =
    #"([\t\n\x0b\x0c\r ]+|(?<=[\w!"'&.,?])-{2,}(?=\w)|[^\t\n\x0b\x0c\r ]+?(?:-(?:(?<=[^\d\W]{2}-)|(?<=[^\d\W]-[^\d\W]-))"#
    + #"(?=[^\d\W]-?[^\d\W])|(?=[\t\n\x0b\x0c\r ]|\Z)|(?<=[\w!"'&.,?])(?=-{2,}\w)))"#
  private static let blanks = #"([\t\n\x0b\x0c\r ]+)"#

  func wordWrapped(_ value: Datum, _ a: BoundArguments) throws(RenderFailure) -> Datum {
    let width = try integer(a[0], default: 79)
    let breaksLong = try flag(a[1], default: true)
    let separator = a[2].isMissing || a[2].isNone ? Text("\n") : try requireText(a[2], "wrapstring")
    let breaksAtHyphens = try flag(a[3], default: true)
    if case .undefined(let note) = value { throw undefinedFailure(note.box) }
    guard let text = value.asText else {
      throw runtimeError("AttributeError", "'\(value.typeName)' object has no attribute 'splitlines'")
    }
    var wrapped: [Text] = []
    for line in lines(text) {
      guard width > 0 else { throw valueError("invalid width \(width) (must be > 0)") }
      let chunks = try chunks(line, Self.pattern(breaksAtHyphens))
      let made = wrap(chunks, width: width, breaksLong: breaksLong, breaksAtHyphens: breaksAtHyphens)
      // A line that wraps to nothing stays an empty line.
      if made.isEmpty { wrapped.append(.empty) }
      for line in made { wrapped.append(try concatenated(line)) }
    }
    let result = try region.build { (buffer) throws(RenderFailure) in
      for (place, line) in wrapped.enumerated() {
        if place > 0 { buffer.append(separator.raw) }
        buffer.append(line.raw)
        try checkSize(buffer.count)
      }
    }
    return .text(result)
  }

  private static func pattern(_ breaksAtHyphens: Bool) -> String { breaksAtHyphens ? wordSeparator : blanks }

  private func concatenated(_ parts: [Text]) throws(RenderFailure) -> Text {
    try region.build { buffer in for part in parts { buffer.append(part.raw) } }
  }

  /// The pieces between which a line may be broken.
  private func chunks(_ line: Text, _ pattern: String) throws(RenderFailure) -> [Text] {
    do {
      let matcher = try matchers.matcher(pattern)
      var chunks: [Text] = []
      var start = 0
      while start < line.count, try matcher.match(in: line.raw, from: start), let match = matcher.range(of: 0)
      {
        if match.lowerBound > start { chunks.append(line[start..<match.lowerBound]) }
        if !match.isEmpty { chunks.append(line[match]) }
        start = max(match.upperBound, start + 1)
      }
      if start < line.count { chunks.append(line[start..<line.count]) }
      return chunks
    } catch {
      throw runtimeError("error", "\(error)")
    }
  }

  private func isBlank(_ text: Text) -> Bool { text.scalars.allSatisfy(\.isPythonSpace) }

  private func wrap(
    _ chunks: [Text], width: Int, breaksLong: Bool, breaksAtHyphens: Bool
  ) -> [[Text]] {
    var rest = Array(chunks.reversed())
    var lines: [[Text]] = []
    while let next = rest.last {
      if isBlank(next), !lines.isEmpty { rest.removeLast() }
      var line: [Text] = []
      var length = 0
      while let chunk = rest.last, length + chunk.scalarCount <= width {
        line.append(chunk)
        length += chunk.scalarCount
        rest.removeLast()
      }
      if let long = rest.last, long.scalarCount > width {
        if breaksLong {
          let end = breakPlace(long, room: width - length, atHyphen: breaksAtHyphens)
          line.append(long[0..<end])
          rest[rest.count - 1] = long[end..<long.count]
        } else if line.isEmpty {
          line.append(long)
          rest.removeLast()
        }
      }
      if let last = line.last, isBlank(last) { line.removeLast() }
      if !line.isEmpty { lines.append(line) }
    }
    return lines
  }

  /// Where a word too long for a line is broken: after its last hyphen that fits, else where the line ends.
  private func breakPlace(_ word: Text, room: Int, atHyphen: Bool) -> Int {
    let end = word.offset(ofScalar: room)
    guard atHyphen, word.scalarCount > room else { return end }
    guard let hyphen = word.findLast(Text("-"), before: end), hyphen > 0,
      word[0..<hyphen].bytes.contains(where: { $0 != UInt8(ascii: "-") })
    else { return end }
    return hyphen + 1
  }
}
