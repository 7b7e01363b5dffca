import Bytes

/// The functions and types that every template knows.
enum GlobalFunction: String, Sendable, CaseIterable {
  case range, dict, lipsum, cycler, joiner, namespace
  case zip
  case raiseException = "raise_exception"
  case timeNow = "strftime_now"

  /// Whether an environment has it.
  func exists(in environment: TemplateEnvironment) -> Bool {
    switch self {
    case .zip: environment == .promptsource
    case .raiseException, .timeNow: environment == .chat
    default: true
    }
  }

  var isType: Bool {
    switch self {
    case .lipsum, .raiseException, .timeNow: false
    default: true
    }
  }

  var representation: String {
    switch self {
    case .range, .dict, .zip: "<class '\(rawValue)'>"
    case .cycler: "<class 'jinja2.utils.Cycler'>"
    case .joiner: "<class 'jinja2.utils.Joiner'>"
    case .namespace: "<class 'jinja2.utils.Namespace'>"
    case .lipsum: "<function generate_lorem_ipsum>"
    case .raiseException, .timeNow: "<function \(rawValue)>"
    }
  }
}

extension Machine {
  func call(_ function: GlobalFunction, _ call: CallArguments) throws(RenderFailure) -> Datum {
    switch function {
    case .range: return try range(call)
    case .dict:
      let box = region.newDictionary()
      try fill(box, from: call)
      return try region.dictionary(box)
    case .namespace:
      let namespace = region.newNamespace()
      try namespace.lend { (box) throws(RenderFailure) in
        try fill(box.attributes, from: call)
        if isSandboxed,
          let name = box.attributes.keys.first(where: { $0.asText?.hasPrefix(Text("_")) ?? false })
        {
          throw underscoreFailure(try string(name).string)
        }
      }
      return try region.pooled(namespace)
    case .cycler:
      guard !call.positional.isEmpty else {
        throw runtimeError("RuntimeError", "at least one item has to be provided")
      }
      return try region.object(CyclerBox(Array(call.positional)))
    case .joiner:
      let a = try bind(call, Signature("Joiner", "sep"))
      return try region.object(JoinerBox(a.given(0) ?? .text(Text(", "))))
    case .zip:
      var cursors: [Cursor] = []
      for value in call.positional { cursors.append(try requireCursor(over: value)) }
      return try generator(ZippedCursors(cursors: cursors).step)
    case .raiseException:
      let a = try bind(call, Signature("raise_exception", "message", required: 1))
      throw RenderFailure(.runtime, "TemplateError: \(try string(a[0]).string)")
    case .timeNow:
      let a = try bind(call, Signature("strftime_now", "format", required: 1))
      return .text(try formatTime(try requireText(a[0], "strftime() argument 1")))
    case .lipsum: return try loremIpsum(call)
    }
  }

  func underscoreFailure(_ name: String) -> RenderFailure {
    runtimeError(
      "SecurityError",
      "Chat templates cannot store underscore-prefixed attributes on a namespace, but got '\(name)'")
  }

  private func fill(_ box: DictionaryBox, from call: CallArguments) throws(RenderFailure) {
    guard call.positional.count <= 1 else {
      throw typeError("dict expected at most 1 argument, got \(call.positional.count)")
    }
    if let source = call.positional.first { try update(box, from: source) }
    for (index, name) in call.names.enumerated() {
      box.set(.text(try region.text(name)), call.keywords[index])
    }
  }

  private func range(_ call: CallArguments) throws(RenderFailure) -> Datum {
    guard call.names.isEmpty else { throw typeError("range() takes no keyword arguments") }
    guard (1...3).contains(call.positional.count) else {
      throw typeError("range expected 1 to 3 arguments, got \(call.positional.count)")
    }
    var numbers: [Int] = []
    for value in call.positional {
      if value.isUndefined {
        throw typeError(
          "'\(isStrict ? "StrictUndefined" : "Undefined")' object cannot be interpreted as an integer")
      }
      numbers.append(try requireInteger(value))
    }
    let start = numbers.count == 1 ? 0 : numbers[0]
    let stop = numbers.count == 1 ? numbers[0] : numbers[1]
    let step = numbers.count == 3 ? numbers[2] : 1
    guard step != 0 else { throw valueError("range() arg 3 must not be zero") }
    let (distance, overflow) =
      step > 0 ? stop.subtractingReportingOverflow(start) : start.subtractingReportingOverflow(stop)
    let size = Int(clamping: step.magnitude)
    let count = overflow ? .max : distance <= 0 ? 0 : (distance - 1) / size + 1
    guard count <= limits.rangeLength else {
      throw .tooLongRange(limits)
    }
    if isSandboxed, count > 100_000 {
      throw runtimeError(
        "OverflowError", "Range too big. The sandbox blocks ranges larger than MAX_RANGE (100000).")
    }
    let box = RangeBox(start: start, step: step, count: count)
    box.writtenStop = stop
    return try region.object(box)
  }

  /// Placeholder text, drawn from the template's own randomness.
  private func loremIpsum(_ call: CallArguments) throws(RenderFailure) -> Datum {
    let a = try bind(call, Signature("generate_lorem_ipsum", "n html min max"))
    let paragraphs = try integer(a[0], default: 5)
    let html = try flag(a[1], default: true)
    let least = try integer(a[2], default: 20)
    let most = try integer(a[3], default: 100)
    guard most > least, least >= 0, paragraphs >= 0 else {
      throw valueError("empty range for randrange()")
    }
    try checkProduct(most, 8)
    try checkProduct(paragraphs, max(1, most * 8))
    let words = [
      "lorem", "ipsum", "dolor", "sit", "amet", "consectetuer", "adipiscing", "elit", "sed", "diam",
    ]
    var texts: [String] = []
    for _ in 0..<paragraphs {
      var made: [String] = []
      for _ in 0..<(least + draw(most - least)) {
        try countIteration()
        made.append(words[draw(words.count)])
      }
      let text = made.joined(separator: " ")
      let capital = text.prefix(1).uppercased() + text.dropFirst() + "."
      texts.append(html ? "<p>\(capital)</p>" : capital)
    }
    let text = try region.text(texts.joined(separator: html ? "\n" : "\n\n"))
    return html ? .markup(text) : .text(text)
  }
}

/// Python's `zip`: ends with the shortest.
private final class ZippedCursors {
  private var cursors: [Cursor]
  init(cursors: [Cursor]) { self.cursors = cursors }

  func step(_ machine: Machine) throws(RenderFailure) -> Datum? {
    var items: [Datum] = []
    for place in cursors.indices {
      guard let item = try cursors[place].next(machine) else { return nil }
      items.append(item)
    }
    return cursors.isEmpty ? nil : try machine.region.tuple(items)
  }
}
