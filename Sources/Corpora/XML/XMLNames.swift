/// Numbers for the names that a description's paths use, looked up by the parser's interned pointers.
///
/// The parser keeps one copy of each name of a document for as long as it lives, so a pointer stands for a
/// name; each is compared byte by byte only when it is met first.
struct XMLNames {
  typealias Name = UnsafePointer<UInt8>

  /// A name that no path uses.
  static let other: Int32 = -1
  private var known: [[UInt8]] = []
  private var slots: [(name: Name?, number: Int32)] = Array(repeating: (nil, other), count: 256)

  /// The number of a name that a path uses, the same for the same bytes.
  mutating func number(for name: [UInt8]) -> Int32 {
    if let place = known.firstIndex(of: name) { return Int32(place) }
    known.append(name)
    return Int32(known.count - 1)
  }

  /// The number of a name in the document; `other` when no path uses it.
  mutating func number(of name: Name) -> Int32 {
    let slot = (Int(bitPattern: name) >> 3) & 255
    if slots[slot].name == name { return slots[slot].number }
    let number = Int32(clamping: known.firstIndex { Self.equal($0, name) } ?? -1)
    slots[slot] = (name, number)
    return number
  }

  /// The bytes of a zero-terminated name.
  static func bytes(_ name: Name) -> [UInt8] {
    var count = 0
    while name[count] != 0 { count += 1 }
    return Array(UnsafeBufferPointer(start: name, count: count))
  }

  /// Whether a zero-terminated name has exactly these bytes.
  static func equal(_ bytes: [UInt8], _ name: Name) -> Bool {
    for (place, byte) in bytes.enumerated() where name[place] != byte { return false }
    return name[bytes.count] == 0
  }
}
