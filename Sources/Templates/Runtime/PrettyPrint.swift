import Bytes

/// `pprint`: Python's `pprint.pformat` with its defaults (80 columns, sorted keys).
extension Machine {
  func prettyPrinted(_ value: Datum) throws(RenderFailure) -> Text {
    try region.build { (buffer) throws(RenderFailure) in
      try appendPretty(value, indent: 0, allowance: 0, level: 0, to: &buffer)
    }
  }

  private func appendPretty(
    _ value: Datum, indent: Int, allowance: Int, level: Int, to buffer: inout ByteBuffer
  ) throws(RenderFailure) {
    guard level < limits.recursion, stackRoom.isLeft else { throw tooDeep() }
    try checkSize(buffer.count)
    let plain = try sortedRepresentation(value)
    if plain.scalarCount > 80 - indent - allowance {
      switch value {
      case .list(let list):
        buffer.append("[")
        try appendItems(list.box.items, indent, allowance + 1, level + 1, to: &buffer)
        return buffer.append("]")
      case .tuple(let tuple) where tuple.box.names.isEmpty:
        let end: StaticString = tuple.box.items.count == 1 ? ",)" : ")"
        buffer.append("(")
        try appendItems(tuple.box.items, indent, allowance + end.utf8CodeUnitCount, level + 1, to: &buffer)
        return buffer.append(end)
      case .dictionary(let dictionary):
        return try appendMembers(dictionary.box, indent, allowance + 1, level + 1, to: &buffer)
      case .text(let text) where !text.isEmpty:
        return try appendLines(text, indent, allowance, level + 1, to: &buffer)
      default: break
      }
    }
    buffer.append(plain.raw)
  }

  /// `repr` with the keys of dictionaries in order.
  private func sortedRepresentation(_ value: Datum) throws(RenderFailure) -> Text {
    try countIteration()
    switch value {
    case .list(let list) where !printing.contains(where: { $0 === list.box }):
      return try bracketed(list.box, list.box.items, "[", "]")
    case .tuple(let tuple) where tuple.box.names.isEmpty:
      return try bracketed(tuple.box, tuple.box.items, "(", tuple.box.items.count == 1 ? ",)" : ")")
    case .dictionary(let dictionary) where !printing.contains(where: { $0 === dictionary.box }):
      let box = dictionary.box
      printing.append(box)
      defer { printing.removeLast() }
      guard printing.count < limits.recursion, stackRoom.isLeft else { throw tooDeep() }
      let order = sortedPlaces(box)
      return try region.build { (buffer) throws(RenderFailure) in
        buffer.append("{")
        for (number, place) in order.enumerated() {
          if number > 0 { buffer.append(", ") }
          buffer.append(try sortedRepresentation(box.keys[place]).raw)
          buffer.append(": ")
          buffer.append(try sortedRepresentation(box.values[place]).raw)
        }
        buffer.append("}")
      }
    default: return try representation(value)
    }
  }

  private func bracketed(
    _ box: HeapObject, _ items: [Datum], _ open: StaticString, _ close: StaticString
  ) throws(RenderFailure) -> Text {
    printing.append(box)
    defer { printing.removeLast() }
    guard printing.count < limits.recursion, stackRoom.isLeft else { throw tooDeep() }
    return try region.build { (buffer) throws(RenderFailure) in
      buffer.append(open)
      for (place, item) in items.enumerated() {
        if place > 0 { buffer.append(", ") }
        buffer.append(try sortedRepresentation(item).raw)
      }
      buffer.append(close)
    }
  }

  /// The places of a dictionary by key; keys without an order of their own go by their type's name.
  private func sortedPlaces(_ box: DictionaryBox) -> [Int] {
    var order = Array(box.keys.indices)
    order.sort { a, b in
      let (x, y) = (box.keys[a], box.keys[b])
      if let isBefore = try? precedes(x, y), let isAfter = try? precedes(y, x) {
        return isBefore || !isAfter && a < b
      }
      let (left, right) = (x.typeName, y.typeName)
      return left == right ? a < b : left < right
    }
    return order
  }

  private func breakLine(_ indent: Int, to buffer: inout ByteBuffer) {
    buffer.append(10)
    for _ in 0..<indent { buffer.append(32) }
  }

  private func appendItems(
    _ items: [Datum], _ indent: Int, _ allowance: Int, _ level: Int, to buffer: inout ByteBuffer
  ) throws(RenderFailure) {
    for (place, item) in items.enumerated() {
      if place > 0 {
        buffer.append(",")
        breakLine(indent + 1, to: &buffer)
      }
      let isLast = place == items.count - 1
      try appendPretty(item, indent: indent + 1, allowance: isLast ? allowance : 1, level: level, to: &buffer)
    }
  }

  private func appendMembers(
    _ box: DictionaryBox, _ indent: Int, _ allowance: Int, _ level: Int, to buffer: inout ByteBuffer
  ) throws(RenderFailure) {
    buffer.append("{")
    let order = sortedPlaces(box)
    for (number, place) in order.enumerated() {
      if number > 0 {
        buffer.append(",")
        breakLine(indent + 1, to: &buffer)
      }
      let key = try sortedRepresentation(box.keys[place])
      buffer.append(key.raw)
      buffer.append(": ")
      try appendPretty(
        box.values[place], indent: indent + 1 + key.scalarCount + 2,
        allowance: number == order.count - 1 ? allowance : 1, level: level, to: &buffer)
    }
    buffer.append("}")
  }

  /// A long text in several literals, broken at lines and words.
  private func appendLines(
    _ text: Text, _ givenIndent: Int, _ givenAllowance: Int, _ level: Int, to buffer: inout ByteBuffer
  ) throws(RenderFailure) {
    let indent = givenIndent + (level == 1 ? 1 : 0)
    let allowance = givenAllowance + (level == 1 ? 1 : 0)
    let lines = self.lines(text, keepsEnds: true)
    let width = 80 - indent
    var chunks: [Text] = []
    for (place, line) in lines.enumerated() {
      let isLast = place == lines.count - 1
      let whole = try representation(.text(line))
      if whole.scalarCount <= (isLast ? width - allowance : width) {
        chunks.append(whole)
        continue
      }
      var current = line[0..<0]
      let words = wordsWithBlanks(line)
      for (number, word) in words.enumerated() {
        let room = number == words.count - 1 && isLast ? width - allowance : width
        let candidate = Text(start: current.start, count: current.count + word.count)
        if try representation(.text(candidate)).scalarCount > room {
          if !current.isEmpty { chunks.append(try representation(.text(current))) }
          current = word
        } else {
          current = candidate
        }
      }
      if !current.isEmpty { chunks.append(try representation(.text(current))) }
    }
    if chunks.count == 1 {
      guard let last = lines.last else { return }
      return buffer.append(try representation(.text(last)).raw)
    }
    if level == 1 { buffer.append("(") }
    for (place, chunk) in chunks.enumerated() {
      if place > 0 { breakLine(indent, to: &buffer) }
      buffer.append(chunk.raw)
    }
    if level == 1 { buffer.append(")") }
  }

  /// Words with the blanks behind each.
  private func wordsWithBlanks(_ line: Text) -> [Text] {
    var words: [Text] = []
    var offset = 0
    while offset < line.count {
      let start = offset
      var inBlanks = false
      while offset < line.count {
        let (scalar, size) = line.scalar(at: offset)
        if scalar.isPythonSpace { inBlanks = true } else if inBlanks { break }
        offset += size
      }
      words.append(line[start..<offset])
    }
    return words
  }
}
