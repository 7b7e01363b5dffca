internal import COpenSSL

/// A running SHA-256 digest (FIPS 180-4), computed by OpenSSL with the processor's own instructions.
public final class SHA256 {
  private let context: OpaquePointer

  public init() {
    guard let made = EVP_MD_CTX_new() else {
      // Only a failed allocation of a few hundred bytes leads here.
      preconditionFailure("out of memory")
    }
    context = made
    EVP_DigestInit_ex(context, EVP_sha256(), nil)
  }

  deinit { EVP_MD_CTX_free(context) }

  public func update(_ bytes: UnsafeRawBufferPointer) {
    guard let start = bytes.baseAddress else { return }
    EVP_DigestUpdate(context, start, bytes.count)
  }

  /// The 32 bytes of the digest; the object starts anew afterwards.
  public func finish() -> [UInt8] {
    var digest = [UInt8](repeating: 0, count: 32)
    EVP_DigestFinal_ex(context, &digest, nil)
    EVP_DigestInit_ex(context, EVP_sha256(), nil)
    return digest
  }

  /// The digest as 64 lower-case hexadecimal digits.
  public func finishHexadecimal() -> String { hexadecimal(finish()) }

  public static func digest(_ bytes: UnsafeRawBufferPointer) -> [UInt8] {
    let running = SHA256()
    running.update(bytes)
    return running.finish()
  }

  public static func digest(_ text: String) -> [UInt8] {
    var text = text
    return text.withUTF8 { digest(UnsafeRawBufferPointer($0)) }
  }
}

/// Lower-case hexadecimal digits, two a byte.
public func hexadecimal<Bytes: Sequence<UInt8>>(_ bytes: Bytes) -> String {
  let digits = Array("0123456789abcdef".utf8)
  var text: [UInt8] = []
  for byte in bytes {
    text.append(digits[Int(byte >> 4)])
    text.append(digits[Int(byte & 15)])
  }
  return String(decoding: text, as: UTF8.self)
}
