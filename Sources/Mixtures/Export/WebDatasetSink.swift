import Bytes
import JSON
import Records

/// A tar archive (POSIX ustar) in which each example is a run of files with one key: `000000000012.input.txt`,
/// `.target.txt` and `.json`. No entry has a date or an owner.
final class WebDatasetSink: ExampleSink {
  private let file: SinkFile
  private var entry = ByteBuffer(capacity: 1 << 14)
  private var line = ByteBuffer()
  private var examples = 0

  init(_ file: SinkFile) { self.file = file }

  func append(_ example: ExampleView) throws {
    let digits = String(max(0, example.index))
    let key = String(repeating: "0", count: max(0, 12 - digits.utf8.count)) + digits
    entry.removeAll()
    append(key + ".input.txt", example.input)
    append(key + ".target.txt", example.target)
    line.removeAll()
    line.append("{\"task\":" as StaticString)
    JSONText.appendString(example.task, to: &line)
    line.append(",\"template\":" as StaticString)
    JSONText.appendString(example.template, to: &line)
    line.append(",\"record\":" as StaticString)
    JSONText.appendString(example.record, to: &line)
    line.append(",\"index\":" as StaticString)
    line.append(decimal: example.index)
    for (name, list) in [("choices", example.choices), ("targets", example.targets)] {
      guard let list else { continue }
      line.append(",\"\(name)\":")
      JSONText.append(PackedValue.read(list).value, to: &line)
    }
    line.append("}" as StaticString)
    let text = line.withBytes { $0 }
    // Safe: `line` is not touched before the bytes are copied.
    append(key + ".json", text)
    try entry.withBytes { (bytes) throws(Diagnostic) in try file.write(bytes) }
    examples += 1
  }

  /// Two blocks of zeros end an archive.
  func finish() throws(Diagnostic) -> [ExportedFile] {
    let end = [UInt8](repeating: 0, count: 1_024)
    try withBytes(of: end) { (bytes) throws(Diagnostic) in try file.write(bytes) }
    return [try file.commit(examples: examples)]
  }

  private func withBytes(
    of list: [UInt8], _ body: (UnsafeRawBufferPointer) throws(Diagnostic) -> Void
  ) throws(Diagnostic) {
    var buffer = ByteBuffer()
    buffer.append(list)
    try buffer.withBytes(body)
  }

  private func append(_ name: String, _ content: UnsafeRawBufferPointer) {
    var header = [UInt8](repeating: 0, count: 512)
    func put(_ text: String, at place: Int) {
      for (offset, byte) in text.utf8.enumerated() { header[place + offset] = byte }
    }
    func octal(_ number: Int, digits: Int) -> String {
      let text = String(number, radix: 8)
      return String(repeating: "0", count: max(0, digits - text.utf8.count)) + text
    }
    put(name, at: 0)
    put("0000644", at: 100)
    put("0000000", at: 108)
    put("0000000", at: 116)
    put(octal(content.count, digits: 11), at: 124)
    put(octal(0, digits: 11), at: 136)
    put("        ", at: 148)
    put("0", at: 156)
    put("ustar", at: 257)
    put("00", at: 263)
    put(octal(header.reduce(0) { $0 + Int($1) }, digits: 6), at: 148)
    header[154] = 0
    entry.append(header)
    entry.append(content)
    entry.append([UInt8](repeating: 0, count: (512 - content.count % 512) % 512))
  }
}
