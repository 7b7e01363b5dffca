/// What the sizes of a task's families say about those that were not written yet.
package struct FamilyOutlook: Sendable, Hashable {
  /// The probability that one more template, written like these, begins a new family (Good 1953, after Turing):
  /// families of one over templates.
  package let newShare: Double
  /// How many families a writer could still expect to be new in the long run (Chao 1984, bias-corrected).
  package let unwritten: Double

  /// nil without templates.
  ///
  /// - Parameter families: for each template the first member of its family.
  package init?(families: [Int]) {
    guard !families.isEmpty else { return nil }
    var sizes: [Int: Int] = [:]
    for family in families { sizes[family, default: 0] += 1 }
    let single = Double(sizes.values.count { $0 == 1 })
    let double = Double(sizes.values.count { $0 == 2 })
    newShare = single / Double(families.count)
    unwritten = single * (single - 1) / (2 * (double + 1))
  }
}
