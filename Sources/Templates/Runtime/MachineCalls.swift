import Bytes

/// Calls of filters, tests, functions and methods.
extension Machine {
  func filterTop(_ filter: Filter, _ site: UnsafePointer<LinkedSite>) throws(RenderFailure) {
    let start = top - site.pointee.count
    let result = try withArguments(site, start) { (call) throws(RenderFailure) in
      try apply(filter, to: stack[start - 1], call)
    }
    top = start
    stack[start - 1] = result
  }

  func testTop(_ test: TestName, _ site: UnsafePointer<LinkedSite>) throws(RenderFailure) {
    let start = top - site.pointee.count
    let result = try withArguments(site, start) { (call) throws(RenderFailure) in
      try self.test(test, stack[start - 1], call)
    }
    top = start
    stack[start - 1] = .boolean(result)
  }

  func callTop(_ site: UnsafePointer<LinkedSite>) throws(RenderFailure) {
    let start = top - site.pointee.count
    let result = try withArguments(site, start) { (call) throws(RenderFailure) in
      try self.call(stack[start - 1], call)
    }
    top = start
    stack[start - 1] = result
  }

  /// `receiver.name(…)` without making the method an object, where the receiver is one of the common types.
  func callMethod(_ site: UnsafePointer<LinkedSite>) throws(RenderFailure) {
    let start = top - site.pointee.count
    let receiver = stack[start - 1]
    if let quick = try quickMethod(site, receiver, start) {
      top = start
      stack[start - 1] = quick
      return
    }
    let result = try withArguments(site, start) { (call) throws(RenderFailure) in
      switch receiver {
      case .text(let text):
        if let method = site.pointee.stringMethod, !method.isMarkupOnly,
          !isSandboxed || !site.pointee.isPrivate
        {
          return try self.call(method, of: text, isMarkup: false, call)
        }
      case .list(let list):
        if let method = site.pointee.listMethod,
          !isSandboxed || !method.changes && !site.pointee.isPrivate
        {
          return try self.call(method, of: list.box, call)
        }
      case .dictionary(let dictionary):
        if let method = site.pointee.dictionaryMethod, !isSandboxed {
          return try self.call(method, of: dictionary.box, call)
        }
      default: break
      }
      guard case .text(let name) = linked.constants[site.pointee.nameConstant] else { return .none }
      return try self.call(try attribute(receiver, name), call)
    }
    top = start
    stack[start - 1] = result
  }

  /// The values of a call where they lie on the stack; `*` and `**` are spread into memory of the region.
  @inline(__always)
  private func withArguments<Result>(
    _ place: UnsafePointer<LinkedSite>, _ start: Int, _ body: (CallArguments) throws(RenderFailure) -> Result
  ) throws(RenderFailure) -> Result {
    let site = place.pointee
    if !site.hasSpread, !site.hasKeywordSpread {
      return try body(
        CallArguments(
          positional: UnsafeBufferPointer(start: stack + start, count: site.positional),
          names: site.keywordNames, namesLast: true,
          keywords: UnsafeBufferPointer(
            start: stack + start + site.positional, count: site.keywordNames.count)))
    }
    return try withSpreadArguments(site, start, body)
  }

  private func withSpreadArguments<Result>(
    _ site: LinkedSite, _ start: Int, _ body: (CallArguments) throws(RenderFailure) -> Result
  ) throws(RenderFailure) -> Result {
    var positional = Array(UnsafeBufferPointer(start: stack + start, count: site.positional))
    var names = Array(site.keywordNames)
    var keywords = Array(
      UnsafeBufferPointer(start: stack + start + site.positional, count: names.count))
    var place = start + site.positional + names.count
    if site.hasSpread {
      positional += try items(of: stack[place])
      place += 1
    }
    if site.hasKeywordSpread {
      guard case .dictionary(let dictionary) = stack[place] else {
        throw typeError("argument after ** must be a mapping, not \(stack[place].typeName)")
      }
      for (index, key) in dictionary.box.keys.enumerated() {
        guard let name = key.asText?.string else { throw typeError("keywords must be strings") }
        guard !names.contains(name) else {
          throw typeError("got multiple values for keyword argument '\(name)'")
        }
        names.append(name)
        keywords.append(dictionary.box.values[index])
      }
    }
    let memory = try region.allocate((positional.count + keywords.count + 1) * MemoryLayout<Datum>.stride)
    let slots = memory.bindMemory(to: Datum.self, capacity: positional.count + keywords.count + 1)
    for (index, value) in (positional + keywords).enumerated() { slots[index] = value }
    return try names.withUnsafeBufferPointer { (names) throws(RenderFailure) in
      try body(
        CallArguments(
          positional: UnsafeBufferPointer(start: slots, count: positional.count), names: names,
          keywords: UnsafeBufferPointer(start: slots + positional.count, count: keywords.count)))
    }
  }
}
