/// What `unique` gives: the items whose keys were not there before.
final class UniqueIterator: IteratorBox, ReusableBox {
  @exclusivity(unchecked) private var value = Datum.none
  @exclusivity(unchecked) private var path = AttributePath.none
  @exclusivity(unchecked) private var isSensitive = false
  /// The keys so far; the region holds them.
  @exclusivity(unchecked) private var seen: Unmanaged<DictionaryBox>?
  /// Set when the first item is asked for.
  @exclusivity(unchecked) private var source: Cursor?
  @exclusivity(unchecked) private var isFinished = false

  override init() {}

  func clear() {
    path = .none
    seen = nil
    source = nil
    isFinished = false
  }

  /// - Parameter seen: an empty dictionary.
  func begin(_ value: Datum, by path: AttributePath, isSensitive: Bool, seen: Unmanaged<DictionaryBox>) {
    self.value = value
    self.path = path
    self.isSensitive = isSensitive
    self.seen = seen
  }

  override func advance(_ machine: Machine) throws(RenderFailure) -> Datum? {
    guard let seen, !isFinished else { return nil }
    // What fails or ends here is finished, as a generator is.
    isFinished = true
    if source == nil { source = try machine.requireCursor(over: value) }
    guard var cursor = source else { return nil }
    while let item = try cursor.next(machine) {
      try machine.countIteration()
      let found = try machine.follow(path, item)
      let key = isSensitive ? found : try machine.ignoringCase(found)
      try machine.requireHashable(key)
      let isNew = seen._withUnsafeGuaranteedRef { seen in
        if seen.place(of: key) != nil { return false }
        seen.set(key, .none)
        return true
      }
      if isNew {
        source = cursor
        isFinished = false
        return item
      }
    }
    return nil
  }
}
