public import Bytes
internal import Compression
public import Records

/// Examples as the lines of a mixture's files: `{"input","target","task","template","record","index"}`,
/// with `choices`, `targets` and `rationale` only where there are any.
public enum ExampleLines {
  public static func append(_ example: Example, to buffer: inout ByteBuffer) {
    var line = ValueDictionary()
    line["input"] = .string(example.input)
    line["target"] = .string(example.target)
    line["task"] = .string(example.task)
    line["template"] = .string(example.template)
    line["record"] = .string(example.record)
    line["index"] = .integer(Int64(example.index))
    if !example.choices.isEmpty { line["choices"] = .list(example.choices.map(Value.string)) }
    if !example.alternatives.isEmpty {
      line["targets"] = .list(([example.target] + example.alternatives).map(Value.string))
    }
    if let rationale = example.rationale { line["rationale"] = .string(rationale) }
    JSONText.append(.dictionary(line), to: &buffer)
    buffer.append(10)
  }

  /// Reads a file of examples, line by line, in order.
  ///
  /// - Throws: a `Diagnostic` with file and line for a line that is no example, and what `body` throws.
  public static func read(_ path: String, _ body: (Example) throws -> Void) throws {
    let parser = try JSONParser()
    try JSONLines.read(path) { bytes, line in
      try body(try example(try parser.parse(bytes, path: path, line: line), path: path, line: line))
    }
  }

  /// Reads the first so many examples of some files, in order; nil: all.
  public static func read(
    _ paths: [String], first limit: Int?, _ body: (Example, _ path: String) throws -> Void
  ) throws {
    var left = limit ?? Int.max
    for path in paths where left > 0 {
      do {
        try read(path) { example in
          guard left > 0 else { throw Enough() }
          left -= 1
          try body(example, path)
        }
      } catch is Enough {}
    }
  }

  /// Ends the reading of a file.
  private struct Enough: Error {}

  private static func example(_ value: Value, path: String, line: Int) throws(Diagnostic) -> Example {
    func fail(_ what: String) -> Diagnostic {
      Diagnostic("no example: \(what); build the mixture again", at: SourceLocation(path: path, line: line))
    }
    guard case .dictionary(let fields) = value else {
      throw fail("expected an object, found a \(value.kind)")
    }
    func text(_ key: String) throws(Diagnostic) -> String {
      guard case .string(let text)? = fields[key] else { throw fail("expected a text at '\(key)'") }
      return text
    }
    func texts(_ key: String) throws(Diagnostic) -> [String] {
      guard let value = fields[key] else { return [] }
      guard case .list(let items) = value else { throw fail("expected a list at '\(key)'") }
      var all: [String] = []
      for item in items {
        guard case .string(let text) = item else { throw fail("expected texts in '\(key)'") }
        all.append(text)
      }
      return all
    }
    guard case .integer(let index)? = fields["index"] else { throw fail("expected a number at 'index'") }
    var example = Example(
      input: try text("input"), target: try text("target"),
      alternatives: Array(try texts("targets").dropFirst()), choices: try texts("choices"),
      task: try text("task"), template: try text("template"), record: try text("record"),
      index: Int(clamping: index))
    if fields["rationale"] != nil { example.rationale = try text("rationale") }
    return example
  }
}

/// The lines of a JSON Lines file, streamed; decompressed where the file is compressed.
public enum JSONLines {
  /// Gives each non-blank line (without its line feed) and its number to `body`.
  public static func read(_ path: String, _ body: (UnsafeRawBufferPointer, Int) throws -> Void) throws {
    var file = try DecompressedFile(path: path)
    var rest = ByteBuffer()
    var line = 0
    func give(_ bytes: UnsafeRawBufferPointer) throws {
      line += 1
      if bytes.contains(where: { $0 != 32 && $0 != 9 && $0 != 13 }) { try body(bytes, line) }
    }
    while try file.next({ piece in
      var start = 0
      while let end = piece[start...].firstIndex(of: 10) {
        let part = UnsafeRawBufferPointer(rebasing: piece[start..<end])
        if rest.count > 0 {
          rest.append(part)
          try rest.withBytes(give)
          rest.removeAll()
        } else {
          try give(part)
        }
        start = end + 1
      }
      rest.append(UnsafeRawBufferPointer(rebasing: piece[start...]))
    }) {}
    if rest.count > 0 { try rest.withBytes(give) }
  }
}
