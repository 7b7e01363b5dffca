import Bytes

/// HTML escaping, as markupsafe does it.
extension Machine {
  /// A text with `& < > " '` as entities.
  func escaped(_ text: Text) throws(RenderFailure) -> Text {
    guard text.bytes.contains(where: needsEscape) else { return text }
    return try region.build { buffer in appendEscaped(text, to: &buffer) }
  }

  /// `markupsafe.escape(value)`
  func escape(_ value: Datum) throws(RenderFailure) -> Datum {
    value.isMarkup ? value : .markup(try escaped(try string(value)))
  }

  /// Appends a value escaped, markup as it is.
  func appendEscaped(_ value: Datum, to buffer: inout ByteBuffer) throws(RenderFailure) {
    switch value {
    case .markup(let text): buffer.append(text.raw)
    case .text(let text): appendEscaped(text, to: &buffer)
    case .integer, .number, .boolean, .none: try appendString(value, to: &buffer)
    default: appendEscaped(try string(value), to: &buffer)
    }
  }

  private func needsEscape(_ byte: UInt8) -> Bool {
    byte == 38 || byte == 60 || byte == 62 || byte == 34 || byte == 39
  }

  func appendEscaped(_ text: Text, to buffer: inout ByteBuffer) {
    var start = 0
    for (offset, byte) in text.bytes.enumerated() where needsEscape(byte) {
      buffer.append(text[start..<offset].raw)
      switch byte {
      case 38: buffer.append("&amp;")
      case 60: buffer.append("&lt;")
      case 62: buffer.append("&gt;")
      case 34: buffer.append("&#34;")
      default: buffer.append("&#39;")
      }
      start = offset + 1
    }
    buffer.append(text[start..<text.count].raw)
  }

  // MARK: Tags and entities

  /// Without comments and tags, white space collapsed, entities resolved (markupsafe's `striptags`).
  func strippedTags(_ text: Text) throws(RenderFailure) -> Text {
    var value = text
    while let open = value.find(Text("<!--")) {
      guard let close = value.find(Text("-->"), from: open) else { break }
      value = try joined(try copy(value[0..<open]), value[close + 3..<value.count])
    }
    while let open = value.find(Text("<")) {
      guard let close = value.find(Text(">"), from: open) else { break }
      value = try joined(try copy(value[0..<open]), value[close + 1..<value.count])
    }
    let words = try split(value, .none, limit: -1, fromEnd: false)
    return try unescapedEntities(try join(words, with: Text(" "), escaping: false))
  }

  private func copy(_ text: Text) throws(RenderFailure) -> Text { try region.text(copying: text.raw) }

  /// Resolves the entities that `escape` makes, numeric ones and the best known named ones.
  func unescapedEntities(_ text: Text) throws(RenderFailure) -> Text {
    guard text.bytes.contains(38) else { return text }
    return try region.build { buffer in
      var offset = 0
      while offset < text.count {
        if text.start[offset] == 38, let (replacement, size) = entity(text[offset..<text.count]) {
          buffer.append(replacement)
          offset += size
        } else {
          buffer.append(text.start[offset])
          offset += 1
        }
      }
    }
  }

  private func entity(_ text: Text) -> (String, Int)? {
    guard let end = text.bytes.prefix(34).firstIndex(of: UInt8(ascii: ";")) else { return nil }
    let name = text[1..<end].string
    if name.hasPrefix("#") {
      let digits = name.dropFirst()
      let isHexadecimal = digits.first == "x" || digits.first == "X"
      guard let code = UInt32(isHexadecimal ? digits.dropFirst() : digits, radix: isHexadecimal ? 16 : 10)
      else { return nil }
      return (String(Unicode.Scalar(code) ?? "\u{FFFD}"), end + 1)
    }
    return Self.entities[name].map { ($0, end + 1) }
  }

  private static let entities: [String: String] = [
    "amp": "&", "lt": "<", "gt": ">", "quot": "\"", "apos": "'", "nbsp": "\u{A0}", "copy": "©", "reg": "®",
    "trade": "™", "hellip": "…", "mdash": "—", "ndash": "–", "lsquo": "‘", "rsquo": "’", "ldquo": "“",
    "rdquo": "”", "laquo": "«", "raquo": "»", "bull": "•", "middot": "·", "euro": "€", "pound": "£",
    "yen": "¥", "cent": "¢", "sect": "§", "para": "¶", "deg": "°", "plusmn": "±", "times": "×",
    "divide": "÷", "frac12": "½", "frac14": "¼", "frac34": "¾", "eacute": "é", "egrave": "è", "agrave": "à",
    "aacute": "á", "acirc": "â", "ecirc": "ê", "euml": "ë", "auml": "ä", "ouml": "ö", "uuml": "ü",
    "Auml": "Ä", "Ouml": "Ö", "Uuml": "Ü", "szlig": "ß", "ntilde": "ñ", "ccedil": "ç", "oacute": "ó",
    "uacute": "ú", "iacute": "í", "larr": "←", "rarr": "→", "uarr": "↑", "darr": "↓", "infin": "∞",
  ]
}
