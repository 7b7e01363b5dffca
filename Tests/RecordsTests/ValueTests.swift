import Bytes
import JSON
import Records
import Testing

@Suite struct ValueTests {
  /// The id is XXH3 with 128 bits over the fields in the order of their names, each as its packed
  /// name and packed value: tag 5, the length in four bytes, the text; tag 3 and eight bytes for an integer.
  /// python3: xxhash.xxh3_128_hexdigest(s("a") + i(7) + s("b") + s("é"))
  @Test func recordID() {
    let id = RecordID(fields: ["b", "a"], values: [.string("é"), .integer(7)])
    #expect(id.description == "d04799bf7cde5a80f61217b5f6c55e01")
    #expect(id == RecordID(fields: ["a", "b"], values: [.integer(7), .string("é")]))
    #expect(id != RecordID(fields: ["a", "b"], values: [.integer(7), .string("e\u{301}")]))
    #expect(id != RecordID(fields: ["a", "c"], values: [.integer(7), .string("é")]))
    #expect(id != RecordID(fields: ["a", "b"], values: [.string("7"), .string("é")]))
  }

  /// Texts move no boundary between fields.
  @Test func idsOfNeighbouringTexts() {
    #expect(
      RecordID(fields: ["a", "b"], values: [.string("x"), .string("yz")])
        != RecordID(fields: ["a", "b"], values: [.string("xy"), .string("z")]))
    #expect(
      RecordID(fields: ["a"], values: [.list([.string("x"), .string("y")])])
        != RecordID(fields: ["a"], values: [.list([.list([.string("x"), .string("y")])])]))
  }

  @Test func equality() {
    #expect(Value.string("\u{E9}") != .string("e\u{301}"))
    #expect(Value.integer(1) != .number(1) && Value.boolean(true) != .integer(1))
    #expect(Value.number(.nan) != .number(.nan) && Value.number(0) == .number(-0.0))
    let ab = ValueDictionary([("a", .null), ("b", .null)])
    let ba = ValueDictionary([("b", .null), ("a", .null)])
    #expect(Value.dictionary(ab) != .dictionary(ba))
  }

  /// Few keys and many, against a list of pairs kept by hand.
  @Test(arguments: [3, 16, 17, 18, 40, 300])
  func dictionary(size: Int) {
    var generator = SeededGenerator(SeedKey(seed: UInt64(size)))
    var dictionary = ValueDictionary()
    var pairs: [(String, Int64)] = []
    for step in 0..<(size * 6) {
      let number = Int.random(in: 0..<size, using: &generator)
      // The two spellings of é are different keys.
      let key = (number % 2 == 0 ? "\u{E9}" : "e\u{301}") + String(number / 2)
      let place = pairs.firstIndex { $0.0.utf8.elementsEqual(key.utf8) }
      if step % 4 == 3 {
        dictionary[key] = nil
        if let place { pairs.remove(at: place) }
      } else {
        dictionary[key] = .integer(Int64(step))
        if let place { pairs[place].1 = Int64(step) } else { pairs.append((key, Int64(step))) }
      }
      #expect(dictionary.index(of: key) == pairs.firstIndex { $0.0.utf8.elementsEqual(key.utf8) })
    }
    #expect(dictionary.count == pairs.count)
    #expect(zip(dictionary.keys, pairs).allSatisfy { $0.utf8.elementsEqual($1.0.utf8) })
    #expect(dictionary.values == pairs.map { .integer($0.1) })
    #expect(dictionary["none"] == nil)
  }

  @Test func schema() {
    let schema = Schema(fields: ["a", "e\u{301}", "\u{E9}"])
    #expect(schema.index(of: "\u{E9}") == 2 && schema.index(of: "e\u{301}") == 1)
    #expect(schema.index(of: "x") == nil)
  }

  /// Numbers that JSON cannot say become null; a text's bytes stay as they are.
  @Test func jsonText() {
    #expect(
      JSONText.line(.list([.number(.infinity), .number(.nan), .number(1e16), .number(0.1)]))
        == "[null,null,1e+16,0.1]\n")
    #expect(
      JSONText.document(
        .dictionary(ValueDictionary([("a", .list([.integer(1), .list([])])), ("b", .null)])))
        == "{\n  \"a\": [\n    1,\n    []\n  ],\n  \"b\": null\n}\n")
    let controls = String(String.UnicodeScalarView((0..<32).compactMap { Unicode.Scalar($0) }))
    // python3: json.dumps("".join(map(chr, range(32))))
    #expect(
      JSONText.line(.string(controls))
        == #""\u0000\u0001\u0002\u0003\u0004\u0005\u0006\u0007\b\t\n\u000b\f\r\u000e\u000f\u0010\u0011"#
        + #"\u0012\u0013\u0014\u0015\u0016\u0017\u0018\u0019\u001a\u001b\u001c\u001d\u001e\u001f""# + "\n")
  }
}
