import Bytes
import JSON
import Records

/// Bad records as JSON lines: `{"file","line","column","offset","bytes","reason","raw"}`, or `raw_base64`
/// where the bytes are no UTF-8. `raw` is cut at a limit; `bytes` is the datum's whole length.
struct Quarantine: ~Copyable {
  private var file: AtomicFile
  private let limits: ReadingLimits

  init(path: String, limits: ReadingLimits) throws(Diagnostic) {
    file = try AtomicFile(path: path)
    self.limits = limits
  }

  mutating func add(_ bad: BadRecord, in source: String) throws(Diagnostic) {
    var line = ValueDictionary()
    line["file"] = .string(source)
    line["line"] = .integer(Int64(bad.position.line))
    line["column"] = .integer(Int64(bad.position.column))
    line["offset"] = .integer(Int64(bad.position.offset))
    line["bytes"] = .integer(Int64(bad.size))
    line["reason"] = .string(bad.reason)
    let kept = UnsafeRawBufferPointer(rebasing: bad.bytes.prefix(limits.quarantinedBytes))
    // A scalar that the cut divides makes the whole no UTF-8; leave the part out.
    let check = UTF8Check(kept, partial: kept.count < bad.bytes.count)
    if check.invalid == nil {
      line["raw"] = .string(String(decoding: kept.dropLast(check.cut), as: UTF8.self))
    } else {
      line["raw_base64"] = .string(base64(kept))
    }
    try file.write(JSONText.line(.dictionary(line)))
  }

  consuming func commit() throws(Diagnostic) { _ = try file.commit() }
}

/// RFC 4648 with padding.
func base64(_ bytes: UnsafeRawBufferPointer) -> String {
  let digits = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
  var text: [UInt8] = []
  text.reserveCapacity((bytes.count + 2) / 3 * 4)
  for start in stride(from: 0, to: bytes.count, by: 3) {
    let group = bytes[start..<min(start + 3, bytes.count)]
    var word: UInt32 = 0
    for byte in group { word = word << 8 | UInt32(byte) }
    word <<= UInt32(8 * (3 - group.count))
    for place in 0..<4 {
      let digit = digits[Int(word >> UInt32(18 - 6 * place)) & 63]
      text.append(place <= group.count ? digit : UInt8(ascii: "="))
    }
  }
  return String(decoding: text, as: UTF8.self)
}
