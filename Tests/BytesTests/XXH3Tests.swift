import Bytes
import Testing

/// Against the xxhash package of PyPI.
@Suite struct XXH3Tests {
  /// python3: xxhash.xxh3_128_hexdigest(b"…")
  @Test(arguments: [
    ("", "99aa06d3014798d86001c324468d497f"),
    ("abc", "06b05ab6733a618578af5f94892f3950"),
    (String(repeating: "a", count: 1_000_000), "a545df8e384a9579b1fd6fae5285c4eb"),
  ])
  func examples(text: String, digest: String) {
    #expect(hexadecimal(Self.digest(text)) == digest)
  }

  /// python3: h = xxhash.xxh3_128(); [h.update(xxhash.xxh3_128_digest(b"x" * n)) for n in range(600)]
  @Test func everyLength() {
    let all = (0..<600).flatMap { Self.digest(String(repeating: "x", count: $0)) }
    let digest = all.withUnsafeBytes { XXH3.digest($0) }
    #expect(hexadecimal(Self.bytes(digest)) == "06a55df0d92180125e1e7423562132d2")
  }

  private static func digest(_ text: String) -> [UInt8] {
    bytes(Array(text.utf8).withUnsafeBytes { XXH3.digest($0) })
  }

  private static func bytes(_ digest: (high: UInt64, low: UInt64)) -> [UInt8] {
    [digest.high, digest.low].flatMap { half in
      (0..<8).map { UInt8(truncatingIfNeeded: half >> UInt64(56 - 8 * $0)) }
    }
  }
}
