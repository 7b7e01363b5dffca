import Bytes
import Testing

/// Digests of FIPS 180-4's examples and NIST's long one, and of a text of every length around a block's by
/// Python's hashlib.
@Suite struct SHA256Tests {
  @Test(arguments: [
    ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
    ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
    (
      "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
      "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
    ),
    (
      String(repeating: "a", count: 1_000_000),
      "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"
    ),
  ])
  func examples(text: String, digest: String) {
    #expect(hexadecimal(SHA256.digest(text)) == digest)
    // In pieces of 1, 2, 3 … bytes.
    let running = SHA256()
    Array(text.utf8).withUnsafeBytes { bytes in
      var start = 0
      var size = 1
      while start < bytes.count {
        let end = min(bytes.count, start + size)
        running.update(UnsafeRawBufferPointer(rebasing: bytes[start..<end]))
        start = end
        size += 1
      }
    }
    #expect(running.finishHexadecimal() == digest)
    // Anew after the end.
    #expect(running.finishHexadecimal() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
  }

  /// python3: h = hashlib.sha256(); [h.update(hashlib.sha256(b"x" * n).digest()) for n in range(200)]
  @Test func everyLength() {
    let all = SHA256()
    for length in 0..<200 {
      SHA256.digest(String(repeating: "x", count: length)).withUnsafeBytes { all.update($0) }
    }
    #expect(all.finishHexadecimal() == "f5e61141898898cdabae3590cb32e1901b40bdc59952302926213a44c105c129")
  }
}
