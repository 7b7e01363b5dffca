import Bytes
import Patterns

/// Filters of texts that are more than a method.
extension Machine {
  func applyText(_ filter: Filter, to value: Datum, _ a: BoundArguments) throws(RenderFailure) -> Datum {
    switch filter {
    case .indent: return try indented(value, a)
    case .truncate: return try truncated(value, a)
    case .wordwrap: return try wordWrapped(value, a)
    case .wordcount: return .integer(wordCount(try string(value)))
    case .striptags: return .text(try strippedTags(try string(value)))
    case .urlencode: return try urlEncoded(value)
    case .urlize: return try linked(value, a)
    case .filesizeformat: return try fileSize(value, binary: try flag(a[0]))
    case .xmlattr: return try markupAttributes(value, autospace: try flag(a[0], default: true))
    case .regexReplace: return try replacedByPattern(value, a)
    default: return try highlighted(value)
    }
  }

  /// Words as `title` of Jinja sees them: parted by blanks, hyphens and opening brackets.
  func titled(_ text: Text) throws(RenderFailure) -> Text {
    try region.build { (buffer) throws(RenderFailure) in
      var offset = 0
      while offset < text.count {
        let start = offset
        let isGap = beginsWord(text.scalar(at: offset).value)
        while offset < text.count {
          let (scalar, size) = text.scalar(at: offset)
          if beginsWord(scalar) != isGap { break }
          offset += size
        }
        let part = text[start..<offset]
        let (first, size) = part.scalar(at: 0)
        buffer.append(first.properties.uppercaseMapping)
        buffer.append(try lowercased(part[size..<part.count]).raw)
      }
    }
  }

  private func beginsWord(_ scalar: Unicode.Scalar) -> Bool {
    scalar.isPythonSpace || "-({[<".unicodeScalars.contains(scalar)
  }

  private func indented(_ value: Datum, _ a: BoundArguments) throws(RenderFailure) -> Datum {
    let indentation: Text
    if let text = a.given(0)?.asText {
      indentation = text
    } else {
      indentation = try repeatedText(Text(" "), try integer(a[0], default: 4))
    }
    let first = try flag(a[1])
    let blank = try flag(a[2])
    if case .undefined(let note) = value { throw undefinedFailure(note.box) }
    guard let text = value.asText else {
      if case .list = value {
        throw runtimeError("AttributeError", "'list' object has no attribute 'splitlines'")
      }
      throw typeError("unsupported operand type(s) for +=: '\(value.typeName)' and 'str'")
    }
    let lines = self.lines(try joined(try region.text(copying: text.raw), Text("\n")))
    try checkProduct(lines.count, indentation.count)
    let result = try region.build { buffer in
      for (place, line) in lines.enumerated() {
        if place > 0 { buffer.append(10) }
        if place == 0 ? first : blank || !line.isEmpty { buffer.append(indentation.raw) }
        buffer.append(line.raw)
      }
    }
    return value.isMarkup ? .markup(result) : .text(result)
  }

  private func truncated(_ value: Datum, _ a: BoundArguments) throws(RenderFailure) -> Datum {
    let length = try integer(a[0], default: 255)
    let end = try a.given(2).map { (value) throws(RenderFailure) in try string(value) } ?? Text("...")
    let leeway = a[3].isMissing || a[3].isNone ? 5 : try requireInteger(a[3])
    let endLength = end.scalarCount
    guard length >= endLength else {
      throw runtimeError("AssertionError", "expected length >= \(endLength), got \(length)")
    }
    guard leeway >= 0 else { throw runtimeError("AssertionError", "expected leeway >= 0, got \(leeway)") }
    guard try requireLength(value) > saturated(length, plus: leeway) else { return value }
    let kept = try slice(value, .none, .integer(length - endLength), .none)
    if try flag(a[1]) { return try binary(.add, kept, .text(end)) }
    guard let text = kept.asText else {
      throw runtimeError("AttributeError", "'\(kept.typeName)' object has no attribute 'rsplit'")
    }
    let cut = text.findLast(Text(" "), before: text.count).map { text[0..<$0] } ?? text
    return try binary(.add, kept.isMarkup ? .markup(cut) : .text(cut), .text(end))
  }

  private func saturated(_ a: Int, plus b: Int) -> Int {
    let (sum, overflow) = a.addingReportingOverflow(b)
    return overflow ? .max : sum
  }

  private func wordCount(_ text: Text) -> Int {
    var count = 0
    var inWord = false
    for scalar in text.scalars {
      let isWord = scalar == "_" || scalar.isPythonAlphanumeric
      if isWord, !inWord { count += 1 }
      inWord = isWord
    }
    return count
  }

  // MARK: URLs

  private func urlEncoded(_ value: Datum) throws(RenderFailure) -> Datum {
    if let text = value.asText { return .text(try quoted(text, forQuery: false)) }
    guard let cursor = try cursor(over: value) else {
      return .text(try quoted(try string(value), forQuery: false))
    }
    var pairs = cursor
    if case .dictionary(let dictionary) = value {
      pairs = .view(.items, dictionary, 0, count: dictionary.box.count)
    }
    return .text(
      try region.build { (buffer) throws(RenderFailure) in
        var isFirst = true
        while let pair = try pairs.next(self) {
          let both = try items(of: pair)
          guard both.count == 2 else {
            throw valueError("not enough values to unpack (expected 2, got \(both.count))")
          }
          if !isFirst { buffer.append("&") }
          isFirst = false
          buffer.append(try quoted(try string(both[0]), forQuery: true).raw)
          buffer.append("=")
          buffer.append(try quoted(try string(both[1]), forQuery: true).raw)
          try checkSize(buffer.count)
        }
      })
  }

  private func quoted(_ text: Text, forQuery: Bool) throws(RenderFailure) -> Text {
    try region.build { buffer in
      for byte in text.bytes {
        switch byte {
        case 48...57, 65...90, 97...122, UInt8(ascii: "_"), UInt8(ascii: "."), UInt8(ascii: "-"),
          UInt8(ascii: "~"):
          buffer.append(byte)
        case UInt8(ascii: "/") where !forQuery: buffer.append(byte)
        case UInt8(ascii: " ") where forQuery: buffer.append("+")
        default:
          buffer.append("%")
          buffer.append(upperHexadecimal[Int(byte >> 4)])
          buffer.append(upperHexadecimal[Int(byte & 15)])
        }
      }
    }
  }

  private func fileSize(_ value: Datum, binary: Bool) throws(RenderFailure) -> Datum {
    var bytes = 0.0
    if case .undefined(let note) = value { throw undefinedFailure(note.box) }
    if let text = value.asText {
      guard let parsed = parseNumber(text) else {
        throw valueError("could not convert string to float: \(try representation(value).string)")
      }
      bytes = parsed
    } else if let given = number(value) {
      bytes = given.real
    } else {
      throw typeError("float() argument must be a string or a real number, not '\(value.typeName)'")
    }
    let base = binary ? 1024.0 : 1000.0
    if bytes == 1 { return .text(Text("1 Byte")) }
    if bytes < base {
      guard let whole = wholeNumber(bytes) else { throw valueError("cannot convert float NaN to integer") }
      return .text(try region.text("\(whole) Bytes"))
    }
    let prefixes =
      binary
      ? ["KiB", "MiB", "GiB", "TiB", "PiB", "EiB", "ZiB", "YiB"]
      : ["kB", "MB", "GB", "TB", "PB", "EB", "ZB", "YB"]
    var unit = base * base
    for (place, prefix) in prefixes.enumerated() {
      if bytes < unit || place == prefixes.count - 1 {
        return .text(try region.text("\(decimal(base * bytes / unit, "f", precision: 1)) \(prefix)"))
      }
      unit *= base
    }
    return .none
  }

  private func markupAttributes(_ value: Datum, autospace: Bool) throws(RenderFailure) -> Datum {
    if case .undefined(let note) = value { throw undefinedFailure(note.box) }
    guard case .dictionary(let dictionary) = value else {
      throw runtimeError("AttributeError", "'\(value.typeName)' object has no attribute 'items'")
    }
    let text = try region.build { (buffer) throws(RenderFailure) in
      for (place, key) in dictionary.box.keys.enumerated() {
        let value = dictionary.box.values[place]
        if value.isNone || value.isUndefined { continue }
        let name = try requireText(key, "expected string or bytes-like object, key")
        if name.bytes.contains(where: { $0 == 32 || $0 >= 9 && $0 <= 13 || "/>=".utf8.contains($0) }) {
          throw valueError("Invalid character in attribute name: \(try representation(key).string)")
        }
        if buffer.count > 0 || autospace { buffer.append(" ") }
        try appendEscaped(key, to: &buffer)
        buffer.append("=\"")
        try appendEscaped(value, to: &buffer)
        buffer.append("\"")
        try checkSize(buffer.count)
      }
    }
    return autoescape ? .markup(text) : .text(text)
  }

  // MARK: Patterns

  private func replacedByPattern(_ value: Datum, _ a: BoundArguments) throws(RenderFailure) -> Datum {
    let source = try requireText(a[0], "first argument").string
    guard let text = value.asText else {
      if case .undefined(let note) = value, note.box.isStrict {
        throw typeError("expected string or bytes-like object, got 'StrictUndefined'")
      }
      throw typeError("expected string or bytes-like object, got '\(value.typeName)'")
    }
    let replacement = try requireText(a[1], "second argument").string
    let limit = try integer(a[2], default: 0)
    do {
      let pattern = try matchers.matcher(source)
      let parts = try Replacement(replacement, for: pattern.pattern)
      var made = ByteBuffer()
      try parts.apply(
        to: text.raw, with: pattern, limit: max(0, limit), most: limits.memoryBytes, into: &made)
      if limit < 0 { return .text(text) }
      let bytes = made.withBytes { $0 }
      // Safe: `made` lives until the copy is made.
      return .text(try region.text(copying: bytes))
    } catch let failure as RenderFailure {
      throw failure
    } catch let diagnostic as Diagnostic {
      throw runtimeError("error", diagnostic.message)
    } catch {
      throw runtimeError("error", "\(error)")
    }
  }

  /// PromptSource's `highlight`, made for its own page.
  private func highlighted(_ value: Datum) throws(RenderFailure) -> Datum {
    let opened = try binary(.add, .text(Text("<span style='color: #F08080'>")), value)
    return try binary(.add, opened, .text(Text("</span>")))
  }
}

private let upperHexadecimal = Array("0123456789ABCDEF".utf8)
