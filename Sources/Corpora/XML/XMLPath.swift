import Bytes

/// One step of a path: an element's name, in any namespace unless written with a prefix, or `*`.
struct XMLStep: Hashable {
  var prefix: [UInt8]?
  /// nil: any name.
  var name: [UInt8]?

  init(_ text: Substring.UTF8View) throws(Diagnostic) {
    let parts = text.split(separator: UInt8(ascii: ":"), maxSplits: 1, omittingEmptySubsequences: false)
    guard let last = parts.last, !last.isEmpty, parts.first?.isEmpty == false else {
      throw Diagnostic("a path of XML elements has an empty name")
    }
    for byte in text where byte < 33 || "[]()@=<>\"'|+,;".utf8.contains(byte) {
      throw Diagnostic(
        "'\(String(Substring(text)))' is no element's name; a path holds names only, without conditions")
    }
    name = last.elementsEqual("*".utf8) ? nil : Array(last)
    prefix = parts.count == 2 ? parts.first.map { Array($0) } : nil
  }
}

/// Where the records of an XML file are: `/a/b/c` from the root, or `//x/y` at any depth.
struct XMLRecordPath {
  var steps: [XMLStep]
  var isAnywhere: Bool

  init(_ text: String) throws(Diagnostic) {
    isAnywhere = text.hasPrefix("//")
    guard text.hasPrefix("/") else {
      throw Diagnostic(
        "the path of an XML record begins with '/' (from the root) or '//' (anywhere), found '\(text)'; "
          + "did you mean '//\(text)'?")
    }
    steps = try XMLFieldPath.steps(text.dropFirst(isAnywhere ? 2 : 1))
    guard !steps.isEmpty else { throw Diagnostic("the path of an XML record names an element at its end") }
  }
}

/// Where a value stands in an XML record: `t`, `a/b`, `@id`, `a/@id`, `text()`, `a/text()`, `.`,
/// `markup()`, `a/markup()`.
struct XMLFieldPath {
  enum Ending: Hashable {
    /// All text inside the element, that of inner elements included.
    case content
    /// The element's own text only.
    case text
    /// What stands between the element's tags, as the file has it.
    case markup
    case attribute(prefix: [UInt8]?, name: [UInt8])
  }

  var steps: [XMLStep]
  var ending: Ending

  init(_ text: String) throws(Diagnostic) {
    guard !text.hasPrefix("/") else {
      throw Diagnostic(
        "the path of a field begins in the record, not with '/', found '\(text)'; name a child, '@attribute' "
          + "or 'text()'")
    }
    var path = Substring(text)
    ending = .content
    let last = text.split(separator: "/", omittingEmptySubsequences: false).last ?? ""
    if last == "." || last == "text()" || last == "markup()" {
      ending = last == "." ? .content : last == "text()" ? .text : .markup
      path = path.dropLast(last.count)
    } else if last.hasPrefix("@") {
      let step = try XMLStep(last.dropFirst().utf8)
      guard let name = step.name else { throw Diagnostic("'\(last)' must name one attribute") }
      ending = .attribute(prefix: step.prefix, name: name)
      path = path.dropLast(last.count)
    }
    if path.hasSuffix("/") { path = path.dropLast() }
    steps = try Self.steps(path)
    if text.isEmpty {
      throw Diagnostic("the path of a field is empty; name a child, '@attribute' or 'text()'")
    }
  }

  static func steps(_ text: Substring) throws(Diagnostic) -> [XMLStep] {
    guard !text.isEmpty else { return [] }
    var steps: [XMLStep] = []
    for part in text.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false) {
      guard !part.isEmpty else {
        throw Diagnostic(
          "the path '\(text)' has an empty step; '//' may only stand at the start of 'records'")
      }
      steps.append(try XMLStep(part))
    }
    return steps
  }
}
