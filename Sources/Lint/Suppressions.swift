import Bytes
package import YAML

/// The comments of a file that allow findings: `# phrasebook: allow PB107 reason`.
///
/// Above or beside a line of a template such a comment holds for that template, elsewhere for the whole file.
package struct Suppressions: Sendable {
  private struct Comment: Sendable {
    var code: String
    var reason: String
    /// The lines whose findings it allows.
    var lines: Range<Int>
    var diagnostic: Diagnostic
  }

  private let comments: [Comment]
  private static let mark = "phrasebook: allow"

  /// - Parameter entries: the lines of each template of the file.
  package init(_ path: String, _ bytes: [UInt8], document: YAMLNode?, entries: [Range<Int>]) {
    var comments: [Comment] = []
    let lines = bytes.split(separator: 10, omittingEmptySubsequences: false)
    guard bytes.firstRange(of: Self.mark.utf8) != nil else {
      self.comments = []
      return
    }
    for (number, line) in lines.enumerated() {
      guard let mark = line.firstRange(of: Self.mark.utf8),
        let hash = line[..<mark.lowerBound].lastIndex(of: UInt8(ascii: "#")),
        line[(hash + 1)..<mark.lowerBound].allSatisfy({ $0 == 32 }),
        document?.holdsText(at: hash) != true
      else { continue }
      let isAlone = line[..<hash].allSatisfy { $0 == 32 || $0 == 9 }
      // A comment on a line of its own speaks of the next line that says something.
      var about = number
      if isAlone {
        while about < lines.count, lines[about].isBlankOrComment { about += 1 }
      }
      let scope = entries.first { $0.contains(about + 1) } ?? 0..<Int.max
      let words = String(decoding: line[mark.upperBound...], as: UTF8.self)
      let text = String(decoding: line, as: UTF8.self)
      let column = String(decoding: line[..<hash], as: UTF8.self).unicodeScalars.count + 1
      let place = Diagnostic(
        "", at: SourceLocation(path: path, line: number + 1, column: column), excerpt: text,
        span: text.unicodeScalars.count - column + 1)
      comments += Self.read(words, scope, place)
    }
    self.comments = comments
  }

  private static func read(_ words: String, _ scope: Range<Int>, _ place: Diagnostic) -> [Comment] {
    var rest = words[...]
    var codes: [String] = []
    while true {
      rest = rest.drop { $0 == " " || $0 == "," }
      let word = rest.prefix { $0 != " " && $0 != "," && $0 != ":" }
      guard word.uppercased().hasPrefix("PB"), word.dropFirst(2).allSatisfy(\.isNumber) else { break }
      codes.append(word.uppercased())
      rest = rest[word.endIndex...]
    }
    let reason = String(rest.drop { $0 == ":" || $0 == " " }).trimmingBlanks
    let all = codes.isEmpty ? [""] : codes
    return all.map { Comment(code: $0, reason: reason, lines: scope, diagnostic: place) }
  }

  /// Takes out what is allowed, and adds what is wrong with the comments themselves.
  ///
  /// - Parameters:
  ///   - findings: those of this file.
  ///   - checked: codes of the rules that were asked; a comment for another is not called idle.
  /// - Returns: the findings that stay, and those that are allowed, with the reasons.
  package func apply(
    to findings: [Finding], checked: Set<String>
  ) -> (kept: [Finding], allowed: [(finding: Finding, reason: String)]) {
    var used: Set<Int> = []
    var kept: [Finding] = []
    var allowed: [(finding: Finding, reason: String)] = []
    for finding in findings {
      let line = finding.diagnostic.location?.line ?? 0
      let match = comments.indices.first {
        comments[$0].code == finding.rule.code && comments[$0].lines.contains(line)
          && !comments[$0].reason.isEmpty
      }
      if let match {
        used.insert(match)
        allowed.append((finding, comments[match].reason))
      } else {
        kept.append(finding)
      }
    }
    var own = FindingList()
    for (place, comment) in comments.enumerated() {
      var diagnostic = comment.diagnostic
      if Rule.of(code: comment.code) == nil {
        diagnostic.message =
          comment.code.isEmpty
          ? "the comment names no rule; expected 'phrasebook: allow PB107 reason'"
          : "there is no rule \(comment.code)"
            + suggestion(
              for: comment.code, among: Rule.all.map(\.code).filter { $0.hasPrefix(comment.code.prefix(3)) })
        own.add(.badSuppression, diagnostic)
      } else if comment.reason.isEmpty {
        diagnostic.message = "the comment allows \(comment.code) without a reason, and so allows nothing"
        own.add(.badSuppression, diagnostic)
      } else if !used.contains(place), checked.contains(comment.code) {
        diagnostic.message = "nothing here is found by \(comment.code)"
        own.add(.idleSuppression, diagnostic)
      }
    }
    return (kept + own.all, allowed)
  }
}

extension YAMLNode {
  /// Whether a byte of the file is part of a text rather than of what stands around it.
  fileprivate func holdsText(at offset: Int) -> Bool {
    switch kind {
    case .scalar: range.contains(offset)
    case .sequence(let items): items.contains { $0.holdsText(at: offset) }
    case .mapping(let pairs):
      pairs.contains { $0.key.holdsText(at: offset) || $0.value.holdsText(at: offset) }
    }
  }
}

extension ArraySlice<UInt8> {
  fileprivate var isBlankOrComment: Bool {
    let rest = drop { $0 <= 32 }
    return rest.isEmpty || rest.first == UInt8(ascii: "#")
  }
}
