internal import BigInt
import Bytes

/// `str()` and `repr()`.
extension Machine {
  /// Appends what `str(value)` gives.
  func appendString(_ value: Datum, to buffer: inout ByteBuffer) throws(RenderFailure) {
    switch value {
    case .text(let text), .markup(let text): buffer.append(text.raw)
    case .integer(let number): appendInteger(number, to: &buffer)
    case .undefined(let note): if note.box.isStrict { throw undefinedFailure(note.box) }
    default: try appendRepresentation(value, to: &buffer, depth: 0)
    }
  }

  /// What `str(value)` gives; a text is given back as it is.
  func string(_ value: Datum) throws(RenderFailure) -> Text {
    if let text = value.asText { return text }
    return try region.build { (buffer) throws(RenderFailure) in try appendString(value, to: &buffer) }
  }

  func representation(_ value: Datum) throws(RenderFailure) -> Text {
    try region.build { (buffer) throws(RenderFailure) in
      try appendRepresentation(value, to: &buffer, depth: 0)
    }
  }

  /// Appends what `repr(value)` gives.
  func appendRepresentation(
    _ value: Datum, to buffer: inout ByteBuffer, depth: Int
  ) throws(RenderFailure) {
    guard depth < limits.recursion, stackRoom.isLeft else { throw tooDeep() }
    switch value {
    case .missing: buffer.append("missing")
    case .undefined: buffer.append("Undefined")
    case .none: buffer.append("None")
    case .boolean(let flag): buffer.append(flag ? "True" : "False")
    case .integer(let number): appendInteger(number, to: &buffer)
    case .big(let big):
      guard big.box.value.bitWidth <= 14_284 else {
        throw RenderFailure(
          .runtime, "ValueError: Exceeds the limit (4300 digits) for integer string conversion")
      }
      buffer.append(big.box.value.description)
    case .number(let number): appendNumber(number, to: &buffer)
    case .text(let text): appendQuoted(text, to: &buffer)
    case .markup(let text):
      buffer.append("Markup(")
      appendQuoted(text, to: &buffer)
      buffer.append(")")
    case .list(let list):
      try appendItems(list.box, list.box.items, "[", "]", to: &buffer, depth: depth)
    case .tuple(let tuple):
      try appendItems(
        tuple.box, tuple.box.items, "(", tuple.box.items.count == 1 ? ",)" : ")", to: &buffer, depth: depth)
    case .dictionary(let dictionary): try appendPairs(dictionary.box, to: &buffer, depth: depth)
    case .object(let object): try appendObject(object.box, to: &buffer, depth: depth)
    }
    if buffer.count > limits.memoryBytes { throw tooLong() }
  }

  private func appendItems(
    _ box: HeapObject, _ items: [Datum], _ open: StaticString, _ close: StaticString,
    to buffer: inout ByteBuffer, depth: Int
  ) throws(RenderFailure) {
    if printing.contains(where: { $0 === box }) {
      buffer.append(open)
      buffer.append("...")
      buffer.append(close)
      return
    }
    printing.append(box)
    defer { printing.removeLast() }
    buffer.append(open)
    for (place, item) in items.enumerated() {
      if place > 0 { buffer.append(", ") }
      try countIteration()
      try appendRepresentation(item, to: &buffer, depth: depth + 1)
    }
    buffer.append(close)
  }

  private func appendPairs(
    _ box: DictionaryBox, to buffer: inout ByteBuffer, depth: Int
  ) throws(RenderFailure) {
    if printing.contains(where: { $0 === box }) { return buffer.append("{...}") }
    printing.append(box)
    defer { printing.removeLast() }
    buffer.append("{")
    for (place, key) in box.keys.enumerated() {
      if place > 0 { buffer.append(", ") }
      try countIteration()
      try appendRepresentation(key, to: &buffer, depth: depth + 1)
      buffer.append(": ")
      try appendRepresentation(box.values[place], to: &buffer, depth: depth + 1)
    }
    buffer.append("}")
  }

  private func appendObject(
    _ object: HeapObject, to buffer: inout ByteBuffer, depth: Int
  ) throws(RenderFailure) {
    switch object {
    case let range as RangeBox:
      buffer.append("range(\(range.start), \(range.writtenStop)\(range.step == 1 ? "" : ", \(range.step)"))")
    case let view as ViewBox:
      buffer.append("dict_\(view.kind.rawValue)(")
      let items = try listOfItems(view)
      try appendItems(view, items, "[", "]", to: &buffer, depth: depth)
      buffer.append(")")
    case let slice as SliceBox:
      try appendItems(slice, [slice.start, slice.stop, slice.step], "slice(", ")", to: &buffer, depth: depth)
    case let bytes as BytesBox: appendBytes(bytes.bytes, to: &buffer)
    case let namespace as NamespaceBox:
      if printing.contains(where: { $0 === namespace }) { return buffer.append("<Namespace ...>") }
      printing.append(namespace)
      defer { printing.removeLast() }
      buffer.append("<Namespace ")
      try appendPairs(namespace.attributes, to: &buffer, depth: depth + 1)
      buffer.append(">")
    case let loop as LoopBox:
      buffer.append("<LoopContext \(loop.index0 + 1)/\(try loop.length(self))>")
    case let macro as MacroBox:
      buffer.append(macro.macro.pointee.name.map { "<Macro '\($0)'>" } ?? "<Macro anonymous>")
    case let type as TypeBox: buffer.append("<class '\(type.name)'>")
    case let function as FunctionBox: buffer.append(function.function.representation)
    case let method as MethodBox:
      buffer.append("<built-in method \(method.name) of \(method.receiver.typeName) object>")
    case is TemplateReferenceBox: buffer.append("<TemplateReference None>")
    default: buffer.append("<\(object.typeName) object>")
    }
  }

  private func appendBytes(_ bytes: [UInt8], to buffer: inout ByteBuffer) {
    let quote = bytes.contains(39) && !bytes.contains(34) ? UInt8(34) : 39
    buffer.append("b")
    buffer.append(quote)
    for byte in bytes {
      switch byte {
      case 9: buffer.append("\\t")
      case 10: buffer.append("\\n")
      case 13: buffer.append("\\r")
      case 92: buffer.append("\\\\")
      case quote: buffer.append([92, quote])
      case 32..<127: buffer.append(byte)
      default: buffer.append("\\x" + hexadecimal([byte]))
      }
    }
    buffer.append(quote)
  }

  func appendInteger(_ number: Int, to buffer: inout ByteBuffer) {
    if number >= 0, number < 10 { return buffer.append(UInt8(48 + number)) }
    buffer.append(decimal: number)
  }
}

/// Appends a text as Python's `repr` quotes it.
func appendQuoted(_ text: Text, to buffer: inout ByteBuffer) {
  let hasSingle = text.bytes.contains(39)
  let quote: UInt8 = hasSingle && !text.bytes.contains(34) ? 34 : 39
  buffer.append(quote)
  for scalar in text.scalars {
    switch scalar.value {
    case 9: buffer.append("\\t")
    case 10: buffer.append("\\n")
    case 13: buffer.append("\\r")
    case 92: buffer.append("\\\\")
    case UInt32(quote): buffer.append([92, quote])
    case 32..<127: buffer.append(UInt8(scalar.value))
    default:
      if scalar.isPythonPrintable {
        buffer.append(String(scalar))
      } else {
        let (mark, width) = scalar.value < 0x100 ? ("x", 2) : scalar.value < 0x10000 ? ("u", 4) : ("U", 8)
        let digits = String(scalar.value, radix: 16)
        buffer.append("\\" + mark + String(repeating: "0", count: width - digits.utf8.count) + digits)
      }
    }
  }
  buffer.append(quote)
}
