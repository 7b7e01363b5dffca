import Bytes

/// The draws of one case.
struct Dice {
  private var generator: SeededGenerator

  init(_ key: SeedKey) { generator = SeededGenerator(key) }

  /// A number in 0..<bound; 0 when there is none.
  mutating func below(_ bound: Int) -> Int {
    bound <= 1 ? 0 : Int.random(in: 0..<bound, using: &generator)
  }

  mutating func one(in number: Int) -> Bool { below(number) == 0 }

  mutating func pick<Element>(_ items: [Element], else other: Element) -> Element {
    items.isEmpty ? other : items[below(items.count)]
  }

  mutating func pick(_ items: [String]) -> String { pick(items, else: "") }

  /// A number that is mostly small and at times up to `most`.
  mutating func size(upTo most: Int) -> Int {
    var bound = most
    while bound > 2, below(2) == 0 { bound /= 3 }
    return 1 + below(bound)
  }
}
