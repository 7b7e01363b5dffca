/// Mixes 64 bits so that every input bit reaches every output bit (the finalizer of SplitMix64,
/// Steele, Lea and Flood 2014, with Stafford's constants).
@inlinable
public func mix64(_ value: UInt64) -> UInt64 {
  var z = value
  z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
  z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
  return z ^ (z >> 31)
}

/// A key derived from a seed and the things that a draw depends on, in order.
///
/// Everything random in Phrasebook is a pure function of such a key: no generator is shared, so the order
/// of computation, the thread and the shard never matter.
public struct SeedKey: Sendable, Hashable {
  public let value: UInt64

  public init(seed: UInt64) { value = mix64(seed &+ 0x9E37_79B9_7F4A_7C15) }

  init(raw: UInt64) { value = raw }

  /// The key of a part named by a number.
  @inlinable
  public func part(_ number: UInt64) -> SeedKey {
    SeedKey(mixed: mix64(value ^ mix64(number &+ 0x9E37_79B9_7F4A_7C15)))
  }

  /// The key of a part named by a text (its UTF-8 bytes).
  public func part(_ name: String) -> SeedKey {
    var hash = value ^ 0xCBF2_9CE4_8422_2325
    for byte in name.utf8 { hash = mix64(hash ^ UInt64(byte)) }
    return SeedKey(raw: mix64(hash ^ UInt64(name.utf8.count)))
  }

  @usableFromInline
  init(mixed: UInt64) { value = mixed }

  /// A number in [0, 1) with 53 random bits.
  @inlinable
  public var unit: Double { Double(value >> 11) * 0x1p-53 }

  /// A number in 0..<bound, each equally likely up to bound/2⁶⁴; 0 when the bound is 0.
  @inlinable
  public func below(_ bound: UInt64) -> UInt64 { value.multipliedFullWidth(by: bound).high }
}

/// A stream of draws under one key (SplitMix64); for shuffles and bootstraps inside one computation.
public struct SeededGenerator: RandomNumberGenerator, Sendable {
  private var state: UInt64

  public init(_ key: SeedKey) { state = key.value }

  public mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    return mix64(state)
  }
}
