/// The methods of texts.
enum StringMethod: String, Sendable, CaseIterable {
  case capitalize, casefold, center, count, encode, endswith, expandtabs, find, format
  case formatMap = "format_map"
  case index, isalnum, isalpha, isascii, isdecimal, isdigit, isidentifier, islower, isnumeric, isprintable
  case isspace, istitle, isupper, join, ljust, lower, lstrip, maketrans, partition, removeprefix,
    removesuffix, replace
  case rfind, rindex, rjust, rpartition, rsplit, rstrip, split, splitlines, startswith, strip, swapcase
  case title, translate, upper, zfill
  case length = "__len__"
  case contains = "__contains__"
  case getItem = "__getitem__"
  case add = "__add__"
  case string = "__str__"
  case representation = "__repr__"
  case equals = "__eq__"
  case mod = "__mod__"
  case striptags, unescape
  case html = "__html__"

  /// Whether only `Markup` has it.
  var isMarkupOnly: Bool { self == .striptags || self == .unescape || self == .html }

  var signature: Signature {
    let name = "str.\(rawValue)"
    return switch self {
    case .center, .ljust, .rjust: Signature(name, "width fillchar", required: 1, takesKeywords: false)
    case .count, .find, .index, .rfind, .rindex:
      Signature(name, "sub start end", required: 1, takesKeywords: false)
    case .endswith, .startswith: Signature(name, "prefix start end", required: 1, takesKeywords: false)
    case .encode: Signature(name, "encoding errors")
    case .expandtabs: Signature(name, "tabsize")
    case .formatMap, .join, .partition, .rpartition, .removeprefix, .removesuffix, .translate, .zfill,
      .contains, .getItem, .add, .equals, .mod:
      Signature(name, "value", required: 1, takesKeywords: false)
    case .lstrip, .rstrip, .strip: Signature(name, "chars", takesKeywords: false)
    case .maketrans: Signature(name, "x y z", required: 1, takesKeywords: false)
    case .replace: Signature(name, "old new count", required: 2, takesKeywords: false)
    case .split, .rsplit: Signature(name, "sep maxsplit")
    case .splitlines: Signature(name, "keepends")
    default: Signature(name, takesKeywords: false)
    }
  }

  static let signatures = CaseTable<StringMethod, Signature> { $0.signature }
  static let counts = CaseTable<StringMethod, ArgumentCounts> { ArgumentCounts($0.signature) }
}

extension Machine {
  /// Calls a method of a text; of `Markup` the results are markup again and what is put in is escaped.
  func call(
    _ method: StringMethod, of text: Text, isMarkup: Bool, _ call: CallArguments
  ) throws(RenderFailure) -> Datum {
    try countWork(text.count)
    if method == .format { return try format(text, call, isMarkup: isMarkup) }
    let arguments =
      StringMethod.counts[method].allow(call)
      ? BoundArguments(call.positional) : try bind(call, StringMethod.signatures[method])
    let result = try self.call(method, of: text, arguments, isMarkup: isMarkup)
    return isMarkup ? try markedUp(result) : result
  }

  /// The texts of a result as markup.
  private func markedUp(_ value: Datum) throws(RenderFailure) -> Datum {
    switch value {
    case .text(let text): return .markup(text)
    case .list(let list):
      return try region.list(list.box.items.map { item in item.asText.map { .markup($0) } ?? item })
    case .tuple(let tuple):
      return try region.tuple(tuple.box.items.map { item in item.asText.map { .markup($0) } ?? item })
    default: return value
    }
  }

  private func call(
    _ method: StringMethod, of text: Text, _ a: BoundArguments, isMarkup: Bool
  ) throws(RenderFailure) -> Datum {
    switch method {
    case .capitalize: return .text(try capitalized(text))
    case .casefold: return .text(try mapped(text, caseFolded))
    case .lower: return .text(try lowercased(text))
    case .upper: return .text(try uppercased(text))
    case .title: return .text(try titlecased(text))
    case .swapcase: return .text(try swappedCase(text))
    case .center, .ljust, .rjust:
      let fill = try fillCharacter(a[1], isMarkup)
      return .text(try padded(text, to: try requireInteger(a[0]), with: fill, method))
    case .zfill: return .text(try zeroFilled(text, to: try requireInteger(a[0])))
    case .count, .find, .index, .rfind, .rindex: return try search(method, text, a)
    case .startswith, .endswith: return .boolean(try affixed(method, text, a))
    case .encode: return try region.object(BytesBox(try encoded(text, a[0], a[1])))
    case .expandtabs: return .text(try expandedTabs(text, try integer(a[0], default: 8)))
    case .formatMap: return try formatMap(text, a[0], isMarkup: isMarkup)
    case .format: return .none
    case .join: return .text(try join(a[0], with: text, escaping: isMarkup))
    case .lstrip, .rstrip, .strip: return .text(try stripped(text, a[0], method))
    case .partition, .rpartition: return try partitioned(text, a[0], fromEnd: method == .rpartition)
    case .removeprefix:
      let prefix = try requireText(a[0], "removeprefix() argument")
      return .text(text.hasPrefix(prefix) ? text[prefix.count..<text.count] : text)
    case .removesuffix:
      let suffix = try requireText(a[0], "removesuffix() argument")
      return .text(
        !suffix.isEmpty && text.hasSuffix(suffix) ? text[0..<text.count - suffix.count] : text)
    case .replace:
      let old = try requireText(a[0], "replace() argument 1")
      var new = try requireText(a[1], "replace() argument 2")
      if isMarkup, !a[1].isMarkup { new = try escaped(new) }
      return .text(try replaced(text, old, new, limit: try integer(a[2], default: -1)))
    case .split, .rsplit:
      return try split(text, a[0], limit: try integer(a[1], default: -1), fromEnd: method == .rsplit)
    case .splitlines: return try splitLines(text, keepsEnds: try integer(a[0], default: 0) != 0)
    case .maketrans: return try translationTable(a)
    case .translate: return .text(try translated(text, a[0]))
    case .isalnum, .isalpha, .isascii, .isdecimal, .isdigit, .isidentifier, .islower, .isnumeric,
      .isprintable, .isspace, .istitle, .isupper:
      return .boolean(hasProperty(method, text))
    case .length: return .integer(text.scalarCount)
    case .contains: return .boolean(try contains(.text(text), a[0]))
    case .getItem: return try item(.text(text), a[0])
    case .add: return try binary(.add, .text(text), a[0])
    case .mod: return try binary(.modulo, .text(text), a[0])
    case .equals: return .boolean(try equal(.text(text), a[0]))
    case .string, .html: return .text(text)
    case .representation: return .text(try representation(isMarkup ? .markup(text) : .text(text)))
    case .striptags: return .text(try strippedTags(text))
    case .unescape: return .text(try unescapedEntities(text))
    }
  }

  private func fillCharacter(_ value: Datum, _ isMarkup: Bool) throws(RenderFailure) -> Text {
    if value.isMissing { return Text(" ") }
    let fill = try requireText(value, "The fill character")
    guard fill.scalarCount == 1 else {
      throw typeError("The fill character must be exactly one character long")
    }
    return fill
  }
}
