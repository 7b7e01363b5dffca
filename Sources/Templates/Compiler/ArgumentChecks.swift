import Bytes

/// Numbers and names of arguments where they are written out, so that a call which can only fail is told
/// when the template is compiled.
extension Compiler {
  func check(_ given: Arguments, of filter: Filter, _ range: Range<Int>) {
    guard !filter.isVariadic else { return }
    var signature = filter.signature
    if filter == .tojson {
      signature = Signature(
        "tojson", environment == .chat ? "ensure_ascii indent separators sort_keys" : "indent")
    }
    check(given, against: signature, "filter '\(filter.rawValue)'", range)
  }

  func check(_ given: Arguments, of test: TestName, _ range: Range<Int>) {
    guard given.keywords.isEmpty else { return }
    let signature = Signature(
      test.rawValue, test.takesArgument ? "value" : "", required: test.takesArgument ? 1 : 0)
    check(given, against: signature, "test '\(test.rawValue)'", range)
  }

  func check(_ given: Arguments, ofFunction name: String, _ range: Range<Int>) {
    guard let function = GlobalFunction(rawValue: name), function.exists(in: environment) else { return }
    let what = "function '\(name)'"
    switch function {
    case .range:
      let parameters = given.positional.count <= 1 ? "stop" : "start stop step"
      check(given, against: Signature(name, parameters, required: 1, takesKeywords: false), what, range)
    case .joiner: check(given, against: Signature(name, "sep"), what, range)
    case .raiseException: check(given, against: Signature(name, "message", required: 1), what, range)
    case .timeNow: check(given, against: Signature(name, "format", required: 1), what, range)
    case .lipsum: check(given, against: Signature(name, "n html min max"), what, range)
    case .cycler, .dict, .namespace, .zip: break
    }
  }

  private func check(
    _ given: Arguments, against signature: Signature, _ what: String, _ range: Range<Int>
  ) {
    guard isChecking, given.spread == nil, given.keywordSpread == nil else { return }
    let names = signature.parameters
    guard given.positional.count <= names.count else {
      let most =
        names.isEmpty
        ? "no arguments"
        : "at most \(names.count) argument\(names.count == 1 ? "" : "s") (\(names.joined(separator: ", ")))"
      return report(
        "the \(what) takes \(most), found \(given.positional.count); remove what is too much", range)
    }
    var filled = Set(names.prefix(given.positional.count))
    for (name, value) in given.keywords {
      if !signature.takesKeywords {
        return report(
          "the \(what) takes no arguments by name, found '\(name)'; leave the name out", value.range)
      }
      if !names.contains(name) {
        return report(
          "the \(what) has no argument '\(name)'\(suggestion(for: name, among: names))", value.range)
      }
      if !filled.insert(name).inserted {
        return report("the argument '\(name)' of the \(what) is given twice; remove one", value.range)
      }
    }
    for name in names.prefix(signature.required) where !filled.contains(name) {
      return report("the \(what) needs the argument '\(name)'; give it in parentheses", range)
    }
  }
}
