import Bytes
internal import CLibYAML

/// One step of a YAML document.
struct YAMLEvent {
  enum Kind {
    case scalar(String, YAMLNode.ScalarStyle)
    case sequenceStart, sequenceEnd, mappingStart, mappingEnd
    case alias(String)
    case documentStart, documentEnd, streamStart, streamEnd
  }

  var kind: Kind
  var tag: String?
  var anchor: String?
  var start: Int
  var end: Int
  var line: Int
  var column: Int
}

/// libyaml's event parser over a file in memory.
///
/// The parser holds pointers to itself, so it lives in memory of its own that never moves.
final class EventParser {
  private let parser: UnsafeMutablePointer<yaml_parser_t>
  private let input: UnsafeMutableBufferPointer<UInt8>
  private let source: YAMLSource
  private var last = (line: 0, column: 0, offset: 0)

  init(_ source: YAMLSource) throws(Diagnostic) {
    self.source = source
    parser = .allocate(capacity: 1)
    parser.initialize(to: yaml_parser_t())
    input = .allocate(capacity: max(1, source.bytes.count))
    _ = input.update(from: source.bytes)
    guard yaml_parser_initialize(parser) == 1 else {
      throw Diagnostic("out of memory", cause: .environment)
    }
    yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING)
    yaml_parser_set_input_string(parser, input.baseAddress, source.bytes.count)
  }

  deinit {
    yaml_parser_delete(parser)
    parser.deallocate()
    input.deallocate()
  }

  func next() throws(Diagnostic) -> YAMLEvent {
    var event = yaml_event_t()
    guard yaml_parser_parse(parser, &event) == 1 else { throw failure() }
    defer { yaml_event_delete(&event) }
    let mark = event.start_mark
    var result = YAMLEvent(
      kind: .streamEnd, start: 0, end: 0, line: Int(mark.line) + 1, column: Int(mark.column) + 1)
    switch event.type {
    case YAML_STREAM_START_EVENT: result.kind = .streamStart
    case YAML_DOCUMENT_START_EVENT: result.kind = .documentStart
    case YAML_DOCUMENT_END_EVENT: result.kind = .documentEnd
    case YAML_ALIAS_EVENT: result.kind = .alias(text(event.data.alias.anchor) ?? "")
    case YAML_SCALAR_EVENT:
      let scalar = event.data.scalar
      let bytes = UnsafeBufferPointer(start: scalar.value, count: Int(scalar.length))
      result.kind = .scalar(String(decoding: bytes, as: UTF8.self), style(scalar.style))
      result.tag = text(scalar.tag)
      result.anchor = text(scalar.anchor)
    case YAML_SEQUENCE_START_EVENT:
      result.kind = .sequenceStart
      result.tag = text(event.data.sequence_start.tag)
      result.anchor = text(event.data.sequence_start.anchor)
    case YAML_MAPPING_START_EVENT:
      result.kind = .mappingStart
      result.tag = text(event.data.mapping_start.tag)
      result.anchor = text(event.data.mapping_start.anchor)
    case YAML_SEQUENCE_END_EVENT: result.kind = .sequenceEnd
    case YAML_MAPPING_END_EVENT: result.kind = .mappingEnd
    default: result.kind = .streamEnd
    }
    // libyaml counts characters in `index`; offsets of bytes come from the line and column.
    result.start = offset(line: result.line, column: result.column)
    result.end = offset(line: Int(event.end_mark.line) + 1, column: Int(event.end_mark.column) + 1)
    return result
  }

  /// The byte offset of a mark, looked for from the last one: a document may be one long line.
  private func offset(line: Int, column: Int) -> Int {
    if line == last.line, column >= last.column {
      last.offset = source.offset(from: last.offset, scalars: column - last.column)
    } else {
      last.offset = source.offset(line: line, column: column)
    }
    (last.line, last.column) = (line, column)
    return last.offset
  }

  private func text(_ pointer: UnsafeMutablePointer<yaml_char_t>?) -> String? {
    pointer.map { String(cString: $0) }
  }

  private func style(_ style: yaml_scalar_style_t) -> YAMLNode.ScalarStyle {
    switch style {
    case YAML_SINGLE_QUOTED_SCALAR_STYLE: .singleQuoted
    case YAML_DOUBLE_QUOTED_SCALAR_STYLE: .doubleQuoted
    case YAML_LITERAL_SCALAR_STYLE: .literal
    case YAML_FOLDED_SCALAR_STYLE: .folded
    default: .plain
    }
  }

  private func failure() -> Diagnostic {
    let state = parser.pointee
    let problem = state.problem.map { String(cString: $0) } ?? "unknown error"
    if state.error == YAML_MEMORY_ERROR { return Diagnostic("out of memory", cause: .environment) }
    if state.error == YAML_READER_ERROR {
      let place = SourceLocation(path: source.path)
      return Diagnostic(
        "malformed YAML: \(problem) at byte \(state.problem_offset); the file must be UTF-8 text", at: place)
    }
    let line = Int(state.problem_mark.line) + 1
    let column = Int(state.problem_mark.column) + 1
    let excerpt = source.line(line)
    var message = "malformed YAML: \(problem)"
    if let context = state.context.map({ String(cString: $0) }) {
      message += " (\(context) that began at line \(state.context_mark.line + 1))"
    }
    if excerpt.utf8.drop(while: { $0 == 32 }).first == 9 {
      message += "; a tab cannot indent YAML, use blanks"
    }
    return Diagnostic(
      message, at: SourceLocation(path: source.path, line: line, column: column), excerpt: excerpt)
  }
}
