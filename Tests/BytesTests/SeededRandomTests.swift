import Bytes
import Testing

@Suite struct SeededRandomTests {
  /// The published first outputs of SplitMix64 for the seed 1234567 (rosettacode.org, "SplitMix64").
  @Test func splitMix() {
    var state: UInt64 = 1_234_567
    let outputs = (0..<5).map { _ in
      state &+= 0x9E37_79B9_7F4A_7C15
      return mix64(state)
    }
    #expect(
      outputs == [
        6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423,
        4_593_380_528_125_082_431, 16_408_922_859_458_223_821,
      ])
  }

  /// Values of a Python program of the same definitions. They must never change: every mixture hangs on them.
  @Test func keys() {
    let key = SeedKey(seed: 7)
    #expect(key.value == 7_191_089_600_892_374_487)
    #expect(key.part(3).value == 1_199_012_768_002_391_616)
    #expect(key.part("limit").value == 12_585_993_221_219_745_123)
    #expect(key.part("é").value == 14_432_796_097_859_544_873)
    #expect(key.part("a").part(0).value == 17_188_656_963_526_509_358)
    #expect(key.unit == 0.3898297483912715)
    #expect(key.below(10) == 3)
    #expect(key.below(0) == 0)
    var generator = SeededGenerator(key)
    #expect(
      (0..<3).map { _ in generator.next() } == [
        13_309_476_754_707_697_221, 11_984_929_618_412_882_174, 10_134_167_572_453_724_827,
      ])
  }

  /// Texts that Swift holds for equal are different names.
  @Test func namesByBytes() {
    #expect(SeedKey(seed: 0).part("\u{E9}") != SeedKey(seed: 0).part("e\u{301}"))
    #expect(SeedKey(seed: 0).part("a").part("b") != SeedKey(seed: 0).part("ab"))
  }
}
