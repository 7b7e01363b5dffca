import Bytes
import Glibc
import JSON
import Records

/// A line of examples, read in place: texts are views into the reader's memory, valid until the next line.
package struct ExampleView {
  package var input: UnsafeRawBufferPointer
  package var target: UnsafeRawBufferPointer
  package var task: UnsafeRawBufferPointer
  package var template: UnsafeRawBufferPointer
  package var record: UnsafeRawBufferPointer
  package var index: Int
  /// Packed lists (`PackedValue`); nil where the line has none.
  package var choices: UnsafeRawBufferPointer?
  package var targets: UnsafeRawBufferPointer?

  fileprivate init?(_ packed: UnsafeRawBufferPointer) {
    func text(_ key: [UInt8]) -> UnsafeRawBufferPointer? {
      guard let value = PackedValue.item(of: packed, key: key), value.first == PackedValue.Tag.string else {
        return nil
      }
      return PackedValue.textBytes(value)
    }
    func list(_ key: [UInt8]) -> UnsafeRawBufferPointer? {
      guard let value = PackedValue.item(of: packed, key: key), value.first == PackedValue.Tag.list else {
        return nil
      }
      return value
    }
    guard let input = text(Key.input), let target = text(Key.target), let task = text(Key.task),
      let template = text(Key.template), let record = text(Key.record),
      let index = PackedValue.item(of: packed, key: Key.index), index.first == PackedValue.Tag.integer
    else { return nil }
    (self.input, self.target, self.task, self.template, self.record) = (input, target, task, template, record)
    self.index = Int(Int64(bitPattern: PackedValue.word(index, at: 1)))
    choices = list(Key.choices)
    targets = list(Key.targets)
  }

  private enum Key {
    static let input = Array("input".utf8)
    static let target = Array("target".utf8)
    static let task = Array("task".utf8)
    static let template = Array("template".utf8)
    static let record = Array("record".utf8)
    static let index = Array("index".utf8)
    static let choices = Array("choices".utf8)
    static let targets = Array("targets".utf8)
  }

  /// Input and target of one line.
  static func parse(_ line: UnsafeRawBufferPointer) throws -> (input: String, target: String)? {
    let parser = try JSONParser()
    guard let packed = parser.packed(line), let example = ExampleView(packed) else { return nil }
    return (example.input.text, example.target.text)
  }

  /// Gives each example of a file to `body`, in order, with its line.
  ///
  /// - Throws: a `Diagnostic` with file and line for a line that is no example, and what `body` throws.
  package static func forEach(in path: String, _ body: (ExampleView, Int) throws -> Void) throws {
    let parser = try JSONParser()
    try JSONLines.read(path) { bytes, line in
      guard let packed = parser.packed(bytes), let example = ExampleView(packed) else {
        // Parsed with care, malformed JSON says where it is.
        _ = try parser.parse(bytes, path: path, line: line)
        throw Diagnostic(
          "no example: expected an object with the texts input, target, task, template and record and the "
            + "number index; build the mixture again", at: SourceLocation(path: path, line: line),
          cause: .finding)
      }
      try body(example, line)
    }
  }
}

extension UnsafeRawBufferPointer {
  /// A hash of the bytes, the same everywhere; different texts share one with probability 2⁻⁶⁴ or so.
  func hash64() -> UInt64 {
    var hash = UInt64(truncatingIfNeeded: count) ^ 0x9E37_79B9_7F4A_7C15
    var place = 0
    while place + 8 <= count {
      hash = mix64(hash ^ loadUnaligned(fromByteOffset: place, as: UInt64.self).littleEndian) &+ 0x9E37
      place += 8
    }
    var last: UInt64 = 0
    while place < count {
      last = last << 8 | UInt64(self[place])
      place += 1
    }
    return mix64(hash ^ last)
  }

  /// Where another text first stands in this one; nil where it does not.
  func place(of part: UnsafeRawBufferPointer, from start: Int = 0) -> Int? {
    guard let base = baseAddress, let wanted = part.baseAddress, part.count > 0 else { return nil }
    var place = start
    while place + part.count <= count,
      let found = memchr(base + place, Int32(part[0]), count - part.count + 1 - place)
    {
      let candidate = UnsafeRawPointer(found)
      if memcmp(candidate, wanted, part.count) == 0 { return candidate - base }
      place = candidate - base + 1
    }
    return nil
  }

  var text: String { String(decoding: self, as: UTF8.self) }
}
