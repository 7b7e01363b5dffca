import Bytes

/// An identifier made from names: the same names give the same one everywhere, others another.
///
/// A UUID of version 8 (RFC 9562) over the first bits of the SHA-256 of the names, each ended by a zero byte.
package func nameUUID(_ names: [String]) -> String {
  var digest = SHA256.digest(names.map { $0 + "\u{0}" }.joined())
  digest[6] = digest[6] & 0x0F | 0x80
  digest[8] = digest[8] & 0x3F | 0x80
  let digits = Array(hexadecimal(digest.prefix(16)).utf8)
  let groups = [0..<8, 8..<12, 12..<16, 16..<20, 20..<32]
  return groups.map { String(decoding: digits[$0], as: UTF8.self) }.joined(separator: "-")
}
