package import Bytes
import YAML

/// Writes templates in the format that `TemplateFile` reads: read back, they are the same templates.
package enum TemplateFileText {
  /// Appends a whole file.
  ///
  /// - Parameters:
  ///   - environment: nil for PromptSource's, which needs no mention.
  ///   - templates: in the order in which they are to stand; ids and names unique.
  package static func append(
    dataset: String, subset: String?, environment: TemplateEnvironment?, _ templates: [TemplateSource],
    to buffer: inout ByteBuffer
  ) {
    append("dataset", dataset, 0, &buffer)
    append("subset", subset, 0, &buffer)
    if let environment { append("environment", environment.rawValue, 0, &buffer) }
    buffer.append("templates:\n" as StaticString)
    for template in templates { append(template, &buffer) }
  }

  private static func append(_ template: TemplateSource, _ buffer: inout ByteBuffer) {
    buffer.append("  " as StaticString)
    appendID(template.id, &buffer)
    buffer.append(": !Template\n" as StaticString)
    append("answer_choices", template.answerChoices, 4, &buffer)
    buffer.append("    id: " as StaticString)
    appendID(template.id, &buffer)
    buffer.append(10)
    append("jinja", template.jinja, 4, &buffer)
    buffer.append("    metadata: !TemplateMetadata\n" as StaticString)
    append("choices_in_prompt", template.choicesInPrompt, 6, &buffer)
    append("languages", template.languages, 6, &buffer)
    append("metrics", template.metrics, 6, &buffer)
    append("original_task", template.originalTask, 6, &buffer)
    append("name", template.name, 4, &buffer)
    append("reference", template.reference, 4, &buffer)
    if let target = template.target { append("target", target, 4, &buffer) }
  }

  /// A UUID needs no quotes, though it may begin with digits.
  private static func appendID(_ id: String, _ buffer: inout ByteBuffer) {
    let isUUID =
      id.utf8.count == 36
      && id.utf8.enumerated().allSatisfy { place, byte in
        [8, 13, 18, 23].contains(place)
          ? byte == UInt8(ascii: "-") : (48...57).contains(byte) || (97...102).contains(byte)
      }
    if isUUID { buffer.append(id) } else { YAMLText.append(id, to: &buffer, indent: 4) }
  }

  private static func key(_ key: StaticString, _ indent: Int, _ buffer: inout ByteBuffer) {
    for _ in 0..<indent { buffer.append(32) }
    buffer.append(key)
    buffer.append(UInt8(ascii: ":"))
  }

  private static func append(
    _ name: StaticString, _ text: String?, _ indent: Int, _ buffer: inout ByteBuffer
  ) {
    key(name, indent, &buffer)
    buffer.append(32)
    if let text {
      YAMLText.append(text, to: &buffer, indent: indent)
    } else {
      buffer.append("null" as StaticString)
    }
    buffer.append(10)
  }

  private static func append(_ name: StaticString, _ flag: Bool?, _ indent: Int, _ buffer: inout ByteBuffer) {
    key(name, indent, &buffer)
    buffer.append(flag == nil ? " null\n" as StaticString : flag == true ? " true\n" : " false\n")
  }

  private static func append(
    _ name: StaticString, _ texts: [String], _ indent: Int, _ buffer: inout ByteBuffer
  ) {
    key(name, indent, &buffer)
    if texts.isEmpty { buffer.append(" []" as StaticString) }
    buffer.append(10)
    for text in texts {
      for _ in 0..<indent { buffer.append(32) }
      buffer.append("- " as StaticString)
      YAMLText.append(text, to: &buffer, indent: indent)
      buffer.append(10)
    }
  }
}
