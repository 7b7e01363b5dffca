/// What a call passes: values on the machine's stack and the names of those that have one.
struct CallArguments {
  var positional: UnsafeBufferPointer<Datum>
  /// The call site's, or the caller's for as long as the call lasts.
  var names: UnsafeBufferPointer<String>
  /// Whether the names are the call site's.
  var namesLast = false
  /// As many as `names`.
  var keywords: UnsafeBufferPointer<Datum>

  static var none: CallArguments {
    CallArguments(
      positional: UnsafeBufferPointer(start: nil, count: 0),
      names: UnsafeBufferPointer(start: nil, count: 0),
      keywords: UnsafeBufferPointer(start: nil, count: 0))
  }

  func keyword(_ name: String) -> Datum? {
    for (index, other) in names.enumerated() where other.utf8.elementsEqual(name.utf8) {
      return keywords[index]
    }
    return nil
  }

  /// Without the first positional arguments.
  func dropping(_ count: Int) -> CallArguments {
    var rest = self
    rest.positional = UnsafeBufferPointer(rebasing: positional.dropFirst(count))
    return rest
  }
}

/// The parameters of a built-in function.
struct Signature: Sendable {
  var function: String
  var parameters: [String]
  /// How many of them have no default.
  var required: Int
  /// Functions written in C often take arguments by place only.
  var takesKeywords: Bool

  init(_ function: String, _ parameters: String = "", required: Int = 0, takesKeywords: Bool = true) {
    self.function = function
    self.parameters = parameters.split(separator: " ").map(String.init)
    self.required = required
    self.takesKeywords = takesKeywords
  }
}

/// How many arguments a built-in function takes.
struct ArgumentCounts: BitwiseCopyable, Sendable {
  let required: Int
  let most: Int

  init(_ signature: Signature) {
    required = signature.required
    most = signature.parameters.count
  }

  /// Whether a call gives its arguments by place alone, and neither too few nor too many.
  @inline(__always)
  func allow(_ call: CallArguments) -> Bool {
    call.keywords.isEmpty && call.positional.count >= required && call.positional.count <= most
  }
}

/// Arguments by the place of their parameter; `.missing` where none was given.
struct BoundArguments {
  private var values = InlineArray<6, Datum>(repeating: .missing)
  var count = 0

  init() {}

  /// - Parameter positional: no more than there are parameters.
  init(_ positional: UnsafeBufferPointer<Datum>) {
    for (place, value) in positional.enumerated() { values[place] = value }
    count = positional.count
  }

  subscript(_ place: Int) -> Datum {
    get { values[place] }
    set { values[place] = newValue }
  }

  func given(_ place: Int) -> Datum? { values[place].isMissing ? nil : values[place] }
}

extension Machine {
  /// Sorts a call's arguments by parameter.
  ///
  /// - Throws: Python's TypeError for too many, too few, unknown or repeated arguments.
  func bind(_ call: CallArguments, _ signature: Signature) throws(RenderFailure) -> BoundArguments {
    var bound = BoundArguments()
    let most = signature.parameters.count
    guard call.positional.count <= most else {
      throw typeError(
        "\(signature.function)() takes \(most) positional arguments but \(call.positional.count) were given")
    }
    for (place, value) in call.positional.enumerated() { bound[place] = value }
    bound.count = call.positional.count
    for (index, name) in call.names.enumerated() {
      guard signature.takesKeywords else {
        throw typeError("\(signature.function)() takes no keyword arguments")
      }
      guard let place = signature.parameters.firstIndex(of: name) else {
        throw typeError("\(signature.function)() got an unexpected keyword argument '\(name)'")
      }
      guard bound[place].isMissing else {
        throw typeError("\(signature.function)() got multiple values for argument '\(name)'")
      }
      bound[place] = call.keywords[index]
      bound.count += 1
    }
    for place in 0..<signature.required where bound[place].isMissing {
      throw typeError(
        "\(signature.function)() missing required argument: '\(signature.parameters[place])'")
    }
    return bound
  }

  // MARK: Arguments as Swift values

  func requireText(_ value: Datum, _ what: @autoclosure () -> String) throws(RenderFailure) -> Text {
    guard let text = value.asText else {
      throw typeError("\(what()) must be str, not \(value.typeName)")
    }
    return text
  }

  func requireInteger(_ value: Datum) throws(RenderFailure) -> Int {
    guard let number = index(value) else {
      throw typeError("'\(value.typeName)' object cannot be interpreted as an integer")
    }
    return number
  }

  func integer(_ value: Datum, default fallback: Int) throws(RenderFailure) -> Int {
    value.isMissing ? fallback : try requireInteger(value)
  }

  func flag(_ value: Datum, default fallback: Bool = false) throws(RenderFailure) -> Bool {
    value.isMissing ? fallback : try isTrue(value)
  }
}
