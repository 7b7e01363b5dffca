import Bytes

/// `tojson`: Jinja's own (sorted keys, safe in HTML), or in chat templates Python's `json.dumps` as
/// transformers calls it.
extension Machine {
  private struct Style {
    var indent: Text?
    var itemSeparator = Text(", ")
    var keySeparator = Text(": ")
    var isASCII = true
    var sortsKeys = true
  }

  func toJSON(_ value: Datum, _ a: BoundArguments) throws(RenderFailure) -> Datum {
    var style = Style()
    var indent = a[0]
    if environment == .chat {
      // tojson(x, ensure_ascii=False, indent=None, separators=None, sort_keys=False)
      style.isASCII = try flag(a[0])
      style.sortsKeys = try flag(a[3])
      indent = a[1]
    }
    // Python asks for the indent only where there is something to indent; below zero it breaks lines alone.
    if !indent.isMissing, !indent.isNone, value.asText == nil {
      style.itemSeparator = Text(",")
      if let text = indent.asText {
        style.indent = text
      } else {
        let width = max(0, try requireInteger(indent))
        try checkSize(width)
        style.indent = try repeatedText(Text(" "), width)
      }
    }
    if environment == .chat, let separators = a.given(2), !separators.isNone {
      let pair = try items(of: separators)
      guard pair.count == 2 else {
        throw valueError("not enough values to unpack (expected 2, got \(pair.count))")
      }
      style.itemSeparator = try requireText(pair[0], "item separator")
      style.keySeparator = try requireText(pair[1], "key separator")
    }
    let fixed = style
    let text = try region.build { (buffer) throws(RenderFailure) in
      try appendJSON(value, fixed, depth: 0, to: &buffer)
    }
    return environment == .chat ? .text(text) : .markup(try htmlSafe(text))
  }

  private func htmlSafe(_ text: Text) throws(RenderFailure) -> Text {
    guard text.bytes.contains(where: { $0 == 60 || $0 == 62 || $0 == 38 || $0 == 39 }) else { return text }
    return try region.build { buffer in
      for byte in text.bytes {
        switch byte {
        case 60: buffer.append("\\u003c")
        case 62: buffer.append("\\u003e")
        case 38: buffer.append("\\u0026")
        case 39: buffer.append("\\u0027")
        default: buffer.append(byte)
        }
      }
    }
  }

  private func appendJSON(
    _ value: Datum, _ style: Style, depth: Int, to buffer: inout ByteBuffer
  ) throws(RenderFailure) {
    guard depth < limits.recursion else { throw valueError("Circular reference detected") }
    guard stackRoom.isLeft else { throw tooDeep() }
    try countIteration()
    try checkSize(buffer.count)
    switch value {
    case .none: buffer.append("null")
    case .boolean(let flag): buffer.append(flag ? "true" : "false")
    case .integer, .big: try appendRepresentation(value, to: &buffer, depth: 0)
    case .number(let number):
      if number.isNaN {
        buffer.append("NaN")
      } else if number.isInfinite {
        buffer.append(number < 0 ? "-Infinity" : "Infinity")
      } else {
        appendNumber(number, to: &buffer)
      }
    case .text(let text), .markup(let text): appendJSONString(text, style, to: &buffer)
    case .list(let list): try appendArray(list.box.items, style, depth, to: &buffer)
    case .tuple(let tuple): try appendArray(tuple.box.items, style, depth, to: &buffer)
    case .dictionary(let dictionary): try appendMembers(dictionary.box, style, depth, to: &buffer)
    default:
      let name = value.isUndefined && isStrict ? "StrictUndefined" : value.typeName
      throw typeError("Object of type \(name) is not JSON serializable")
    }
  }

  private func appendArray(
    _ items: [Datum], _ style: Style, _ depth: Int, to buffer: inout ByteBuffer
  ) throws(RenderFailure) {
    if items.isEmpty { return buffer.append("[]") }
    buffer.append("[")
    for (place, item) in items.enumerated() {
      if place > 0 { buffer.append(style.itemSeparator.raw) }
      breakLine(style, depth + 1, to: &buffer)
      try appendJSON(item, style, depth: depth + 1, to: &buffer)
    }
    breakLine(style, depth, to: &buffer)
    buffer.append("]")
  }

  private func appendMembers(
    _ box: DictionaryBox, _ style: Style, _ depth: Int, to buffer: inout ByteBuffer
  ) throws(RenderFailure) {
    if box.count == 0 { return buffer.append("{}") }
    var order: [Datum] = box.keys.indices.map { .integer($0) }
    if style.sortsKeys { order = try sorted(order, by: Array(box.keys), reverse: false) }
    buffer.append("{")
    for (number, place) in order.enumerated() {
      guard case .integer(let place) = place else { continue }
      if number > 0 { buffer.append(style.itemSeparator.raw) }
      breakLine(style, depth + 1, to: &buffer)
      appendJSONString(try memberName(box.keys[place]), style, to: &buffer)
      buffer.append(style.keySeparator.raw)
      try appendJSON(box.values[place], style, depth: depth + 1, to: &buffer)
    }
    breakLine(style, depth, to: &buffer)
    buffer.append("}")
  }

  private func memberName(_ key: Datum) throws(RenderFailure) -> Text {
    switch key {
    case .text(let text), .markup(let text): return text
    case .none: return Text("null")
    case .boolean(let flag): return Text(flag ? "true" : "false")
    case .integer, .number, .big: return try string(key)
    default: throw typeError("keys must be str, int, float, bool or None, not \(key.typeName)")
    }
  }

  private func breakLine(_ style: Style, _ depth: Int, to buffer: inout ByteBuffer) {
    guard let indent = style.indent else { return }
    buffer.append(10)
    for _ in 0..<depth { buffer.append(indent.raw) }
  }

  private func appendJSONString(_ text: Text, _ style: Style, to buffer: inout ByteBuffer) {
    buffer.append("\"")
    for scalar in text.scalars {
      switch scalar.value {
      case 8: buffer.append("\\b")
      case 9: buffer.append("\\t")
      case 10: buffer.append("\\n")
      case 12: buffer.append("\\f")
      case 13: buffer.append("\\r")
      case 34: buffer.append("\\\"")
      case 92: buffer.append("\\\\")
      case 32..<127: buffer.append(UInt8(scalar.value))
      case 0..<32: appendUnicodeEscape(UInt16(scalar.value), to: &buffer)
      default:
        if style.isASCII {
          for unit in String(scalar).utf16 { appendUnicodeEscape(unit, to: &buffer) }
        } else {
          buffer.append(String(scalar))
        }
      }
    }
    buffer.append("\"")
  }

  private func appendUnicodeEscape(_ unit: UInt16, to buffer: inout ByteBuffer) {
    let digits = String(unit, radix: 16)
    buffer.append("\\u" + String(repeating: "0", count: 4 - digits.utf8.count) + digits)
  }
}
