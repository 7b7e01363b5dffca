import Bytes

/// A pattern in Python's syntax, spelled as PCRE2 wants it where the two differ.
struct PythonSyntax {
  private(set) var bytes: [UInt8] = []
  /// For each byte written, the offset in the source that it comes from.
  private var origins: [Int] = []
  private let source: [UInt8]
  private let text: String
  private var place = 0

  private init(_ text: String) {
    self.text = text
    source = Array(text.utf8)
  }

  static func translate(_ text: String) throws(Diagnostic) -> PythonSyntax {
    var syntax = PythonSyntax(text)
    try syntax.run()
    return syntax
  }

  func sourceOffset(of offset: Int) -> Int { offset < origins.count ? origins[offset] : source.count }

  private mutating func run() throws(Diagnostic) {
    while place < source.count {
      switch source[place] {
      case UInt8(ascii: "\\"): try escape(inClass: false)
      case UInt8(ascii: "["): try characterClass()
      case UInt8(ascii: "{") where isOpenRepeat: emit("{0", taking: 1)
      case UInt8(ascii: "(") where inlineFlags() != nil: emit(inlineFlags() ?? "", taking: flagsLength)
      default: copy(1)
      }
    }
  }

  /// `{,n}` is 0 through n in Python and plain text in PCRE2 before 10.43.
  private var isOpenRepeat: Bool {
    guard byte(1) == UInt8(ascii: ",") else { return false }
    var ahead = 2
    while let digit = byte(ahead), digit >= 48, digit <= 57 { ahead += 1 }
    return byte(ahead) == UInt8(ascii: "}")
  }

  private var flagsLength: Int {
    guard byte(1) == UInt8(ascii: "?") else { return 0 }
    var ahead = 2
    while let letter = byte(ahead), "aiLmsux-".utf8.contains(letter) { ahead += 1 }
    return byte(ahead) == UInt8(ascii: ")") || byte(ahead) == UInt8(ascii: ":") ? ahead : 0
  }

  /// `(?u)` says what holds anyway.
  private func inlineFlags() -> String? {
    guard flagsLength > 2 else { return nil }
    let letters = source[place + 2..<place + flagsLength]
    guard letters.contains(UInt8(ascii: "u")) else { return nil }
    return "(?" + String(decoding: letters.filter { $0 != UInt8(ascii: "u") }, as: UTF8.self)
  }

  private mutating func characterClass() throws(Diagnostic) {
    copy(1)
    if byte(0) == UInt8(ascii: "^") { copy(1) }
    if byte(0) == UInt8(ascii: "]") { emit("\\]", taking: 1) }
    while let next = byte(0) {
      switch next {
      case UInt8(ascii: "\\"): try escape(inClass: true)
      // Python knows no [:alpha:].
      case UInt8(ascii: "["): emit("\\[", taking: 1)
      case UInt8(ascii: "]"):
        copy(1)
        return
      default: copy(1)
      }
    }
  }

  private mutating func escape(inClass: Bool) throws(Diagnostic) {
    guard let letter = byte(1) else {
      throw Pattern.malformed(text, "bad escape (end of pattern)", at: place)
    }
    // Python counts four control characters and U+0085 as white space.
    let space = "\\s\\x1c-\\x1f\\x85"
    switch (letter, inClass) {
    case (UInt8(ascii: "Z"), false): emit("\\z", taking: 2)
    case (UInt8(ascii: "s"), true): emit(space, taking: 2)
    case (UInt8(ascii: "s"), false): emit("[\(space)]", taking: 2)
    case (UInt8(ascii: "S"), false): emit("[^\(space)]", taking: 2)
    case (UInt8(ascii: "u"), _): try codePoint(digits: 4)
    case (UInt8(ascii: "U"), _): try codePoint(digits: 8)
    case (_, true) where isLetter(letter) && !"abDdfnrSsvtWwx".utf8.contains(letter),
      (_, false) where isLetter(letter) && !"ABabDdfnrSsvtWwxZ".utf8.contains(letter):
      let escape = "\\" + String(decoding: [letter], as: UTF8.self)
      throw Pattern.malformed(text, "bad escape \(escape)", at: place)
    default: copy(2)
    }
  }

  private mutating func codePoint(digits: Int) throws(Diagnostic) {
    let end = place + 2 + digits
    let hex = end <= source.count ? String(decoding: source[place + 2..<end], as: UTF8.self) : ""
    guard let value = UInt32(hex, radix: 16), Unicode.Scalar(value) != nil else {
      throw Pattern.malformed(text, "incomplete escape \\\(digits == 4 ? "u" : "U")", at: place)
    }
    emit("\\x{\(hex)}", taking: 2 + digits)
  }

  private func isLetter(_ byte: UInt8) -> Bool {
    byte >= 65 && byte <= 90 || byte >= 97 && byte <= 122
  }

  private func byte(_ ahead: Int) -> UInt8? {
    place + ahead < source.count ? source[place + ahead] : nil
  }

  private mutating func copy(_ count: Int) {
    for _ in 0..<count where place < source.count {
      bytes.append(source[place])
      origins.append(place)
      place += 1
    }
  }

  private mutating func emit(_ spelling: String, taking count: Int) {
    for byte in spelling.utf8 {
      bytes.append(byte)
      origins.append(place)
    }
    place += count
  }
}
