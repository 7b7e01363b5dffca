import Bytes

/// Padding, stripping, tabs and translation.
extension Machine {
  func padded(
    _ text: Text, to width: Int, with fill: Text, _ method: StringMethod
  ) throws(RenderFailure) -> Text {
    let count = text.scalarCount
    guard width > count else { return text }
    let missing = width - count
    try checkProduct(missing, fill.count)
    let before =
      switch method {
      case .ljust: 0
      case .rjust: missing
      // CPython puts the odd one in front only where the width is odd too.
      default: missing / 2 + (missing & width & 1)
      }
    return try region.build { buffer in
      for _ in 0..<before { buffer.append(fill.raw) }
      buffer.append(text.raw)
      for _ in before..<missing { buffer.append(fill.raw) }
    }
  }

  func zeroFilled(_ text: Text, to width: Int) throws(RenderFailure) -> Text {
    let count = text.scalarCount
    guard width > count else { return text }
    let missing = width - count
    try checkSize(missing)
    let hasSign = text.count > 0 && (text.start[0] == UInt8(ascii: "-") || text.start[0] == UInt8(ascii: "+"))
    return try region.build { buffer in
      if hasSign { buffer.append(text.start[0]) }
      for _ in 0..<missing { buffer.append(UInt8(ascii: "0")) }
      buffer.append(text[(hasSign ? 1 : 0)..<text.count].raw)
    }
  }

  func stripped(_ text: Text, _ characters: Datum, _ method: StringMethod) throws(RenderFailure) -> Text {
    let leading = method != .rstrip
    let trailing = method != .lstrip
    if characters.isMissing || characters.isNone {
      return text.trimmed(leading: leading, trailing: trailing) { $0.isPythonSpace }
    }
    guard let set = characters.asText else {
      throw typeError("strip arg must be None or str")
    }
    return text.trimmed(leading: leading, trailing: trailing) { scalar in
      set.scalars.contains { $0 == scalar }
    }
  }

  func expandedTabs(_ text: Text, _ size: Int) throws(RenderFailure) -> Text {
    try checkProduct(max(1, size), text.bytes.count { $0 == 9 } + 1)
    return try region.build { buffer in
      var column = 0
      for scalar in text.scalars {
        switch scalar {
        case "\t":
          if size > 0 {
            let blanks = size - column % size
            for _ in 0..<blanks { buffer.append(32) }
            column += blanks
          }
        case "\n", "\r":
          buffer.append(UInt8(scalar.value))
          column = 0
        default:
          buffer.append(String(scalar))
          column += 1
        }
      }
    }
  }

  func translated(_ text: Text, _ table: Datum) throws(RenderFailure) -> Text {
    switch table {
    case .dictionary, .list, .tuple, .text, .markup: break
    case .undefined(let note) where !text.isEmpty: throw undefinedFailure(note.box)
    default:
      if text.isEmpty { return text }
      throw typeError("'\(table.typeName)' object is not subscriptable")
    }
    return try region.build { (buffer) throws(RenderFailure) in
      for scalar in text.scalars {
        switch try itemIfAny(table, .integer(Int(scalar.value))) {
        case nil: buffer.append(String(scalar))
        case .some(.none): break
        case .some(.integer(let code)):
          guard let code = UInt32(exactly: code), let mapped = Unicode.Scalar(code) else {
            throw valueError("character mapping must be in range(0x110000)")
          }
          buffer.append(String(mapped))
        case .some(let value):
          guard let mapped = value.asText else {
            throw typeError("character mapping must return integer, None or str")
          }
          buffer.append(mapped.raw)
          try checkSize(buffer.count)
        }
      }
    }
  }
}
