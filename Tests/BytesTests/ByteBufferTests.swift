import Bytes
import Testing

@Suite struct ByteBufferTests {
  @Test func appendsGrowsAndForgets() {
    var buffer = ByteBuffer(capacity: 0)
    var expected: [UInt8] = []
    for number in 0..<2000 {
      buffer.append(decimal: number - 1000)
      buffer.append(UInt8(ascii: " "))
      buffer.append("é" as StaticString)
      buffer.append(String(repeating: "x", count: number % 50))
      buffer.append([1, 2])
      expected += Array("\(number - 1000) é".utf8) + Array(repeating: 120, count: number % 50) + [1, 2]
    }
    #expect(buffer.count == expected.count)
    #expect(buffer.withBytes { Array($0) } == expected)
    buffer.truncate(to: 5)
    #expect(buffer.text == "-1000")
    buffer.truncate(to: 99)
    buffer.truncate(to: -1)
    #expect(buffer.count == 0)
    buffer.append("a")
    buffer.removeAll()
    #expect(buffer.text == "")
  }

  @Test func writesInPlace() {
    var buffer = ByteBuffer(capacity: 1)
    buffer.append("abcdef")
    [UInt8(ascii: "X"), UInt8(ascii: "Y")].withUnsafeBytes {
      buffer.overwrite(at: 1, with: $0)
      buffer.overwrite(at: 5, with: $0)
      buffer.overwrite(at: 6, with: $0)
      buffer.overwrite(at: -1, with: $0)
    }
    #expect(buffer.text == "aXYdeX")
    buffer.appendUninitialized(4) { room in
      room[0] = UInt8(ascii: "!")
      return 1
    }
    buffer.appendUninitialized(2) { _ in 99 }
    #expect(buffer.count == 9)
    #expect(buffer.text.hasPrefix("aXYdeX!"))
  }

  /// Invalid bytes are shown, not lost.
  @Test func textOfInvalidBytes() {
    var buffer = ByteBuffer()
    buffer.append([0x61, 0xFF])
    #expect(buffer.text == "a\u{FFFD}")
  }
}
