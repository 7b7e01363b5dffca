import Bytes
import Patterns

/// `urlize`: addresses in a text become links (jinja2.utils.urlize).
extension Machine {
  private static let address =
    #"(?i)^((https?://|www\.)(([\w%-]+\.)+)?([a-z]{2,63}|xn--[\w%]{2,59})"#
    + #"|([\w%-]{2,63}\.)+(com|net|int|edu|gov|org|info|mil)"#
    + #"|(https?://)((([\d]{1,3})(\.[\d]{1,3}){3})|(\[([\da-f]{0,4}:){2}([\da-f]{0,4}:?){1,6}\])))"#
    + #"(?::[\d]{1,5})?(?:[/?#]\S*)?$"#
  private static let mail = #"^\S+@\w[\w.-]*\.\w+$"#

  private struct LinkStyle {
    var limit: Int?
    var attributes = ""
    var schemes: [String] = []
  }

  func linked(_ value: Datum, _ a: BoundArguments) throws(RenderFailure) -> Datum {
    var style = LinkStyle()
    if !a[0].isMissing, !a[0].isNone { style.limit = try requireInteger(a[0]) }
    var relations = Set(["noopener"])
    if let given = a.given(3), try isTrue(given) {
      relations.formUnion(try string(given).string.split(separator: " ").map(String.init))
    }
    if try flag(a[1]) { relations.insert("nofollow") }
    style.attributes = " rel=\"\(try escaped(relations.sorted().joined(separator: " ")))\""
    if let target = a.given(2), try isTrue(target) {
      style.attributes += " target=\"\(try escaped(try string(target).string))\""
    }
    if !a[4].isMissing, !a[4].isNone {
      for scheme in try items(of: a[4]) {
        let name = try string(scheme)
        guard try matches(#"^([\w.+-]{2,}:(/){0,2})$"#, name.string) else {
          throw runtimeError(
            "FilterArgumentError", "\(try representation(scheme).string) is not a valid URI scheme prefix.")
        }
        style.schemes.append(name.string)
      }
    }
    let source = try escape(value)
    guard let text = source.asText else { return value }
    var result = ""
    for piece in pieces(text) {
      let word = piece.string
      result += piece.scalars.allSatisfy(\.isPythonSpace) ? word : try linked(word: word, style)
    }
    let made = try region.text(result)
    return autoescape ? .markup(made) : .text(made)
  }

  private func escaped(_ text: String) throws(RenderFailure) -> String {
    try escaped(try region.text(text)).string
  }

  /// Words and the blanks between them.
  private func pieces(_ text: Text) -> [Text] {
    var pieces: [Text] = []
    var start = 0
    var offset = 0
    var wasSpace: Bool?
    while offset < text.count {
      let (scalar, size) = text.scalar(at: offset)
      if let before = wasSpace, before != scalar.isPythonSpace {
        pieces.append(text[start..<offset])
        start = offset
      }
      wasSpace = scalar.isPythonSpace
      offset += size
    }
    if start < text.count { pieces.append(text[start..<text.count]) }
    return pieces
  }

  private func matches(_ pattern: String, _ text: String) throws(RenderFailure) -> Bool {
    do {
      let matcher = try matchers.matcher(pattern)
      return try Array(text.utf8).withUnsafeBytes { try matcher.match(in: $0) }
    } catch {
      throw runtimeError("error", "\(error)")
    }
  }

  private func linked(word: String, _ style: LinkStyle) throws(RenderFailure) -> String {
    var head = ""
    var middle = Substring(word)
    var tail = ""
    while let open = ["(", "<", "&lt;"].first(where: { middle.hasPrefix($0) }) {
      head += open
      middle = middle.dropFirst(open.count)
    }
    while let close = [")", ">", ".", ",", "\n", "&gt;"].first(where: { middle.hasSuffix($0) }) {
      tail = close + tail
      middle = middle.dropLast(close.count)
    }
    for (open, close) in [("(", ")"), ("<", ">"), ("&lt;", "&gt;")] {
      let opened = count(open, in: middle)
      guard opened > count(close, in: middle) else { continue }
      for _ in 0..<min(opened, count(close, in: Substring(tail))) {
        guard let range = find(close, in: tail) else { break }
        middle = Substring(String(middle) + tail[..<range.upperBound])
        tail = String(tail[range.upperBound...])
      }
    }
    let inner = String(middle)
    return head + (try link(inner, style)) + tail
  }

  private func link(_ middle: String, _ style: LinkStyle) throws(RenderFailure) -> String {
    func trimmed(_ text: String) -> String {
      guard let limit = style.limit, text.unicodeScalars.count > limit else { return text }
      var view = String.UnicodeScalarView()
      view.append(contentsOf: text.unicodeScalars.prefix(max(0, limit)))
      return String(view) + "..."
    }
    if try matches(Self.address, middle) {
      let target = middle.hasPrefix("https://") || middle.hasPrefix("http://") ? middle : "https://" + middle
      return "<a href=\"\(target)\"\(style.attributes)>\(trimmed(middle))</a>"
    }
    if middle.hasPrefix("mailto:"), try matches(Self.mail, String(middle.dropFirst(7))) {
      return "<a href=\"\(middle)\">\(middle.dropFirst(7))</a>"
    }
    if middle.contains("@"), !middle.hasPrefix("www."), !middle.hasPrefix("@"), !middle.contains(":"),
      try matches(Self.mail, middle)
    {
      return "<a href=\"mailto:\(middle)\">\(middle)</a>"
    }
    for scheme in style.schemes where middle != scheme && middle.hasPrefix(scheme) {
      return "<a href=\"\(middle)\"\(style.attributes)>\(middle)</a>"
    }
    return middle
  }

  private func count(_ needle: String, in text: Substring) -> Int {
    var count = 0
    var rest = text[...]
    while let range = find(needle, in: rest) {
      count += 1
      rest = rest[range.upperBound...]
    }
    return count
  }

  private func find<Text: StringProtocol>(_ needle: String, in text: Text) -> Range<Text.Index>? {
    var start = text.startIndex
    while start < text.endIndex {
      if text[start...].hasPrefix(needle) {
        return start..<text.index(start, offsetBy: needle.count)
      }
      start = text.index(after: start)
    }
    return nil
  }
}
