/// A program's tables in plain memory, as the machine reads them at every step; made once, when the compiler
/// has finished, and never changed.
final class LinkedProgram {
  struct Function: BitwiseCopyable {
    let code: UnsafeBufferPointer<Instruction>
    let stackNeed: Int
    let slotCount: Int
    let itemSlot: Int
    let givesItem: Bool
  }

  let functions: UnsafeBufferPointer<Function>
  let constants: UnsafeBufferPointer<Datum>
  /// What is known of each constant as the name of an attribute.
  let attributes: UnsafeBufferPointer<AttributeName>
  private let sites: UnsafeBufferPointer<LinkedSite>
  private let macros: UnsafeMutablePointer<MacroProgram>
  private let macroCount: Int

  init(_ program: Program) {
    functions = copied(
      program.functions.map { function in
        Function(
          code: copied(joined(function.code)), stackNeed: function.stackNeed,
          slotCount: function.slotNames.count,
          itemSlot: function.itemSlot, givesItem: function.givesItem)
      })
    constants = copied(program.constants)
    attributes = copied(program.constants.map { AttributeName($0.asText?.string ?? "_") })
    sites = copied(program.sites.map { LinkedSite($0) })
    macroCount = program.macros.count
    macros = .allocate(capacity: macroCount)
    macros.initialize(from: program.macros, count: macroCount)
  }

  deinit {
    for function in functions { function.code.deallocate() }
    functions.deallocate()
    constants.deallocate()
    attributes.deallocate()
    sites.deallocate()
    macros.deinitialize(count: macroCount)
    macros.deallocate()
  }

  func macro(_ place: Int) -> UnsafePointer<MacroProgram> { UnsafePointer(macros + place) }

  /// - Precondition: the place of a site.
  @inline(__always)
  func site(_ place: Int) -> UnsafePointer<LinkedSite> {
    guard let start = sites.baseAddress else { preconditionFailure("a program without call sites calls") }
    return start + place
  }
}

/// A call site as the machine reads it.
struct LinkedSite: BitwiseCopyable {
  /// The name as a text constant.
  let nameConstant: Int
  /// How many values it has on the stack, and how many of them go by place.
  let count: Int
  let positional: Int
  /// The program's.
  let keywordNames: UnsafeBufferPointer<String>
  let hasSpread: Bool
  let hasKeywordSpread: Bool
  /// Whether nothing stands between the parentheses.
  let isEmpty: Bool
  /// Whether its values have neither names nor stars.
  let isPlain: Bool
  /// Whether the name begins as private ones do.
  let isPrivate: Bool
  let stringMethod: StringMethod?
  let listMethod: ListMethod?
  let dictionaryMethod: DictionaryMethod?

  init(_ site: CallSite) {
    nameConstant = site.nameConstant
    count = site.count
    positional = site.positional
    keywordNames = site.keywordNames
    hasSpread = site.hasSpread
    hasKeywordSpread = site.hasKeywordSpread
    isEmpty = site.isEmpty
    isPlain = site.count == site.positional
    isPrivate = site.name.hasPrefix("_")
    stringMethod = site.stringMethod
    listMethod = site.listMethod
    dictionaryMethod = site.dictionaryMethod
  }
}

/// Instructions that templates have one after the other most often, as one. What was joined stays in its place
/// behind, for jumps that go there.
private func joined(_ code: [Instruction]) -> [Instruction] {
  var code = code
  for place in code.indices {
    let second = place + 1 < code.count ? code[place + 1] : .finish
    let third = place + 2 < code.count ? code[place + 2] : .finish
    if case .constant(let start) = code[place], case .constant(let stop) = second,
      case .constant(let step) = third, place + 3 < code.count, case .slice = code[place + 3]
    {
      code[place] = .sliceByConstants(start, stop, step)
      continue
    }
    switch (code[place], second, third) {
    case (.slot(let slot), .attribute(let name), .print(.never)):
      code[place] = .printSlotAttribute(slot: slot, name: name)
    case (.slot(let slot), .attribute(let name), _): code[place] = .slotAttribute(slot: slot, name: name)
    case (.slot(let slot), .print(.never), _): code[place] = .printSlot(slot)
    case (.next(let target), .store(let slot), _): code[place] = .nextInto(slot: slot, target)
    case (.slot(let slot), .filter(let filter, let site), _):
      code[place] = .slotFilter(slot: slot, filter, site)
    case (.call(let site), .print(.never), _): code[place] = .callAndPrint(site)
    case (.filter(.join, let site), .print(.never), _): code[place] = .joinAndPrint(site)
    case (.slot(let slot), .requireNamespace, _): code[place] = .requireSlotNamespace(slot)
    case (.slot(let slot), .setAttribute(let name), _):
      code[place] = .setSlotAttribute(slot: slot, name: name)
    case (.slot(let from), .store(let to), _): code[place] = .copySlot(from: from, to: to)
    case (.store(let slot), .slot(let next), _) where next == slot: code[place] = .storeAndKeep(slot)
    case (.constant(let constant), .compare(let comparison), .jumpIfFalse(let target)):
      code[place] = .jumpUnlessConstant(comparison, constant, target)
    case (.constant(let constant), .compare(let comparison), _):
      code[place] = .compareConstant(comparison, constant)
    case (.unary(.not), .jumpIfFalse(let target), _): code[place] = .jumpIfTrue(target)
    case (.compare(let comparison), .jumpIfFalse(let target), _):
      code[place] = .jumpUnless(comparison, target)
    default: break
    }
  }
  // At the end of a loop's body: what stands at its start, without the way there.
  for place in code.indices {
    if case .jump(let start) = code[place], start < place, case .nextInto(let slot, let exit) = code[start] {
      code[place] = .nextAgain(slot: slot, exit: exit, body: start + 2)
    }
  }
  return code
}

private func copied<Element>(_ items: [Element]) -> UnsafeBufferPointer<Element> {
  let memory = UnsafeMutableBufferPointer<Element>.allocate(capacity: items.count)
  _ = memory.initialize(from: items)
  return UnsafeBufferPointer(memory)
}
