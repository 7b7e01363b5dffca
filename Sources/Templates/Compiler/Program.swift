internal import BigInt

/// A compiled template: functions of instructions over constants, names and call sites.
///
/// Safe to share: nothing in it changes after the compiler has finished, and constants are never handed to a
/// template where it could change them.
final class Program: @unchecked Sendable {
  /// The first is the template itself.
  @exclusivity(unchecked) var functions: [FunctionProgram] = []
  @exclusivity(unchecked) var constants: [Datum] = []
  /// The texts and lists behind the constants.
  let storage = Region(limit: 1 << 30)
  /// Free names: fields of the record, or globals.
  @exclusivity(unchecked) var names: [String] = []
  @exclusivity(unchecked) var sites: [CallSite] = []
  @exclusivity(unchecked) var macros: [MacroProgram] = []
  /// Blocks by name, as functions.
  @exclusivity(unchecked) var blocks: [String: Int] = [:]
  @exclusivity(unchecked) var blockUses: [BlockUse] = []
  /// Values that are computed once in a rendering.
  @exclusivity(unchecked) var onceCount = 0
  @exclusivity(unchecked) var failures: [RenderFailure] = []
  private var linked: LinkedProgram?

  /// The program's tables for machines; called first by the compiler, before the program is shared.
  func link() -> LinkedProgram {
    if let linked { return linked }
    let made = LinkedProgram(self)
    linked = made
    return made
  }
}

struct FunctionProgram {
  /// What the listing calls it.
  var title: String
  var code: [Instruction] = []
  /// For each instruction, where in the source it comes from.
  var offsets: [Int] = []
  /// The names of its variables, for messages and the listing.
  var slotNames: [String] = []
  /// The line of each instruction's source, from 1.
  var lines: [Int] = []
  /// The function around it.
  var parent: Int?
  /// Values that it may have on the stack at once.
  var stackNeed: Int { code.count + 8 }
  /// Where a loop's filter finds and a recursive loop takes its argument.
  var itemSlot = 0
  /// Whether a loop's filter leaves the item behind its answer.
  var givesItem = false
  /// Whether a text that comes next may be joined to the last.
  var joinsText = false
  /// The last text while others may be joined to it.
  var openText: [UInt8] = []
}

/// What stands between the parentheses of a call, a filter or a test; fixed once the compiler has finished.
final class CallSite: @unchecked Sendable {
  /// The method, filter or test.
  @exclusivity(unchecked) var name: String
  /// The name as a text constant, for attributes.
  @exclusivity(unchecked) var nameConstant = 0
  @exclusivity(unchecked) var positional = 0
  @exclusivity(unchecked) var keywords: [String] = [] {
    didSet {
      names.deinitialize()
      names.deallocate()
      names = .allocate(capacity: keywords.count)
      _ = names.initialize(from: keywords)
    }
  }
  /// The keywords in memory of their own, for calls.
  @exclusivity(unchecked) private var names = UnsafeMutableBufferPointer<String>(start: nil, count: 0)
  var keywordNames: UnsafeBufferPointer<String> { UnsafeBufferPointer(names) }
  @exclusivity(unchecked) var hasSpread = false
  @exclusivity(unchecked) var hasKeywordSpread = false
  @exclusivity(unchecked) var stringMethod: StringMethod?
  @exclusivity(unchecked) var listMethod: ListMethod?
  @exclusivity(unchecked) var dictionaryMethod: DictionaryMethod?

  init(name: String = "") { self.name = name }

  deinit {
    names.deinitialize()
    names.deallocate()
  }

  /// Whether nothing stands between the parentheses.
  @exclusivity(unchecked) var isEmpty = true

  /// How many values it has on the stack.
  var count: Int {
    positional + names.count + (hasSpread ? 1 : 0) + (hasKeywordSpread ? 1 : 0)
  }
}

struct MacroProgram: Sendable {
  /// nil for the body of a call block.
  var name: String?
  var parameters: [String]
  var parameterSlots: [Int]
  var function: Int
  var callerSlot: Int?
  var keywordsSlot: Int?
  var restSlot: Int?

  /// Whether it takes its parameters and nothing else.
  var isPlain: Bool { callerSlot == nil && keywordsSlot == nil && restSlot == nil }
  var takesCaller: Bool { callerSlot != nil }
  var takesKeywords: Bool { keywordsSlot != nil }
  var takesRest: Bool { restSlot != nil }
}

/// A block where it stands.
struct BlockUse: Sendable {
  var name: String
  /// The variables that a `scoped` block sees, with the functions to go up to them.
  var scope: [(name: String, depth: Int, slot: Int)]
}
