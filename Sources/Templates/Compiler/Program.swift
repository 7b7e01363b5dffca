internal import BigInt

/// A compiled template: functions of instructions over constants, names and call sites.
///
/// Safe to share: nothing in it changes after the compiler has finished, and constants are never handed to a
/// template where it could change them.
final class Program: @unchecked Sendable {
  /// The first is the template itself.
  var functions: [FunctionProgram] = []
  var constants: [Datum] = []
  /// The texts and lists behind the constants.
  let storage = Region(limit: 1 << 30)
  /// Free names: fields of the record, or globals.
  var names: [String] = []
  var sites: [CallSite] = []
  var macros: [MacroProgram] = []
  /// Blocks by name, as functions.
  var blocks: [String: Int] = [:]
  var blockUses: [BlockUse] = []
  /// Values that are computed once in a rendering.
  var onceCount = 0
  var failures: [RenderFailure] = []
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
}

/// What stands between the parentheses of a call, a filter or a test.
struct CallSite: Sendable {
  /// The method, filter or test.
  var name = ""
  /// The name as a text constant, for attributes.
  var nameConstant = 0
  var positional = 0
  var keywords: [String] = []
  var hasSpread = false
  var hasKeywordSpread = false
  var stringMethod: StringMethod?
  var listMethod: ListMethod?
  var dictionaryMethod: DictionaryMethod?

  /// How many values it has on the stack.
  var count: Int {
    positional + keywords.count + (hasSpread ? 1 : 0) + (hasKeywordSpread ? 1 : 0)
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
