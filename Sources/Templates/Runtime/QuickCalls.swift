import Bytes
import CTextLoops

/// Calls that templates mostly make, without the way through arguments by name, and put out where they are made.
extension Machine {
  /// Calls a value and appends what it gives: what a plain macro puts out stays where it is.
  func callAndPrint(_ site: UnsafePointer<LinkedSite>) throws(RenderFailure) {
    let start = top &- site.pointee.count
    guard !autoescape, site.pointee.isPlain, case .object(let object) = stack[start &- 1],
      stack[start &- 1].isObject(MacroBox.self)
    else {
      try callTop(site)
      return try printTop(.never)
    }
    let isDone = try object.lend { (object) throws(RenderFailure) in
      let macro = unsafeDowncast(object, to: MacroBox.self)
      let count = site.pointee.positional
      guard macro.isPlain, count <= macro.parameterCount else { return false }
      let frame = try newFrame(macro.function, parent: macro.frame)
      frame._withUnsafeGuaranteedRef { frame in
        for place in 0..<count { frame.slots[macro.slot(ofParameter: place)] = stack[start &+ place] }
      }
      top = start &- 1
      try run(macro.function, frame)
      return true
    }
    if isDone { return try checkOutput() }
    try callTop(site)
    try printTop(.never)
  }

  /// Appends the items of a sequence with a separator between them.
  func joinAndPrint(_ site: UnsafePointer<LinkedSite>) throws(RenderFailure) {
    let start = top &- site.pointee.count
    let value = stack[start &- 1]
    guard !autoescape, site.pointee.isPlain, site.pointee.positional <= 1, value.asText == nil,
      let separator = site.pointee.positional == 0 ? .empty : stack[start].asText
    else {
      try filterTop(.join, site)
      return try printTop(.never)
    }
    top = start &- 1
    var cursor = try requireCursor(over: value)
    var isFirst = true
    while let item = try cursor.next(self) {
      if !isFirst { output.append(separator.raw) }
      isFirst = false
      switch item {
      case .text(let text): output.append(text.raw)
      // What makes the text may put something out itself, so that it is not written in place.
      default: output.append(try string(item).raw)
      }
      try checkOutput()
    }
  }

  /// A method with one argument of the kind that it is mostly called with; nil for everything else.
  ///
  /// - Parameter start: where the arguments begin on the stack.
  @inline(__always)
  func quickMethod(
    _ site: UnsafePointer<LinkedSite>, _ receiver: Datum, _ start: Int
  ) throws(RenderFailure) -> Datum? {
    guard site.pointee.isPlain, site.pointee.positional == 1, site.pointee.stringMethod == .split,
      case .text(let text) = receiver, case .text(let separator) = stack[start], separator.count == 1,
      text.count <= Self.mostAtOnce
    else { return nil }
    try countWork(text.count)
    return try split(text, at: separator.start[0])
  }

  /// Texts longer than this are divided from place to place: all places at once would take too much memory.
  private static var mostAtOnce: Int { 1 << 12 }

  private func split(_ text: Text, at separator: UInt8) throws(RenderFailure) -> Datum {
    let places = try region.allocate(text.count * MemoryLayout<UInt32>.stride)
      .bindMemory(to: UInt32.self, capacity: text.count)
    let count = pb_text_marks(text.start, text.count, separator, separator, separator, separator, places)
    let parts = try region.allocate((count + 1) * MemoryLayout<Datum>.stride)
      .bindMemory(to: Datum.self, capacity: count + 1)
    var low = 0
    for place in 0..<count {
      let high = Int(places[place])
      parts[place] = .text(text[low..<high])
      low = high &+ 1
    }
    parts[count] = .text(text[low..<text.count])
    return try region.list(copying: UnsafeBufferPointer(start: parts, count: count + 1))
  }
}
