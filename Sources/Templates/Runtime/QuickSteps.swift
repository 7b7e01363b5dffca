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

  /// A filter without arguments; nil for other filters, calls and values.
  @inline(__always)
  func quickFilter(_ filter: Filter, _ value: Datum, _ site: CallSite) throws(RenderFailure) -> Datum? {
    guard site.isEmpty else { return nil }
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
