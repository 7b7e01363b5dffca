/// A program as text.
extension Program {
  var listing: String {
    functions.map { function in
      var text = "\(function.title):\n"
      for (place, instruction) in function.code.enumerated() {
        let number = String(place)
        text += String(repeating: " ", count: max(0, 4 - number.utf8.count)) + number
        text += "  \(describe(instruction, function))\n"
      }
      return text
    }.joined(separator: "\n")
  }

  private func quoted(_ constant: Int) -> String {
    switch constants[constant] {
    case .text(let text):
      let string = text.string
      let shown = string.unicodeScalars.count > 60 ? String(string.prefix(60)) + "…" : string
      return "\"" + shown.map { $0 == "\n" ? "\\n" : $0 == "\t" ? "\\t" : String($0) }.joined() + "\""
    case .integer(let number): return String(number)
    case .number(let number): return number.description
    case .boolean(let flag): return flag ? "True" : "False"
    case .none: return "None"
    case .list(let list): return "list of \(list.box.items.count)"
    default: return constants[constant].typeName
    }
  }

  private func describe(_ site: CallSite) -> String {
    var parts: [String] = []
    if site.positional > 0 { parts.append("\(site.positional)") }
    parts += site.keywords.map { "\($0)=" }
    if site.hasSpread { parts.append("*") }
    if site.hasKeywordSpread { parts.append("**") }
    return parts.isEmpty ? "" : " (" + parts.joined(separator: " ") + ")"
  }

  private func describe(_ instruction: Instruction, _ function: FunctionProgram) -> String {
    func slot(_ index: Int) -> String {
      index < function.slotNames.count ? "\(function.slotNames[index])#\(index)" : "#\(index)"
    }
    switch instruction {
    case .text(let constant): return "text \(quoted(constant))"
    case .printName(let name): return "print-field \(names[name])"
    case .print(let mode): return mode == .never ? "print" : "print \(mode)"
    case .beginCapture: return "begin-capture"
    case .endCapture(let mode): return mode == .never ? "end-capture" : "end-capture \(mode)"
    case .constant(let constant): return "constant \(quoted(constant))"
    case .slot(let index): return "variable \(slot(index))"
    case .outerSlot(let depth, let index): return "outer-variable \(index) up \(depth)"
    case .name(let name): return "field \(names[name])"
    case .store(let index): return "store \(slot(index))"
    case .storeName(let index, let name): return "store-field \(slot(index)) \(names[name])"
    case .alias(let index, let depth, let from): return "alias \(slot(index)) \(from) up \(depth)"
    case .clear(let index): return "clear \(slot(index))"
    case .pop: return "pop"
    case .export(let name, let index): return "export \(names[name]) \(slot(index))"
    case .noElse: return "no-else"
    case .notProvided(let name): return "not-provided \(quoted(name))"
    case .unary(let operation): return "unary \(operation.rawValue)"
    case .binary(let operation): return "binary \(operation.rawValue)"
    case .compare(let comparison): return "compare \(comparison.rawValue)"
    case .compareChained(let comparison, let target):
      return "compare-chained \(comparison.rawValue) \(target)"
    case .concatenate(let count, _): return "concatenate \(count)"
    case .list(let count): return "list \(count)"
    case .tuple(let count): return "tuple \(count)"
    case .dictionary(let count): return "dictionary \(count)"
    case .sliceObject: return "slice-object"
    case .slice: return "slice"
    case .attribute(let name): return "attribute \(quoted(name))"
    case .item: return "item"
    case .itemOfConstant(let constant): return "item-of \(quoted(constant))"
    case .filter(let filter, let site): return "filter \(filter.rawValue)\(describe(sites[site]))"
    case .unknownFilter(let site): return "unknown \(sites[site].name)"
    case .test(let test, let site): return "test \(test.rawValue)\(describe(sites[site]))"
    case .call(let site): return "call\(describe(sites[site]))"
    case .method(let site): return "method \(sites[site].name)\(describe(sites[site]))"
    case .unpack(let count): return "unpack \(count)"
    case .requireNamespace: return "require-namespace"
    case .rejectUndefined: return "reject-undefined"
    case .setAttribute(let name): return "set-attribute \(quoted(name))"
    case .jump(let target): return "jump \(target)"
    case .jumpIfFalse(let target): return "jump-if-false \(target)"
    case .and(let target): return "and \(target)"
    case .or(let target): return "or \(target)"
    case .jumpIfSet(let index, let target): return "jump-if-set \(slot(index)) \(target)"
    case .once(let index, let target): return "once \(index) \(target)"
    case .remember(let index): return "remember \(index)"
    case .filterItems(let index): return "filter-items function \(index)"
    case .beginLoop: return "begin-loop"
    case .beginExtendedLoop(let index): return "begin-loop \(slot(index))"
    case .beginRecursiveLoop(let index): return "begin-recursive-loop \(slot(index))"
    case .next(let target): return "next \(target)"
    // Made of others when the program is linked, which no listing shows.
    case .printSlot, .slotAttribute, .printSlotAttribute, .nextInto, .jumpUnless, .jumpIfTrue, .copySlot,
      .storeAndKeep, .slotFilter, .compareConstant, .jumpUnlessConstant, .sliceByConstants,
      .requireSlotNamespace, .setSlotAttribute, .nextAgain, .callAndPrint, .joinAndPrint:
      return "joined"
    case .endLoop: return "end-loop"
    case .recursiveLoop(let index): return "recursive-loop function \(index)"
    case .macro(let index): return "macro \(macros[index].name ?? "call block")"
    case .block(let use): return "block \(blockUses[use].name)"
    case .beginAutoescape: return "begin-autoescape"
    case .endAutoescape: return "end-autoescape"
    case .raise(let failure): return "raise \(failures[failure].message)"
    case .finish: return "finish"
    }
  }
}
