import Bytes
import JSON

/// Writes a line of JSON for each example.
final class JSONLinesSink: ExampleSink {
  private let file: SinkFile
  private let line: (ExampleView, inout ByteBuffer) throws -> Void
  private var text = ByteBuffer(capacity: 1 << 14)
  private var examples = 0

  init(_ file: SinkFile, line: @escaping (ExampleView, inout ByteBuffer) throws -> Void) {
    self.file = file
    self.line = line
  }

  func append(_ example: ExampleView) throws {
    text.removeAll()
    try line(example, &text)
    text.append(10)
    try text.withBytes { (bytes) throws(Diagnostic) in try file.write(bytes) }
    examples += 1
  }

  func finish() throws(Diagnostic) -> [ExportedFile] { [try file.commit(examples: examples)] }
}

/// The lines of the formats that are JSON.
enum ConversationLines {
  static func messages(_ example: ExampleView, _ line: inout ByteBuffer) {
    line.append("{\"messages\":[{\"role\":\"user\",\"content\":" as StaticString)
    JSONText.appendString(example.input, to: &line)
    line.append("},{\"role\":\"assistant\",\"content\":" as StaticString)
    JSONText.appendString(example.target, to: &line)
    line.append("}]}" as StaticString)
  }

  static func shareGPT(_ example: ExampleView, _ line: inout ByteBuffer) {
    line.append("{\"conversations\":[{\"from\":\"human\",\"value\":" as StaticString)
    JSONText.appendString(example.input, to: &line)
    line.append("},{\"from\":\"gpt\",\"value\":" as StaticString)
    JSONText.appendString(example.target, to: &line)
    line.append("}]}" as StaticString)
  }

  static func alpaca(_ example: ExampleView, _ line: inout ByteBuffer) {
    line.append("{\"instruction\":" as StaticString)
    JSONText.appendString(example.input, to: &line)
    line.append(",\"input\":\"\",\"output\":" as StaticString)
    JSONText.appendString(example.target, to: &line)
    line.append("}" as StaticString)
  }

  /// The completion begins with a blank, as it goes on where the prompt ends.
  static func promptCompletion(_ example: ExampleView, _ line: inout ByteBuffer) {
    line.append("{\"prompt\":" as StaticString)
    JSONText.appendString(example.input, to: &line)
    line.append(",\"completion\":\" " as StaticString)
    JSONText.appendEscaped(example.target, to: &line)
    line.append("\"}" as StaticString)
  }

  /// Prompt, a blank line, answer.
  static func text(_ example: ExampleView, _ line: inout ByteBuffer) {
    line.append("{\"text\":\"" as StaticString)
    JSONText.appendEscaped(example.input, to: &line)
    line.append("\\n\\n" as StaticString)
    JSONText.appendEscaped(example.target, to: &line)
    line.append("\"}" as StaticString)
  }
}
