extension AnswerExtraction {
  /// Numbers in the order of the text: digits with commas between thousands, an optional minus, an optional part
  /// behind a dot; `$` before and a dot behind belong to the sentence. In their plainest form: `1,450.50` is 1450.5.
  static func numbers(_ text: String) -> [String] {
    // The paper's script takes all commas out first.
    let bytes = text.utf8.filter { $0 != UInt8(ascii: ",") }
    func isDigit(_ place: Int) -> Bool { bytes.indices.contains(place) && (48...57).contains(bytes[place]) }
    var found: [String] = []
    var place = 0
    while place < bytes.count {
      guard isDigit(place) else {
        place += 1
        continue
      }
      let start = place
      while isDigit(place) { place += 1 }
      if place < bytes.count, bytes[place] == UInt8(ascii: "."), isDigit(place + 1) {
        place += 1
        while isDigit(place) { place += 1 }
      }
      let digits = String(decoding: bytes[start..<place], as: UTF8.self)
      // A hyphen behind a letter or digit joins words or subtracts.
      let isNegative =
        start > 0 && bytes[start - 1] == UInt8(ascii: "-")
        && (start < 2 || !isWordByte(bytes[start - 2]))
      found.append(plainest(digits, isNegative: isNegative))
    }
    return found
  }

  private static func plainest(_ digits: String, isNegative: Bool) -> String {
    var bytes = Array(digits.utf8)
    if bytes.contains(UInt8(ascii: ".")) {
      while bytes.last == UInt8(ascii: "0") { bytes.removeLast() }
      if bytes.last == UInt8(ascii: ".") { bytes.removeLast() }
    }
    while bytes.count > 1, bytes[0] == UInt8(ascii: "0"), bytes[1] != UInt8(ascii: ".") {
      bytes.removeFirst()
    }
    let text = String(decoding: bytes, as: UTF8.self)
    return isNegative && text != "0" ? "-" + text : text
  }

  static func isNumber(_ text: String) -> Bool {
    let rest = text.utf8.filter { !(48...57).contains($0) }
    return rest.count < text.utf8.count && rest.allSatisfy { " ,.$-".utf8.contains($0) }
      && numbers(text).count == 1
  }

  /// The letter of `B`, `(B)`, `B.` and `b`, as a capital; nil for anything else.
  static func letter(_ text: String) -> String? {
    let bytes = text.utf8.filter { !" ().:".utf8.contains($0) }
    guard bytes.count == 1, let byte = bytes.first, (65...90).contains(byte & ~0x20) else { return nil }
    return String(decoding: [byte & ~0x20], as: UTF8.self)
  }

  /// Capitals that stand by themselves, those in brackets first; of the known ones where some are.
  static func letters(_ text: String, known: [String]) -> [String] {
    let bytes = Array(text.utf8)
    func isWord(_ place: Int) -> Bool { bytes.indices.contains(place) && isWordByte(bytes[place]) }
    var inBrackets: [String] = []
    var alone: [String] = []
    for place in bytes.indices where (65...90).contains(bytes[place]) {
      let letter = String(decoding: [bytes[place]], as: UTF8.self)
      guard !isWord(place - 1), !isWord(place + 1), known.isEmpty || known.contains(letter) else { continue }
      let isClosed = bytes.indices.contains(place + 1) && bytes[place + 1] == UInt8(ascii: ")")
      if place > 0, bytes[place - 1] == UInt8(ascii: "("), isClosed { inBrackets.append(letter) }
      alone.append(letter)
    }
    return inBrackets.isEmpty ? alone : inBrackets
  }

  /// Choices that stand in the text at word boundaries, capitals aside; of those at one place the longest.
  static func choices(_ text: String, _ choices: [String]) -> [String] {
    let bytes = lowered(text)
    let wanted = choices.map { lowered(trimmed($0)) }
    func isWord(_ place: Int) -> Bool { bytes.indices.contains(place) && isWordByte(bytes[place]) }
    var found: [String] = []
    var place = 0
    while place < bytes.count {
      var best: Int?
      for (number, choice) in wanted.enumerated() where !choice.isEmpty && place + choice.count <= bytes.count
      {
        guard bytes[place..<place + choice.count].elementsEqual(choice) else { continue }
        let startsInWord = isWordByte(choice[0]) && isWord(place - 1)
        let endsInWord = isWordByte(choice[choice.count - 1]) && isWord(place + choice.count)
        if !startsInWord, !endsInWord, choice.count > best.map({ wanted[$0].count }) ?? 0 { best = number }
      }
      if let best {
        found.append(trimmed(choices[best]))
        place += wanted[best].count
      } else {
        place += 1
      }
    }
    return found
  }

  /// The first line that is not blank, without quotes around and a dot behind.
  static func free(_ text: String) -> String? {
    for line in text.split(separator: "\n") {
      let plain = trimmed(String(line))
      if !plain.isEmpty { return plain }
    }
    return nil
  }

  /// Words in lower case, of letters alone.
  static func words(_ text: String) -> [String] {
    lowered(text).split { !isWordByte($0) }.map { String(decoding: $0, as: UTF8.self) }
  }

  /// A text as it is compared: in lower case, without blanks, quotes and dots at its ends.
  static func plain(_ text: String) -> String { String(decoding: lowered(trimmed(text)), as: UTF8.self) }

  private static func trimmed(_ text: String) -> String {
    var bytes = Array(text.utf8)[...]
    func isAside(_ byte: UInt8) -> Bool {
      byte <= 32 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'")
    }
    while let first = bytes.first, isAside(first) { bytes.removeFirst() }
    while let last = bytes.last, isAside(last) || last == UInt8(ascii: ".") { bytes.removeLast() }
    return String(decoding: bytes, as: UTF8.self)
  }

  private static func lowered(_ text: String) -> [UInt8] {
    text.utf8.map { (65...90).contains($0) ? $0 | 0x20 : $0 }
  }

  private static func isWordByte(_ byte: UInt8) -> Bool {
    (48...57).contains(byte) || (65...90).contains(byte & ~0x20) || byte == UInt8(ascii: "_") || byte >= 0x80
  }
}
