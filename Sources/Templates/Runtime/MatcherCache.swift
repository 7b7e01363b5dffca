import Bytes
import Patterns

/// Compiled patterns by their source; templates name few, and the same ones for every record.
final class MatcherCache {
  private var matchers: [String: Matcher] = [:]

  func matcher(_ source: String) throws(Diagnostic) -> Matcher {
    if let known = matchers[source] { return known }
    let made = try Matcher(Pattern(source))
    if matchers.count >= 64 { matchers.removeAll() }
    matchers[source] = made
    return made
  }
}
