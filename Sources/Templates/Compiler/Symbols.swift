/// Which names a scope reads and writes, and where each is kept; Jinja's own analysis (jinja2.idtracking),
/// step by step, because its corner cases are visible in what templates print.
final class Symbols {
  enum Load: Equatable {
    case parameter
    /// From the record or the globals.
    case resolve(String)
    /// From a variable of a scope around this one.
    case alias(String)
    case undefined
  }

  /// Tells the variables of one scope from those of its siblings.
  private let number: Int
  let parent: Symbols?
  private(set) var references: [String: String]
  private(set) var loads: [String: Load]
  /// The keys of `loads` in the order in which they came.
  private(set) var loadOrder: [String]
  private(set) var stores: Set<String>

  private let counter: Counter

  private final class Counter {
    var count = 0
  }

  init(parent: Symbols?) {
    self.parent = parent
    counter = parent?.counter ?? Counter()
    number = counter.count
    counter.count += 1
    references = [:]
    loads = [:]
    loadOrder = []
    stores = []
  }

  private init(copying other: Symbols) {
    number = other.number
    counter = other.counter
    parent = other.parent
    references = other.references
    loads = other.loads
    loadOrder = other.loadOrder
    stores = other.stores
  }

  func copy() -> Symbols { Symbols(copying: self) }

  @discardableResult
  private func define(_ name: String, _ load: Load) -> String {
    let target = "\(number).\(name)"
    references[name] = target
    setLoad(target, load)
    return target
  }

  private func setLoad(_ target: String, _ load: Load) {
    if loads[target] == nil { loadOrder.append(target) }
    loads[target] = load
  }

  func reference(_ name: String) -> String? { references[name] ?? parent?.reference(name) }

  func load(of target: String) -> Load? { loads[target] ?? parent?.load(of: target) }

  func store(_ name: String) {
    stores.insert(name)
    guard references[name] == nil else { return }
    if let outer = parent?.reference(name) {
      define(name, .alias(outer))
    } else {
      define(name, .undefined)
    }
  }

  @discardableResult
  func declareParameter(_ name: String) -> String {
    stores.insert(name)
    return define(name, .parameter)
  }

  func read(_ name: String) {
    if reference(name) == nil { define(name, .resolve(name)) }
  }

  /// Takes over what the branches of an `if` found.
  func merge(_ branches: [Symbols]) {
    var stored: [String] = []
    for branch in branches {
      for name in branch.stores.sorted() where !stores.contains(name) && !stored.contains(name) {
        stored.append(name)
      }
    }
    for branch in branches {
      references.merge(branch.references) { $1 }
      for target in branch.loadOrder { if let load = branch.loads[target] { setLoad(target, load) } }
      stores.formUnion(branch.stores)
    }
    for name in stored {
      guard let target = reference(name) else { continue }
      if let outer = parent?.reference(name) {
        setLoad(target, .alias(outer))
      } else {
        setLoad(target, .resolve(name))
      }
    }
  }

  /// Every stored name that can be seen from here, with its variable.
  func visibleStores() -> [(name: String, target: String)] {
    var found: [(name: String, target: String)] = []
    var scope: Symbols? = self
    while let current = scope {
      for name in current.stores.sorted() where !found.contains(where: { $0.name == name }) {
        if let target = reference(name) { found.append((name, target)) }
      }
      scope = current.parent
    }
    return found
  }
}
