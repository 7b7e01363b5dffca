/// What is known of an attribute's name before there is a value: most are keys of dictionaries, parts of a
/// namespace, or belong to a loop, and are found without asking for all that Python's objects have.
struct AttributeName {
  enum LoopPart {
    case index, index0, revindex, revindex0, first, last, length
  }

  /// Whether no dictionary has a method of this name, and it is nobody's private part.
  let isPlain: Bool
  let loopPart: LoopPart?

  init(_ name: String) {
    isPlain = !name.isEmpty && !name.hasPrefix("_") && DictionaryMethod(rawValue: name) == nil
    loopPart =
      switch name {
      case "index": .index
      case "index0": .index0
      case "revindex": .revindex
      case "revindex0": .revindex0
      case "first": .first
      case "last": .last
      case "length": .length
      default: nil
      }
  }
}

extension Machine {
  /// `value.name` for a name of the template's own.
  @inline(__always)
  func attribute(
    _ value: Datum, _ name: Text, _ known: AttributeName
  ) throws(RenderFailure) -> Datum {
    switch value {
    case .dictionary(let dictionary) where known.isPlain:
      if let found = dictionary.lend({ $0.value(name) }) { return found }
    case .object(let object):
      let found = try object.lend { (box) throws(RenderFailure) in
        try box.quickAttribute(name, known, self)
      }
      if let found { return found }
    default: break
    }
    return try attribute(value, name)
  }
}
