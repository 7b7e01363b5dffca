import Bytes

/// `str.encode` and `str.maketrans`.
extension Machine {
  /// A text's bytes in UTF-8, ASCII or Latin-1; other encodings are unknown here.
  func encoded(_ text: Text, _ encoding: Datum, _ errors: Datum) throws(RenderFailure) -> [UInt8] {
    let encoding =
      encoding.isMissing ? Text("utf-8") : try requireText(encoding, "encode() argument 'encoding'")
    let errors = errors.isMissing ? Text("strict") : try requireText(errors, "encode() argument 'errors'")
    let highest: UInt32
    switch try lowercased(encoding).string.replacing("_", with: "-") {
    case "utf-8", "utf8", "u8", "utf": return Array(text.bytes)
    case "ascii", "us-ascii", "646": highest = 0x7F
    case "latin-1", "latin1", "latin", "l1", "iso-8859-1", "iso8859-1", "8859": highest = 0xFF
    default: throw runtimeError("LookupError", "unknown encoding: \(encoding.string)")
    }
    var bytes: [UInt8] = []
    for (place, scalar) in text.scalars.enumerated() {
      if scalar.value <= highest {
        bytes.append(UInt8(scalar.value))
        continue
      }
      switch errors.string {
      case "ignore": break
      case "replace": bytes.append(UInt8(ascii: "?"))
      case "strict":
        throw runtimeError(
          "UnicodeEncodeError", "'\(encoding.string)' codec can't encode the character at \(place)")
      default: throw runtimeError("LookupError", "unknown error handler name '\(errors.string)'")
      }
    }
    return bytes
  }

  /// The dictionary that `translate` takes: from one dictionary, or from two or three texts.
  func translationTable(_ a: BoundArguments) throws(RenderFailure) -> Datum {
    let table = region.newDictionary()
    guard let second = a.given(1) else {
      guard case .dictionary(let dictionary) = a[0] else {
        throw typeError("if you give only one argument to maketrans it must be a dict")
      }
      for (key, value) in zip(dictionary.box.keys, dictionary.box.values) {
        switch key {
        case .text(let text), .markup(let text):
          guard text.scalarCount == 1, let scalar = Array(text.scalars).first else {
            throw valueError("string keys in translate table must be of length 1")
          }
          table.set(.integer(Int(scalar.value)), value)
        case .integer, .boolean, .big: table.set(key, value)
        default: throw typeError("keys in translate table must be strings or integers")
        }
      }
      return try region.dictionary(table)
    }
    let to = Array(try requireText(second, "maketrans() argument 2").scalars)
    let third = try a.given(2).map { (third) throws(RenderFailure) in
      try requireText(third, "maketrans() argument 3")
    }
    guard let first = a[0].asText else {
      throw typeError("first maketrans argument must be a string if there is a second argument")
    }
    let from = Array(first.scalars)
    guard from.count == to.count else {
      throw valueError("the first two maketrans arguments must have equal length")
    }
    for (old, new) in zip(from, to) { table.set(.integer(Int(old.value)), .integer(Int(new.value))) }
    if let third {
      for scalar in third.scalars { table.set(.integer(Int(scalar.value)), .none) }
    }
    return try region.dictionary(table)
  }
}
