/// Insertions, deletions and substitutions of Unicode scalars that make one text the other (Levenshtein
/// 1966), by Myers' bit vectors (1999) in blocks of 64 as Hyyrö 2003 chains them.
public func editDistance(_ one: String, _ other: String) -> Int {
  let (pattern, text) = (scalars(one), scalars(other))
  guard !pattern.isEmpty, !text.isEmpty else { return max(pattern.count, text.count) }
  let blocks = (pattern.count + 63) / 64
  var places: [UInt32: [UInt64]] = [:]
  for (place, scalar) in pattern.enumerated() {
    places[scalar, default: Array(repeating: 0, count: blocks)][place / 64] |= 1 << UInt64(place % 64)
  }
  let none = [UInt64](repeating: 0, count: blocks)
  // Where a column grows or falls by one from row to row.
  var up = [UInt64](repeating: .max, count: blocks)
  var down = none
  var distance = pattern.count
  let last = UInt64(1) << UInt64((pattern.count - 1) % 64)
  for scalar in text {
    let equal = places[scalar] ?? none
    // The difference to the last column at the block's upper edge: the first row counts the text's scalars.
    var step = 1
    for block in 0..<blocks {
      var same = equal[block]
      let vertical = same | down[block]
      if step < 0 { same |= 1 }
      let horizontal = (((same & up[block]) &+ up[block]) ^ up[block]) | same
      var rises = down[block] | ~(horizontal | up[block])
      var falls = up[block] & horizontal
      let edge = block == blocks - 1 ? last : 1 << 63
      let next = rises & edge != 0 ? 1 : falls & edge != 0 ? -1 : 0
      rises = rises << 1 | (step > 0 ? 1 : 0)
      falls = falls << 1 | (step < 0 ? 1 : 0)
      up[block] = falls | ~(vertical | rises)
      down[block] = rises & vertical
      step = next
    }
    distance += step
  }
  return distance
}

/// One less the edit distance over the longer text's length; 1 for two empty texts.
public func editSimilarity(_ one: String, _ other: String) -> Double {
  let longer = max(one.unicodeScalars.count, other.unicodeScalars.count)
  return longer == 0 ? 1 : 1 - Double(editDistance(one, other)) / Double(longer)
}
