import Bytes
import Testing

/// Against Swift's own validation, over every sequence that could be told apart wrongly.
@Suite struct UTF8CheckTests {
  private static func agrees(_ bytes: [UInt8]) -> Bool {
    let mine = bytes.withUnsafeBytes { UTF8Check($0).invalid }
    let theirs = String(validating: bytes, as: UTF8.self)
    guard let mine else { return theirs != nil }
    // What lies before the fault is valid, and no longer prefix is.
    return theirs == nil && String(validating: bytes[..<mine], as: UTF8.self) != nil
      && (mine + 1...bytes.count).allSatisfy { String(validating: bytes[..<$0], as: UTF8.self) == nil }
  }

  @Test func oneAndTwoBytes() {
    var failures: [[UInt8]] = []
    for first in UInt8.min...UInt8.max {
      if !Self.agrees([first]) { failures.append([first]) }
      for second in UInt8.min...UInt8.max where !Self.agrees([first, second]) {
        failures.append([first, second])
      }
    }
    #expect(failures == [])
  }

  @Test func threeAndFourBytes() {
    let edges: [UInt8] = [0x41, 0x7F, 0x80, 0xBF, 0xC0, 0xC2]
    let seconds: [UInt8] = [0x7F, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC0]
    var failures: [[UInt8]] = []
    for first in UInt8(0xBF)...0xFF {
      for second in seconds {
        for third in edges {
          if !Self.agrees([first, second, third]) { failures.append([first, second, third]) }
          for fourth in edges where !Self.agrees([first, second, third, fourth]) {
            failures.append([first, second, third, fourth])
          }
        }
      }
    }
    #expect(failures == [])
  }

  @Test func behindLongASCII() {
    for length in 0..<40 {
      let bytes = Array(repeating: UInt8(ascii: "a"), count: length) + [0xC3, 0xA9, 0xC3]
      #expect(bytes.withUnsafeBytes { UTF8Check($0).invalid } == length + 2)
      let partial = bytes.withUnsafeBytes { UTF8Check($0, partial: true) }
      #expect(partial.invalid == nil && partial.cut == 1)
    }
  }

  /// The same fault in the same place, however the text is cut.
  @Test(arguments: [
    Array("aé€😀z".utf8), Array("aé€😀".utf8) + [0xE9] + Array("zz".utf8), [0xF0, 0x9F, 0x98],
    Array("€".utf8) + [0xED, 0xA0, 0x80], [0xE2, 0x82, 0x41],
  ])
  func pieces(bytes: [UInt8]) {
    let whole = bytes.withUnsafeBytes { UTF8Check($0).invalid }
    for size in 1...bytes.count {
      var stream = UTF8Stream()
      var found: Int?
      for start in stride(from: 0, to: bytes.count, by: size) where found == nil {
        found = bytes[start..<min(start + size, bytes.count)].withUnsafeBytes { stream.check($0) }
      }
      let cut = found == nil && stream.isCut
      #expect((found ?? (cut ? whole : nil)) == whole)
      #expect(cut == (found == nil && whole != nil))
    }
  }
}
