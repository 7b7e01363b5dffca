/// The operations that templates mostly consist of, for the values that they mostly meet; everything else goes
/// the long way.
extension Machine {
  /// A comparison of integers; nil for other values.
  @inline(__always)
  func quickCompare(_ comparison: ComparisonOperator, _ a: Datum, _ b: Datum) -> Bool? {
    guard case .integer(let x) = a, case .integer(let y) = b else { return nil }
    return switch comparison {
    case .equal: x == y
    case .notEqual: x != y
    case .less: x < y
    case .lessEqual: x <= y
    case .greater: x > y
    case .greaterEqual: x >= y
    case .contained, .notContained: nil
    }
  }

  /// An item of a list by its place; nil where there is more to it.
  @inline(__always)
  func quickItem(_ value: Datum, _ key: Datum) -> Datum? {
    guard case .list(let list) = value, case .integer(let place) = key else { return nil }
    return list._withUnsafeGuaranteedRef { box in
      place >= 0 && place < box.items.count ? box.items[place] : nil
    }
  }

  /// A sum or difference of integers; nil for other operations, values and results.
  @inline(__always)
  func quickBinary(_ operation: BinaryOperator, _ a: Datum, _ b: Datum) -> Datum? {
    guard case .integer(let x) = a, case .integer(let y) = b else { return nil }
    switch operation {
    case .add:
      let (sum, isOver) = x.addingReportingOverflow(y)
      return isOver ? nil : .integer(sum)
    case .subtract:
      let (difference, isOver) = x.subtractingReportingOverflow(y)
      return isOver ? nil : .integer(difference)
    default: return nil
    }
  }

  /// A filter without arguments; nil for other filters, calls and values.
  @inline(__always)
  func quickFilter(_ filter: Filter, _ value: Datum, _ site: UnsafePointer<LinkedSite>) throws(RenderFailure)
    -> Datum?
  {
    guard site.pointee.isEmpty else { return nil }
    switch (filter, value) {
    case (.length, .text(let text)), (.count, .text(let text)): return .integer(text.scalarCount)
    case (.length, .list(let list)), (.count, .list(let list)):
      return .integer(list._withUnsafeGuaranteedRef { $0.items.count })
    case (.lower, .text(let text)): return .text(try lowercased(text))
    case (.upper, .text(let text)): return .text(try uppercased(text))
    case (.capitalize, .text(let text)): return .text(try capitalized(text))
    case (.trim, .text(let text)): return .text(text.trimmed { $0.isPythonSpace })
    default: return nil
    }
  }
}
