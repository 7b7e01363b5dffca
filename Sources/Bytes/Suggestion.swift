/// The candidate that a mistyped word most likely meant, or nil when none is near.
///
/// Nearness is the number of insertions, deletions, replacements and swaps of neighbours; at most a third
/// of the word's length may differ (and always one letter).
public func nearestName<Names: Sequence<String>>(to word: String, among candidates: Names) -> String? {
  let target = Array(word.lowercased().utf8.prefix(64))
  var best: (name: String, distance: Int)?
  for candidate in candidates {
    let distance = editDistance(target, Array(candidate.lowercased().utf8.prefix(64)))
    if distance <= max(1, target.count / 3), distance < best?.distance ?? Int.max {
      best = (candidate, distance)
    }
  }
  return best?.name
}

/// `; did you mean 'name'?` or, when nothing is near, `; expected one of a, b, c`.
public func suggestion<Names: Collection<String>>(for word: String, among candidates: Names) -> String {
  if let near = nearestName(to: word, among: candidates) { return "; did you mean '\(near)'?" }
  return candidates.isEmpty ? "" : "; expected \(alternatives(candidates))"
}

private func alternatives<Names: Collection<String>>(_ names: Names) -> String {
  let shown = names.prefix(20).map { "'\($0)'" }
  let more = names.count > 20 ? ", …" : ""
  return (shown.count == 1 ? "" : "one of ") + shown.joined(separator: ", ") + more
}

/// Damerau–Levenshtein distance with adjacent swaps (optimal string alignment).
private func editDistance(_ a: [UInt8], _ b: [UInt8]) -> Int {
  var twoBack = [Int](repeating: 0, count: b.count + 1)
  var oneBack = Array(0...b.count)
  for i in 0..<a.count {
    var row = [i + 1]
    row.reserveCapacity(b.count + 1)
    for j in 0..<b.count {
      var cost = min(row[j] + 1, oneBack[j + 1] + 1, oneBack[j] + (a[i] == b[j] ? 0 : 1))
      if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] { cost = min(cost, twoBack[j - 1] + 1) }
      row.append(cost)
    }
    (twoBack, oneBack) = (oneBack, row)
  }
  return oneBack[b.count]
}
