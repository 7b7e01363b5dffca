package import Bytes

/// What a rule found at a place.
package struct Finding: Sendable, Hashable {
  package var rule: Rule
  /// Message, place and line; its severity is the rule's.
  package var diagnostic: Diagnostic
  /// The template's name; nil for what concerns a file or a task.
  package var template: String?
  package var fix: Fix?

  /// A change to the file that mends the finding.
  package struct Fix: Sendable, Hashable {
    /// Bytes of the file, and what stands there instead.
    package var range: Range<Int>
    package var replacement: [UInt8]

    package init(_ range: Range<Int>, _ replacement: String) {
      self.range = range
      self.replacement = Array(replacement.utf8)
    }
  }

  package var path: String { diagnostic.location?.path ?? "" }
}

/// Findings as rules add them.
package struct FindingList: Sendable {
  package private(set) var all: [Finding] = []

  package init() {}

  package mutating func add(
    _ rule: Rule, _ diagnostic: Diagnostic, template: String? = nil, fix: Finding.Fix? = nil
  ) {
    var diagnostic = diagnostic
    diagnostic.severity = rule.severity
    diagnostic.cause = .finding
    all.append(Finding(rule: rule, diagnostic: diagnostic, template: template, fix: fix))
  }

  package mutating func add(_ findings: [Finding]) { all += findings }

  /// In the order of files, lines and codes; variants of one template that have the same fault at the same
  /// place tell it once.
  package var sorted: [Finding] {
    struct Place: Hashable {
      var code: String
      var location: SourceLocation?
      var message: String
    }
    var met: Set<Place> = []
    let once = all.filter {
      met.insert(Place(code: $0.rule.code, location: $0.diagnostic.location, message: $0.diagnostic.message))
        .inserted
    }
    return once.enumerated().sorted { a, b in
      let (x, y) = (a.element.diagnostic.location, b.element.diagnostic.location)
      let (p, q) = (x?.path ?? "", y?.path ?? "")
      if !p.utf8.elementsEqual(q.utf8) { return p.utf8.lexicographicallyPrecedes(q.utf8) }
      return (x?.line ?? 0, x?.column ?? 0, a.element.rule.code, a.offset) < (
        y?.line ?? 0, y?.column ?? 0, b.element.rule.code, b.offset
      )
    }.map(\.element)
  }
}
