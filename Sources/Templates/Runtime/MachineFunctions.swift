import Bytes

/// Running the functions of a program: the template, its macros, blocks, recursive loops and loop filters.
extension Machine {
  func newFrame(_ function: Int, parent: Frame?) throws(RenderFailure) -> Unmanaged<Frame> {
    let count = linked.functions[function].slotCount
    let memory = try region.allocate(max(1, count) * MemoryLayout<Datum>.stride)
    let slots = memory.bindMemory(to: Datum.self, capacity: max(1, count))
    slots.update(repeating: .missing, count: count)
    let frame = region.newFrame()
    frame._withUnsafeGuaranteedRef { $0.set(slots: slots, slotCount: count, parent: parent) }
    return frame
  }

  func run(_ function: Int, _ frame: Unmanaged<Frame>) throws(RenderFailure) {
    try frame.lend { (frame) throws(RenderFailure) in try run(function, frame) }
  }

  /// Whether another function may run: one calls another only so deep.
  func checkRoom(_ function: Int) throws(RenderFailure) {
    guard stackRoom.isLeft, top &+ linked.functions[function].stackNeed < stackSize else { throw tooDeep() }
  }

  /// Runs a function to its end; its text goes to the output.
  func run(_ function: Int, _ frame: Frame) throws(RenderFailure) {
    depth += 1
    defer { depth -= 1 }
    guard depth <= limits.recursion else { throw tooDeep() }
    try checkRoom(function)
    let base = (top: top, cursors: cursors.count)
    do throws(RenderFailure) {
      try execute(function, frame)
    } catch {
      top = base.top
      cursors.removeLast(cursors.count - base.cursors)
      throw error
    }
  }

  /// Runs a function and gives its text instead of putting it out.
  func captured(
    _ body: () throws(RenderFailure) -> Void
  ) throws(RenderFailure) -> Text {
    let start = output.count
    try body()
    return try takeOutput(from: start)
  }

  func takeOutput(from start: Int) throws(RenderFailure) -> Text {
    let bytes = output.withBytes { $0 }
    // Safe: the bytes are copied before the buffer changes.
    let text = try region.text(copying: UnsafeRawBufferPointer(rebasing: bytes[start...]))
    output.truncate(to: start)
    return text
  }

  /// An item that passes a loop's `if`, else nil. What it leaves behind when it fails is for `run`, as the loop
  /// itself stands in a function.
  func filtered(_ item: Datum, _ function: Int, _ frame: Frame) throws(RenderFailure) -> Datum? {
    frame.slots.update(repeating: .missing, count: frame.slotCount)
    frame.slots[linked.functions[function].itemSlot] = item
    try execute(function, frame)
    let made = linked.functions[function].givesItem ? pop() : item
    return try isTrue(pop()) ? made : nil
  }

  /// What a recursive loop makes of its items.
  func recursiveLoop(
    _ function: Int, _ parent: Frame, _ items: Datum, depth: Int
  ) throws(RenderFailure) -> Datum {
    let frame = try newFrame(function, parent: parent)
    let slot = program.functions[function].itemSlot
    frame._withUnsafeGuaranteedRef { frame in
      frame.slots[slot] = items
      frame.slots[slot + 1] = .integer(depth)
    }
    let text = try captured { () throws(RenderFailure) in try run(function, frame) }
    return autoescape ? .markup(text) : .text(text)
  }

  /// Puts out a block.
  func runBlock(_ use: BlockUse, _ frame: Frame) throws(RenderFailure) {
    var scope: [Int: Datum] = [:]
    for (name, depth, slot) in use.scope {
      let value = outer(frame, depth).slots[slot]
      if !value.isMissing, let index = program.names.firstIndex(of: name) { scope[index] = value }
    }
    state.pointee.exported.append(scope)
    defer { state.pointee.exported.removeLast() }
    try runBlock(use.name)
  }

  func runBlock(_ name: String) throws(RenderFailure) {
    guard let function = program.blocks[name] else { return }
    try run(function, try newFrame(function, parent: nil))
  }
}
