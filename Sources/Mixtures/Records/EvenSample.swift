package import Bytes

/// Places spread evenly over 0..<count, at most `limit` of them, ascending: one drawn from each of `limit`
/// stretches of equal length. Unlike the first records, they cover a sorted file; unlike every n-th, they
/// do not fall in step with a file that repeats a pattern.
package func evenSample(of count: Int, limit: Int, key: SeedKey) -> [Int] {
  guard limit < count else { return Array(0..<max(0, count)) }
  guard limit > 0 else { return [] }
  // Both numbers lie below 2³², so that the products cannot overflow.
  let (count, limit) = (UInt64(count), UInt64(limit))
  return (0..<limit).map { stretch in
    let start = stretch * count / limit
    let end = (stretch + 1) * count / limit
    return Int(start + key.part(stretch).below(end - start))
  }
}
