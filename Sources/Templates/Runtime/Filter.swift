/// The filters, by their names in templates.
enum Filter: String, Sendable, CaseIterable {
  case abs, attr, batch, capitalize, center, count, d, `default`, dictsort, e, escape, filesizeformat, first
  case float, forceescape, format, groupby, indent, int, items, join, last, length, list, lower, map, max, min
  case pprint, random, reject, rejectattr, replace, reverse, round, safe, select, selectattr, slice, sort
  case string, striptags, sum, title, tojson, trim, truncate, unique, upper, urlencode, urlize, wordcount
  case wordwrap, xmlattr
  // PromptSource's
  case choice, highlight
  case mostFrequent = "most_frequent"
  // the language's own, drawn like `choice`
  case shuffle
  // lm-evaluation-harness'
  case regexReplace = "regex_replace"

  func exists(in environment: TemplateEnvironment) -> Bool {
    switch self {
    case .choice, .highlight, .mostFrequent, .shuffle: environment == .promptsource
    case .regexReplace: environment == .lmEval
    default: true
    }
  }

  static func names(in environment: TemplateEnvironment) -> [String] {
    allCases.filter { $0.exists(in: environment) }.map(\.rawValue)
  }

  /// Whether it depends on more than its operands: such a filter is never computed ahead of time.
  var isImpure: Bool { self == .random || self == .shuffle || self == .choice }

  /// What stands behind the operand.
  var signature: Signature {
    let name = rawValue
    return switch self {
    case .attr: Signature(name, "name", required: 1)
    case .batch: Signature(name, "linecount fill_with", required: 1)
    case .center: Signature(name, "width")
    case .d, .default: Signature(name, "default_value boolean")
    case .dictsort: Signature(name, "case_sensitive by reverse")
    case .filesizeformat: Signature(name, "binary")
    case .float: Signature(name, "default")
    case .groupby: Signature(name, "attribute default case_sensitive", required: 1)
    case .indent: Signature(name, "width first blank")
    case .int: Signature(name, "default base")
    case .join: Signature(name, "d attribute")
    case .max, .min, .unique: Signature(name, "case_sensitive attribute")
    case .replace: Signature(name, "old new count", required: 2)
    case .round: Signature(name, "precision method")
    case .slice: Signature(name, "slices fill_with", required: 1)
    case .sort: Signature(name, "reverse case_sensitive attribute")
    case .sum: Signature(name, "attribute start")
    case .trim: Signature(name, "chars")
    case .truncate: Signature(name, "length killwords end leeway")
    case .urlize: Signature(name, "trim_url_limit nofollow target rel extra_schemes")
    case .wordwrap: Signature(name, "width break_long_words wrapstring break_on_hyphens")
    case .xmlattr: Signature(name, "autospace")
    case .regexReplace: Signature(name, "pattern repl count", required: 2)
    default: Signature(name)
    }
  }

  static let signatures = CaseTable<Filter, Signature> { $0.signature }
  static let counts = CaseTable<Filter, ArgumentCounts> { ArgumentCounts($0.signature) }

  /// Filters that take any number of arguments and sort them themselves.
  var isVariadic: Bool {
    switch self {
    case .format, .map, .select, .reject, .selectattr, .rejectattr: true
    default: false
    }
  }
}

extension Machine {
  /// Applies a filter by a name that is known only now.
  func apply(filterNamed name: Datum, to value: Datum, _ call: CallArguments) throws(RenderFailure) -> Datum {
    guard let text = name.asText?.string, let filter = Filter(rawValue: text), filter.exists(in: environment)
    else {
      throw runtimeError("TemplateRuntimeError", "No filter named '\(try string(name).string)'.")
    }
    return try apply(filter, to: value, call)
  }

  func apply(_ filter: Filter, to value: Datum, _ call: CallArguments) throws(RenderFailure) -> Datum {
    if let text = value.asText { try countWork(text.count) }
    if filter.isVariadic { return try applyVariadic(filter, to: value, call) }
    let a =
      Filter.counts[filter].allow(call) && filter != .tojson
      ? BoundArguments(call.positional) : try bind(call, signature(of: filter))
    switch filter {
    case .capitalize: return try textFilter(value) { (text) throws(RenderFailure) in try capitalized(text) }
    case .lower: return try textFilter(value) { (text) throws(RenderFailure) in try lowercased(text) }
    case .upper: return try textFilter(value) { (text) throws(RenderFailure) in try uppercased(text) }
    case .title: return try textFilter(value) { (text) throws(RenderFailure) in try titled(text) }
    case .trim:
      return try textFilter(value) { (text) throws(RenderFailure) in try stripped(text, a[0], .strip) }
    case .center:
      let width = try integer(a[0], default: 80)
      return try textFilter(value) { (text) throws(RenderFailure) in
        try padded(text, to: width, with: Text(" "), .center)
      }
    case .string: return value.asText == nil ? .text(try string(value)) : value
    case .replace: return try replaceFilter(value, a)
    case .indent, .truncate, .wordwrap, .wordcount, .striptags, .urlencode, .urlize, .filesizeformat,
      .xmlattr, .regexReplace, .highlight:
      return try applyText(filter, to: value, a)
    case .e, .escape: return try escape(value)
    case .forceescape: return .markup(try escaped(try string(value)))
    case .safe: return .markup(try string(value))
    case .abs, .int, .float, .round, .sum, .min, .max: return try applyNumber(filter, to: value, a)
    case .length, .count: return .integer(try requireLength(value))
    case .d, .default:
      if value.isUndefined { return a.given(0) ?? .text(.empty) }
      if try flag(a[1]), try !isTrue(value) { return a.given(0) ?? .text(.empty) }
      return value
    case .tojson: return try toJSON(value, a)
    case .pprint: return .text(try prettyPrinted(value))
    case .attr: return try attributeFilter(value, a[0])
    case .random, .choice, .shuffle, .mostFrequent: return try applyRandom(filter, to: value)
    default: return try applySequence(filter, to: value, a)
    }
  }

  private func signature(of filter: Filter) -> Signature {
    if filter == .tojson {
      // transformers puts its own function in the place of Jinja's.
      return Signature("tojson", environment == .chat ? "ensure_ascii indent separators sort_keys" : "indent")
    }
    return Filter.signatures[filter]
  }

  /// `soft_str(value)` mapped; markup stays markup.
  func textFilter(
    _ value: Datum, _ map: (Text) throws(RenderFailure) -> Text
  ) throws(RenderFailure) -> Datum {
    let text = try map(try string(value))
    return value.isMarkup ? .markup(text) : .text(text)
  }

  func requireLength(_ value: Datum) throws(RenderFailure) -> Int {
    guard let length = try length(value) else {
      throw typeError("object of type '\(value.typeName)' has no len()")
    }
    return length
  }

  private func attributeFilter(_ value: Datum, _ name: Datum) throws(RenderFailure) -> Datum {
    let text = try requireText(name, "attribute name")
    guard try nativeAttribute(value, text.string) != nil else { return try undefined(of: value, name: name) }
    return try attribute(value, text)
  }

  private func replaceFilter(_ value: Datum, _ a: BoundArguments) throws(RenderFailure) -> Datum {
    let limit = a[2].isMissing || a[2].isNone ? -1 : try requireInteger(a[2])
    guard autoescape else {
      return .text(try replaced(try string(value), try string(a[0]), try string(a[1]), limit: limit))
    }
    var text = try string(value)
    let becomesMarkup = value.isMarkup || a[0].isMarkup || a[1].isMarkup
    if a[0].isMarkup || a[1].isMarkup && !value.isMarkup, !value.isMarkup { text = try escaped(text) }
    var new = try string(a[1])
    if becomesMarkup, !a[1].isMarkup { new = try escaped(new) }
    let result = try replaced(text, try string(a[0]), new, limit: limit)
    return becomesMarkup ? .markup(result) : .text(result)
  }
}
