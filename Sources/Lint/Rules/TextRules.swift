import Bytes
import Templates
import YAML

/// Rules about the letters of the text: braces, remains of line breaks, blanks.
enum TextRules {
  static func check(_ template: LintedTemplate, _ findings: inout FindingList) {
    let pieces = template.allPieces
    for (place, piece) in pieces.enumerated() {
      guard let text = piece.text else { continue }
      let bytes = Array(text.utf8)
      let followsOutput =
        place > 0 && pieces[place - 1].output != nil
        && pieces[place - 1].range.upperBound == piece.range.lowerBound
      let precedesOutput =
        place + 1 < pieces.count && pieces[place + 1].output != nil
        && pieces[place + 1].range.lowerBound == piece.range.upperBound
      strayBraces(bytes, piece, template, &findings)
      escapes(bytes, piece, template, &findings)
      letters(bytes, piece, (followsOutput, precedesOutput), template, &findings)
      lineEnds(bytes, piece, template, &findings)
    }
    blankBeforeTarget(template, &findings)
  }

  private static func isLetter(_ byte: UInt8) -> Bool { (65...90).contains(byte & 0xDF) || byte == 95 }

  /// `{word}`, and `{{` or `}}` that Jinja left as text.
  private static func strayBraces(
    _ bytes: [UInt8], _ piece: TemplateAnatomy.Piece, _ template: LintedTemplate,
    _ findings: inout FindingList
  ) {
    let (open, close) = (UInt8(ascii: "{"), UInt8(ascii: "}"))
    var place = 0
    while place < bytes.count {
      defer { place += 1 }
      let byte = bytes[place]
      guard byte == open || byte == close else { continue }
      var length = 1
      if place + 1 < bytes.count, bytes[place + 1] == byte {
        length = 2
      } else if byte == open, place + 1 < bytes.count, isLetter(bytes[place + 1]) {
        let word = bytes[(place + 1)...].prefix { isLetter($0) || (48...57).contains($0) }
        guard place + 1 + word.count < bytes.count, bytes[place + 1 + word.count] == close else { continue }
        length = word.count + 2
      } else {
        continue
      }
      let found = String(decoding: bytes[place..<place + length], as: UTF8.self)
      let message =
        length > 2
        ? "'\(found)' stands in the text as it is; write '{{ \(found.dropFirst().dropLast()) }}' for the field"
        : "'\(found)' stands in the text and belongs to no expression"
      add(.strayBrace, message, place..<place + length, piece, template, &findings)
      place += length - 1
    }
  }

  /// A backslash and an n.
  private static func escapes(
    _ bytes: [UInt8], _ piece: TemplateAnatomy.Piece, _ template: LintedTemplate,
    _ findings: inout FindingList
  ) {
    for place in bytes.indices.dropLast() where bytes[place] == UInt8(ascii: "\\") {
      guard bytes[place + 1] == UInt8(ascii: "n") else { continue }
      // A word that begins with n, as in a path, is none.
      if place + 2 < bytes.count, (97...122).contains(bytes[place + 2]) { continue }
      add(
        .strayEscape, "'\\n' stands in the text as two letters", place..<place + 2, piece, template, &findings
      )
    }
  }

  /// An n between a sentence or field and the next one, where `\n` lost its backslash.
  private static func letters(
    _ bytes: [UInt8], _ piece: TemplateAnatomy.Piece, _ around: (before: Bool, after: Bool),
    _ template: LintedTemplate, _ findings: inout FindingList
  ) {
    for place in bytes.indices where bytes[place] == UInt8(ascii: "n") {
      let before = place > 0 ? bytes[place - 1] : nil
      let after = place + 1 < bytes.count ? bytes[place + 1] : nil
      let ends = before.map { [46, 63, 33, 41, 93].contains($0) } ?? around.before
      // Words of capital letters after it, the next field, or one more n.
      let begins =
        after.map { (65...90).contains($0) || $0 == UInt8(ascii: "n") && bytes.count == 2 }
        ?? around.after
      guard ends, begins else { continue }
      add(
        .strayEscape, "an 'n' is stuck between two parts, where a line break seems meant", place..<place + 1,
        piece, template, &findings)
    }
  }

  private static func lineEnds(
    _ bytes: [UInt8], _ piece: TemplateAnatomy.Piece, _ template: LintedTemplate,
    _ findings: inout FindingList
  ) {
    var place = 0
    while place < bytes.count {
      guard bytes[place] == 32 || bytes[place] == 9 else {
        place += 1
        continue
      }
      let run = bytes[place...].prefix { $0 == 32 || $0 == 9 }.count
      let range = place..<place + run
      place += run
      guard place < bytes.count, bytes[place] == 10 else { continue }
      // At the ends of input and target blanks are dropped, line breaks and all.
      let rest = bytes[place...].allSatisfy { $0 <= 32 }
      let isEdge =
        template.divides
        && (rest && isLast(piece, template)
          || bytes[..<place].allSatisfy { $0 <= 32 } && isFirst(piece, template))
      guard !isEdge else { continue }
      add(.blankAtLineEnd, "blanks at the end of the line", range, piece, template, &findings)
    }
  }

  private static func isLast(_ piece: TemplateAnatomy.Piece, _ template: LintedTemplate) -> Bool {
    template.ways.contains { $0.input.last == piece || $0.target.last == piece }
  }

  private static func isFirst(_ piece: TemplateAnatomy.Piece, _ template: LintedTemplate) -> Bool {
    template.ways.contains { $0.input.first == piece || $0.target.first == piece }
  }

  private static func blankBeforeTarget(_ template: LintedTemplate, _ findings: inout FindingList) {
    guard template.isHarness else { return }
    for way in template.ways {
      guard let piece = way.input.last, let text = piece.text else { continue }
      let bytes = Array(text.utf8)
      let run = bytes.reversed().prefix { $0 == 32 || $0 == 9 }.count
      guard run > 0 else { continue }
      add(
        .blankBeforeTarget, "blanks at the input's end, before the target's own",
        bytes.count - run..<bytes.count,
        piece, template, &findings)
      return
    }
  }

  private static func add(
    _ rule: Rule, _ message: String, _ range: Range<Int>, _ piece: TemplateAnatomy.Piece,
    _ template: LintedTemplate, _ findings: inout FindingList
  ) {
    let low = piece.range.lowerBound
    let place = low + range.lowerBound..<low + range.upperBound
    let inFile = template.anatomy.fileRange(place)
    findings.add(
      rule, template.anatomy.place(message, place), template: template.name,
      fix: inFile.flatMap { TextFix.of(rule, $0, template) })
  }
}

/// The mechanical repairs of a text; none where the file's way of writing it makes them unsafe.
enum TextFix {
  static func of(_ rule: Rule, _ range: Range<Int>, _ template: LintedTemplate) -> Finding.Fix? {
    guard let node = template.source.jinjaNode, case .scalar(_, let style) = node.kind else { return nil }
    let file = node.fileBytes
    guard range.upperBound <= file.count else { return nil }
    switch rule {
    case .blankAtLineEnd, .blankBeforeTarget:
      // In a block, and within one line, the blanks are themselves.
      let isBlank = file[range].allSatisfy { $0 == 32 || $0 == 9 }
      return style == .literal && isBlank || style == .doubleQuoted && isBlank ? Finding.Fix(range, "") : nil
    case .strayEscape where file[range].first == UInt8(ascii: "\\"):
      // In double quotes a backslash was written as two.
      if style == .doubleQuoted, file[range].elementsEqual("\\\\n".utf8) { return Finding.Fix(range, "\\n") }
      guard style == .literal, file[range].elementsEqual("\\n".utf8) else { return nil }
      let line = file[..<range.lowerBound].lastIndex(of: 10).map { $0 + 1 } ?? 0
      let indent = blockIndent(file, node)
      guard line + indent <= range.lowerBound else { return nil }
      return Finding.Fix(range, "\n" + String(repeating: " ", count: indent))
    default: return nil
    }
  }

  /// The blanks in front of a block's first line of text.
  private static func blockIndent(_ file: [UInt8], _ node: YAMLNode) -> Int {
    var place = node.range.lowerBound
    while place < file.count, file[place] != 10 { place += 1 }
    place += 1
    while place < file.count {
      let blanks = file[place...].prefix { $0 == 32 }.count
      if place + blanks < file.count, file[place + blanks] != 10 { return blanks }
      place += blanks + 1
    }
    return 0
  }
}
