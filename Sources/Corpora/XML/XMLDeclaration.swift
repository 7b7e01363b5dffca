/// The first bytes of a document, as far as `<?xml … ?>` reaches: which encoding the document says it has.
struct XMLDeclaration {
  private var head: [UInt8] = []
  /// Whether all is known that the declaration says.
  private(set) var isDone = false
  /// Bytes that were looked at and wait to be read.
  private var held: [UInt8] = []
  /// The name of an encoding that is not UTF-8 or a part of it.
  private(set) var otherEncoding: String?

  /// Gives out what was looked at; nothing is looked at any more.
  mutating func takeHead() -> [UInt8] {
    isDone = true
    defer { held = [] }
    return held
  }

  mutating func look(at bytes: UnsafeRawBufferPointer) {
    guard !isDone else { return }
    held += bytes
    head += bytes.prefix(256 - head.count)
    let text = String(decoding: head, as: UTF8.self)
    guard text.hasPrefix("<?xml") || (head.count < 5 && "<?xml".hasPrefix(text)) else {
      isDone = true
      return
    }
    guard text.contains("?>") || head.count >= 256 else { return }
    isDone = true
    let declaration = text.prefix { $0 != ">" }
    guard let key = declaration.firstRange(of: "encoding") else { return }
    let value = declaration[key.upperBound...].drop { $0 != "\"" && $0 != "'" }.dropFirst()
    let name = String(value.prefix { $0 != "\"" && $0 != "'" })
    if !["utf-8", "utf8", "us-ascii", "ascii"].contains(name.lowercased()) { otherEncoding = name }
  }
}
