import Bytes

/// `"{…}".format(…)`
extension Machine {
  func format(_ text: Text, _ call: CallArguments, isMarkup: Bool) throws(RenderFailure) -> Datum {
    var fields = FieldSource(positional: Array(call.positional)) { name in call.keyword(name) }
    fields.numbersPaths = !isMarkup && !isSandboxed
    let result = try region.build { (buffer) throws(RenderFailure) in
      try appendFields(text, &fields, isMarkup: isMarkup, depth: 2, to: &buffer)
    }
    return isMarkup ? .markup(result) : .text(result)
  }

  func formatMap(_ text: Text, _ mapping: Datum, isMarkup: Bool) throws(RenderFailure) -> Datum {
    var fields = FieldSource(positional: nil) { name in
      guard case .dictionary(let dictionary) = mapping else { return nil }
      return dictionary.box.value(name)
    }
    // What is no mapping matters where a field asks for it.
    if case .dictionary = mapping {} else { fields.refused = mapping }
    fields.numbersPaths = !isMarkup && !isSandboxed
    let result = try region.build { (buffer) throws(RenderFailure) in
      try appendFields(text, &fields, isMarkup: isMarkup, depth: 2, to: &buffer)
    }
    return isMarkup ? .markup(result) : .text(result)
  }

  /// Where replacement fields get their values.
  private struct FieldSource {
    let positional: [Datum]?
    let named: (String) -> Datum?
    /// Whether fields are numbered by their order (false) or by hand (true); nil before the first.
    var isManual: Bool?
    /// Whether `{[0]}` and `{.name}` start from the next value; Python's `string.Formatter`, which markup and
    /// the sandbox use, looks for a value with no name.
    var numbersPaths = true
    /// What `format_map` got in place of a mapping.
    var refused: Datum?
    var next = 0
  }

  private func appendFields(
    _ text: Text, _ fields: inout FieldSource, isMarkup: Bool, depth: Int, to buffer: inout ByteBuffer
  ) throws(RenderFailure) {
    guard depth > 0 else { throw valueError("Max string recursion exceeded") }
    var offset = 0
    while offset < text.count {
      let byte = text.start[offset]
      let isDouble = offset + 1 < text.count && text.start[offset + 1] == byte
      if byte != UInt8(ascii: "{"), byte != UInt8(ascii: "}") {
        buffer.append(byte)
        offset += 1
      } else if isDouble {
        buffer.append(byte)
        offset += 2
      } else if byte == UInt8(ascii: "}") {
        throw valueError("Single '}' encountered in format string")
      } else {
        let end = try fieldEnd(text, offset + 1)
        try appendField(text[offset + 1..<end], &fields, isMarkup: isMarkup, depth: depth, to: &buffer)
        offset = end + 1
      }
      try checkSize(buffer.count)
    }
  }

  private func fieldEnd(_ text: Text, _ start: Int) throws(RenderFailure) -> Int {
    guard start < text.count else { throw valueError("Single '{' encountered in format string") }
    var depth = 1
    for offset in start..<text.count {
      if text.start[offset] == UInt8(ascii: "{") { depth += 1 }
      if text.start[offset] == UInt8(ascii: "}") { depth -= 1 }
      if depth == 0 { return offset }
    }
    throw valueError("expected '}' before end of string")
  }

  private func appendField(
    _ field: Text, _ fields: inout FieldSource, isMarkup: Bool, depth: Int, to buffer: inout ByteBuffer
  ) throws(RenderFailure) {
    var nameEnd = 0
    var brackets = false
    while nameEnd < field.count {
      let byte = field.start[nameEnd]
      if byte == UInt8(ascii: "[") { brackets = true }
      if byte == UInt8(ascii: "]") { brackets = false }
      if !brackets, byte == UInt8(ascii: ":") || byte == UInt8(ascii: "!") { break }
      nameEnd += 1
    }
    var value = try fieldValue(field[0..<nameEnd], &fields)
    var rest = field[nameEnd..<field.count]
    if rest.hasPrefix(Text("!")) {
      guard rest.count >= 2 else { throw valueError("end of string while looking for conversion specifier") }
      switch rest.start[1] {
      case UInt8(ascii: "r"): value = .text(try representation(value))
      case UInt8(ascii: "s"): value = .text(try string(value))
      case UInt8(ascii: "a"): value = .text(try asciiEscaped(try representation(value)))
      default:
        throw valueError("Unknown conversion specifier '\(rest[1..<rest.count].string)'")
      }
      rest = rest[2..<rest.count]
      guard rest.isEmpty || rest.hasPrefix(Text(":")) else {
        throw valueError("expected ':' after conversion specifier")
      }
    }
    var specification = rest.isEmpty ? rest : rest[1..<rest.count]
    if specification.bytes.contains(UInt8(ascii: "{")) {
      let inner = specification
      specification = try region.build { (buffer) throws(RenderFailure) in
        try appendFields(inner, &fields, isMarkup: false, depth: depth - 1, to: &buffer)
      }
    }
    if isMarkup {
      if value.isMarkup, let text = value.asText { return buffer.append(text.raw) }
      let plain = specification
      let formatted = try region.build { (buffer) throws(RenderFailure) in
        try appendFormatted(value, plain, to: &buffer)
      }
      return buffer.append(try escaped(formatted).raw)
    }
    try appendFormatted(value, specification, to: &buffer)
  }

  /// The value of `name.attribute[item]…`.
  private func fieldValue(_ path: Text, _ fields: inout FieldSource) throws(RenderFailure) -> Datum {
    var offset = 0
    while offset < path.count, path.start[offset] != UInt8(ascii: "."),
      path.start[offset] != UInt8(ascii: "[")
    {
      offset += 1
    }
    if offset == 0, !path.isEmpty, !fields.numbersPaths { throw runtimeError("KeyError", "''") }
    var value = try firstValue(path[0..<offset], &fields)
    while offset < path.count {
      if path.start[offset] == UInt8(ascii: ".") {
        let start = offset + 1
        offset = start
        while offset < path.count, path.start[offset] != UInt8(ascii: "."),
          path.start[offset] != UInt8(ascii: "[")
        {
          offset += 1
        }
        let name = path[start..<offset]
        guard !name.isEmpty else { throw valueError("Empty attribute in format string") }
        if isSandboxed {
          value = try attribute(value, name)
          continue
        }
        guard let found = try nativeAttribute(value, name.string) else {
          throw runtimeError(
            "AttributeError", "'\(value.typeName)' object has no attribute '\(name.string)'")
        }
        value = found
      } else {
        guard path.start[offset] == UInt8(ascii: "[") else {
          throw valueError("Only '.' or '[' may follow ']' in format field specifier")
        }
        guard let close = path[offset..<path.count].bytes.firstIndex(of: UInt8(ascii: "]")) else {
          throw valueError("Missing ']' in format string")
        }
        let key = path[offset + 1..<offset + close]
        guard !key.isEmpty else { throw valueError("Empty attribute in format string") }
        offset += close + 1
        let isNumber = key.bytes.allSatisfy(isDecimal)
        let place: Datum = isNumber ? .integer(Int(key.string) ?? 0) : .text(key)
        value = isSandboxed ? try item(value, place) : try subscripted(value, place)
      }
    }
    return value
  }

  /// `value[key]` with Python's errors.
  private func subscripted(_ value: Datum, _ key: Datum) throws(RenderFailure) -> Datum {
    if let found = try itemIfAny(value, key) { return found }
    switch value {
    case .dictionary: throw runtimeError("KeyError", try representation(key).string)
    case .list, .tuple, .text, .markup:
      guard case .integer = key else {
        throw typeError("\(value.typeName) indices must be integers or slices, not str")
      }
      throw runtimeError("IndexError", "\(value.typeName) index out of range")
    default: throw typeError("'\(value.typeName)' object is not subscriptable")
    }
  }

  private func firstValue(_ name: Text, _ fields: inout FieldSource) throws(RenderFailure) -> Datum {
    let isNumber = !name.isEmpty && name.bytes.allSatisfy(isDecimal)
    if name.isEmpty || isNumber {
      guard let positional = fields.positional else {
        throw valueError("Format string contains positional fields")
      }
      if let isManual = fields.isManual, isManual != isNumber {
        throw valueError(
          "cannot switch from \(isManual ? "manual" : "automatic") field \(isManual ? "specification" : "numbering")"
            + " to \(isManual ? "automatic" : "manual") field \(isManual ? "numbering" : "specification")")
      }
      fields.isManual = isNumber
      let place = isNumber ? Int(name.string) ?? .max : fields.next
      if !isNumber { fields.next += 1 }
      guard place < positional.count else {
        throw runtimeError(
          "IndexError", "Replacement index \(place) out of range for positional args tuple")
      }
      return positional[place]
    }
    if let refused = fields.refused {
      if case .undefined(let note) = refused { throw undefinedFailure(note.box) }
      throw typeError("'\(refused.typeName)' object is not subscriptable with a name")
    }
    guard let value = fields.named(name.string) else {
      throw runtimeError("KeyError", try representation(.text(name)).string)
    }
    return value
  }
}
