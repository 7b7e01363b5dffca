import Templates

/// The words by which a recipe names many templates at once: a template's own `tags`, and what its metadata says.
enum TemplateTags {
  /// `original_task` or `other_task`; `choices_in_prompt` or `no_choices_in_prompt`; `style:…`, `language:…` and
  /// `metric:…` for each.
  static func of(_ source: TemplateSource) -> [String] {
    var tags = source.tags
    if let original = source.originalTask { tags.append(original ? "original_task" : "other_task") }
    tags.append(source.choicesInPrompt ? "choices_in_prompt" : "no_choices_in_prompt")
    if let style = source.style { tags.append("style:\(style.rawValue)") }
    tags += source.languages.map { "language:\($0)" }
    tags += source.metrics.map { "metric:\($0)" }
    return tags
  }
}
