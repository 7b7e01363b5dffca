package import Templates

/// What kind of instruction an input is: told from its own words.
package struct InstructionShape: Sendable, Hashable {
  /// A question mark stands in it.
  package var isQuestion = false
  /// A sentence of it begins with an instruction's verb.
  package var isCommand = false
  /// A gap is to be filled, or the text breaks off for the model to go on.
  package var isCloze = false
  /// Two lines at least begin with a speaker's name and a colon.
  package var isDialogue = false
  /// The first verb that a sentence begins with, and the word that it is about.
  package var verb: String?
  package var object: String?
  /// Words before the first field as a share of all words, from 0 (the field comes first) to 1; nil without
  /// fields.
  package var fieldPosition: Double?
  /// Words of the input, each field one.
  package var length = 0

  package init(_ source: TemplateSource) { self.init(input: outline(of: source.jinja)) }

  /// - Parameter segments: of a template; what stands behind the first `|||` plays no part.
  package init(input segments: [OutlineSegment]) {
    var text = ""
    var words = TemplateWords()
    reading: for segment in segments {
      switch segment {
      case .expression:
        text += TemplateWords.placeholder
        words.appendExpression()
      case .text(let piece):
        let divider = piece.utf8.firstRange(of: "|||".utf8)
        let kept = divider.map { String(piece[..<$0.lowerBound]) } ?? piece
        text += kept
        words.append(text: kept)
        if divider != nil { break reading }
      }
    }
    read(text)
    length = words.words.count
    let own = words.words.count { $0 != TemplateWords.placeholder }
    if let first = words.words.firstIndex(of: TemplateWords.placeholder), own > 0 {
      fieldPosition = Double(first) / Double(own)
    }
  }

  private mutating func read(_ text: String) {
    isQuestion = text.contains { $0 == "?" || $0 == "？" || $0 == "؟" }
    let lower = text.lowercased()
    let gaps = ["___", "[mask]", "<mask>", "fill in the", "[blank]", "(blank)", "…", "..."]
    isCloze = gaps.contains { lower.contains($0) } || Self.breaksOff(text)
    var speaking = 0
    for line in text.split(whereSeparator: \.isNewline) {
      let head = line.prefix { $0 != ":" }
      let name = head.lowercased().filter { $0.isLetter || $0 == " " }.split(separator: " ")
      if head.count < line.count, (1...2).contains(name.count),
        InstructionWords.speakers.contains(String(name[0]))
      {
        speaking += 1
      }
    }
    isDialogue = speaking >= 2
    readVerb(lower)
  }

  private mutating func readVerb(_ lower: String) {
    for sentence in lower.split(whereSeparator: { ".?!:;\n\"".contains($0) }) {
      let words = sentence.split { !$0.isLetter && $0 != "'" }.map(String.init)
      let start = words.first.map { ["please", "now", "then", "and", "first"].contains($0) ? 1 : 0 } ?? 0
      guard words.indices.contains(start), InstructionWords.verbs.contains(words[start]) else { continue }
      isCommand = true
      verb = words[start]
      object = words[(start + 1)...].first { !InstructionWords.skipped.contains($0) }
      return
    }
  }

  /// Whether the last line is words without an end: `The answer is`.
  private static func breaksOff(_ text: String) -> Bool {
    guard
      let line = text.split(whereSeparator: \.isNewline).last(where: { $0.contains { !$0.isWhitespace } }),
      !line.hasSuffix(TemplateWords.placeholder)
    else { return false }
    let rest = line.reversed().drop { $0.isWhitespace || $0 == "\"" || $0 == "'" }
    guard let last = rest.first, last.isLetter || last == "," else { return false }
    return line.split(separator: " ").count >= 3
  }
}
