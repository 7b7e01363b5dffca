import Bytes

/// Finding, counting, replacing and splitting.
extension Machine {
  /// The part of a text between two indices as Python's `find` takes them; nil when it is out of range.
  private func window(
    _ text: Text, _ start: Datum, _ end: Datum
  ) throws(RenderFailure) -> (low: Int, high: Int)? {
    if start.isMissing, end.isMissing { return (0, text.count) }
    let count = text.scalarCount
    func index(_ value: Datum, _ absent: Int) throws(RenderFailure) -> Int {
      if value.isMissing || value.isNone { return absent }
      guard let number = self.index(value) else {
        throw typeError("slice indices must be integers or None or have an __index__ method")
      }
      return number < 0 ? max(0, number + count) : number
    }
    let low = try index(start, 0)
    let high = min(try index(end, count), count)
    guard low <= high else { return nil }
    return (text.offset(ofScalar: low), text.offset(ofScalar: high))
  }

  func search(_ method: StringMethod, _ text: Text, _ a: BoundArguments) throws(RenderFailure) -> Datum {
    let needle = try requireText(a[0], "argument")
    let window = try window(text, a[1], a[2])
    if method == .count {
      guard let window else { return .integer(0) }
      let part = text[window.low..<window.high]
      if needle.isEmpty { return .integer(part.scalarCount + 1) }
      var count = 0
      var offset = 0
      while let found = part.find(needle, from: offset) {
        count += 1
        offset = found + needle.count
      }
      return .integer(count)
    }
    var found: Int?
    if let window {
      let part = text[0..<window.high]
      if method == .find || method == .index {
        found = part.find(needle, from: window.low)
      } else if let last = part.findLast(needle, before: window.high), last >= window.low {
        found = last
      }
    }
    if let found { return .integer(text[0..<found].scalarCount) }
    if method == .index || method == .rindex { throw valueError("substring not found") }
    return .integer(-1)
  }

  func affixed(_ method: StringMethod, _ text: Text, _ a: BoundArguments) throws(RenderFailure) -> Bool {
    let window = try window(text, a[1], a[2])
    let part = window.map { text[$0.low..<$0.high] }
    func matches(_ value: Datum) throws(RenderFailure) -> Bool {
      guard let affix = value.asText else {
        throw typeError(
          "\(method.rawValue) first arg must be str or a tuple of str, not \(value.typeName)")
      }
      guard let part else { return false }
      return method == .startswith ? part.hasPrefix(affix) : part.hasSuffix(affix)
    }
    guard case .tuple(let affixes) = a[0] else { return try matches(a[0]) }
    for affix in affixes.box.items where try matches(affix) { return true }
    return false
  }

  /// - Parameter limit: negative for all.
  func replaced(_ text: Text, _ old: Text, _ new: Text, limit: Int) throws(RenderFailure) -> Text {
    if limit == 0 { return text }
    if old.isEmpty { return try interleaved(text, new, limit: limit) }
    guard var found = text.find(old) else { return text }
    return try region.build { (buffer) throws(RenderFailure) in
      var offset = 0
      var left = limit
      while left != 0 {
        buffer.append(text[offset..<found].raw)
        buffer.append(new.raw)
        try checkSize(buffer.count)
        offset = found + old.count
        left -= 1
        guard let next = text.find(old, from: offset) else { break }
        found = next
      }
      buffer.append(text[offset..<text.count].raw)
    }
  }

  private func interleaved(_ text: Text, _ new: Text, limit: Int) throws(RenderFailure) -> Text {
    try checkProduct(text.scalarCount + 1, new.count)
    return try region.build { buffer in
      var offset = 0
      var left = limit < 0 ? Int.max : limit
      while offset < text.count, left > 0 {
        let end = offset + text.size(at: offset)
        buffer.append(new.raw)
        buffer.append(text[offset..<end].raw)
        offset = end
        left -= 1
      }
      buffer.append(text[offset..<text.count].raw)
      if left > 0 { buffer.append(new.raw) }
    }
  }

  // MARK: Splitting

  func split(
    _ text: Text, _ separator: Datum, limit: Int, fromEnd: Bool
  ) throws(RenderFailure) -> Datum {
    let limit = limit < 0 ? Int.max : limit
    if separator.isMissing || separator.isNone {
      return try region.list(
        fromEnd ? splitAtSpaceFromEnd(text, limit) : splitAtSpace(text, limit))
    }
    let separator = try requireText(separator, "separator")
    guard !separator.isEmpty else { throw valueError("empty separator") }
    var parts: [Datum] = []
    if fromEnd {
      var end = text.count
      while parts.count < limit, let found = text.findLast(separator, before: end) {
        parts.append(.text(text[found + separator.count..<end]))
        end = found
      }
      parts.append(.text(text[0..<end]))
      return try region.list(parts.reversed())
    }
    var offset = 0
    let list = region.newList()
    list._withUnsafeGuaranteedRef { list in
      while list.items.count < limit, let found = text.find(separator, from: offset) {
        list.items.append(.text(text[offset..<found]))
        offset = found + separator.count
      }
      list.items.append(.text(text[offset..<text.count]))
    }
    return try region.list(list)
  }

  private func splitAtSpace(_ text: Text, _ limit: Int) -> [Datum] {
    var parts: [Datum] = []
    var rest = text.trimmed(trailing: false) { $0.isPythonSpace }
    while !rest.isEmpty {
      if parts.count == limit {
        parts.append(.text(rest))
        break
      }
      var end = 0
      while end < rest.count {
        let (scalar, size) = rest.scalar(at: end)
        if scalar.isPythonSpace { break }
        end += size
      }
      parts.append(.text(rest[0..<end]))
      rest = rest[end..<rest.count].trimmed(trailing: false) { $0.isPythonSpace }
    }
    return parts
  }

  private func splitAtSpaceFromEnd(_ text: Text, _ limit: Int) -> [Datum] {
    var parts: [Datum] = []
    var rest = text.trimmed(leading: false) { $0.isPythonSpace }
    while !rest.isEmpty {
      if parts.count == limit {
        parts.append(.text(rest))
        break
      }
      let before = rest.trimmed(leading: false) { !$0.isPythonSpace }
      parts.append(.text(rest[before.count..<rest.count]))
      rest = before.trimmed(leading: false) { $0.isPythonSpace }
    }
    return parts.reversed()
  }

  /// The lines of a text; `\r\n` is one line break.
  func lines(_ text: Text, keepsEnds: Bool = false) -> [Text] {
    var lines: [Text] = []
    var start = 0
    var offset = 0
    while offset < text.count {
      let (scalar, size) = text.scalar(at: offset)
      var next = offset + size
      if scalar.isPythonLineBreak {
        if scalar == "\r", next < text.count, text.start[next] == 10 { next += 1 }
        lines.append(text[start..<(keepsEnds ? next : offset)])
        start = next
      }
      offset = next
    }
    if start < text.count { lines.append(text[start..<text.count]) }
    return lines
  }

  func splitLines(_ text: Text, keepsEnds: Bool) throws(RenderFailure) -> Datum {
    try region.list(lines(text, keepsEnds: keepsEnds).map { .text($0) })
  }

  func partitioned(_ text: Text, _ separator: Datum, fromEnd: Bool) throws(RenderFailure) -> Datum {
    let separator = try requireText(separator, "separator")
    guard !separator.isEmpty else { throw valueError("empty separator") }
    let found = fromEnd ? text.findLast(separator, before: text.count) : text.find(separator)
    guard let found else {
      let parts = fromEnd ? [Text.empty, .empty, text] : [text, .empty, .empty]
      return try region.tuple(parts.map { .text($0) })
    }
    return try region.tuple([
      .text(text[0..<found]), .text(separator), .text(text[found + separator.count..<text.count]),
    ])
  }

  // MARK: Joining

  /// The texts of a sequence with another between them.
  func join(_ value: Datum, with separator: Text, escaping: Bool) throws(RenderFailure) -> Text {
    guard let cursor = try cursor(over: value) else { throw typeError("can only join an iterable") }
    var items = cursor
    return try region.build { (buffer) throws(RenderFailure) in
      var place = 0
      while let item = try items.next(self) {
        if place > 0 { buffer.append(separator.raw) }
        if escaping {
          try appendEscaped(item, to: &buffer)
        } else if let text = item.asText {
          buffer.append(text.raw)
        } else {
          let name = item.isUndefined && isStrict ? "StrictUndefined" : item.typeName
          throw typeError("sequence item \(place): expected str instance, \(name) found")
        }
        place += 1
        try checkSize(buffer.count)
      }
    }
  }
}
