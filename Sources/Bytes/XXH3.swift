internal import CXXHash

/// XXH3 with 128 bits and no seed, as xxHash 0.8 defines it for good: names content, quickly and the same on every
/// machine. Not cryptographic: whoever wants to can make two contents with the same hash, chance does not.
public enum XXH3 {
  /// The two halves of the canonical form, most significant first; nothing is allocated.
  public static func digest(_ bytes: UnsafeRawBufferPointer) -> (high: UInt64, low: UInt64) {
    let hash = pb_xxh3_128(bytes.baseAddress, bytes.count)
    return (hash.high64, hash.low64)
  }
}
