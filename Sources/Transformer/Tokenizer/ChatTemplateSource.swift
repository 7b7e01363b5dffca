package import Bytes
import JSON
import Records

/// A pretrained model's own chat template, as its files have it.
package struct ChatTemplateSource: Sendable, Hashable {
  /// Jinja.
  package var template: String
  /// The texts of the marks that templates call `bos_token` and `eos_token`.
  package var begin: String
  package var end: String
  /// The file that holds it.
  package var path: String

  /// Looks in a folder of Hugging Face's layout (`chat_template.jinja`, else `tokenizer_config.json`) or in a
  /// GGUF file.
  ///
  /// - Returns: nil where there is none.
  /// - Throws: a `Diagnostic` for a damaged file.
  package static func find(_ path: String) throws(Diagnostic) -> ChatTemplateSource? {
    isFolder(path) ? try inFolder(path) : try inFile(path)
  }

  private static func inFile(_ path: String) throws(Diagnostic) -> ChatTemplateSource? {
    let file = try GGUFFile(path: path)
    guard let template = try file.text("tokenizer.chat_template") else { return nil }
    let tokenizer = try Tokenizer(file)
    func mark(_ key: String) throws(Diagnostic) -> String {
      try file.integer("tokenizer.ggml.\(key)_token_id").map { tokenizer.written([Int32(clamping: $0)]) }
        ?? ""
    }
    return ChatTemplateSource(template: template, begin: try mark("bos"), end: try mark("eos"), path: path)
  }

  private static func inFolder(_ folder: String) throws(Diagnostic) -> ChatTemplateSource? {
    let settings = folder + "/" + LanguageModel.FileName.tokenizerSettings
    let alone = folder + "/chat_template.jinja"
    guard fileExists(settings) || fileExists(alone) else { return nil }
    let advice = "copy the model again"
    let root = fileExists(settings) ? try JSONNode.read(settings, advice: advice) : nil
    func mark(_ key: String) throws(Diagnostic) -> String {
      guard let node = try root?.optional(key) else { return "" }
      if case .dictionary = node.value { return try node.required("content").text() }
      return try node.text()
    }
    var path = settings
    var template: String?
    if fileExists(alone) {
      let file = try MappedFile(path: alone)
      template = file.withBytes { String(decoding: $0, as: UTF8.self) }
      path = alone
    } else if let node = try root?.optional("chat_template") {
      template = try text(node)
    }
    guard let template else { return nil }
    return ChatTemplateSource(
      template: template, begin: try mark("bos_token"), end: try mark("eos_token"), path: path)
  }

  /// One template, or that named `default` of several.
  private static func text(_ node: JSONNode) throws(Diagnostic) -> String? {
    guard case .list = node.value else { return try node.text() }
    for item in try node.items() where try item.required("name").text() == "default" {
      return try item.required("template").text()
    }
    return nil
  }
}
