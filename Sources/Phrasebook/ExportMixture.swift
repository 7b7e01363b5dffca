import Bytes
import JSON
import Mixtures
import Records
import Templates
import Transformer

/// What the command line says of an export.
public struct ExportOptions: Sendable {
  /// `messages`, `sharegpt`, `alpaca`, `prompt-completion`, `text`, `parquet`, `tfrecord`, `megatron`, `tokens` or
  /// `webdataset`.
  public var format: String
  /// The folder to write; nil: `export/<format>` in the mixture's folder.
  public var output: String?
  /// For formats of tokens: `smollm2`, a GGUF file, a model's folder or a `tokenizer.json`; nil: the model that
  /// was trained on the mixture.
  public var tokenizer: String?
  /// For the format `text`: a model, as above, or a file of Jinja.
  public var chatTemplate: String?

  public init(
    format: String, output: String? = nil, tokenizer: String? = nil, chatTemplate: String? = nil
  ) {
    self.format = format
    self.output = output
    self.tokenizer = tokenizer
    self.chatTemplate = chatTemplate
  }
}

/// Writes a built mixture in another form, whole or not at all.
@discardableResult
public func exportMixture(
  folder: String, options: ExportOptions, in session: Session
) throws -> CommandResult {
  let names = ExportFormat.allCases.map(\.rawValue)
  guard let format = ExportFormat(rawValue: options.format) else {
    throw Diagnostic(
      "unknown format '\(options.format)'\(suggestion(for: options.format, among: names)); expected one of "
        + names.joined(separator: ", "))
  }
  var needs = MixtureExport.Options()
  if format.needsTokenizer {
    let trained = folder + "/model"
    guard let name = options.tokenizer ?? (fileExists(trained + "/tokenizer.json") ? trained : nil) else {
      throw Diagnostic(
        "the format '\(format.rawValue)' holds tokens; name a tokenizer with --tokenizer, for example "
          + "smollm2")
    }
    let tokenizer = try Tokenizer.load(try PretrainedModel.path(name, in: session))
    needs.vocabulary = tokenizer.vocabulary
    needs.tokens = {
      let encoder = EncoderBox(TokenEncoder(tokenizer))
      return { input, target in
        tokenizer.prompt(input, room: .max, &encoder.encoder).tokens
          + tokenizer.target(target, &encoder.encoder)
      }
    }
  }
  if let name = options.chatTemplate {
    guard format == .text else {
      throw Diagnostic("a chat template goes with the format 'text', not with '\(format.rawValue)'")
    }
    let path = try PretrainedModel.path(name, in: session)
    let template = try Template.compile(
      try ChatTemplate.load(path), name: path, environment: .chat)
    needs.chat = { chatFunction(template.compiled) }
  }
  let output = options.output ?? "\(folder)/export/\(format.rawValue)"
  let export = try MixtureExport(folder, format: format, options: needs)
  if let slash = output.utf8.lastIndex(of: UInt8(ascii: "/")), slash != output.utf8.startIndex {
    try makeFolder(String(output[..<slash]))
  }
  let summary = try export.write(to: output, threads: session.threads) { done, total in
    session.progress.update("export: \(done) of \(total) files")
  }
  let text = "\(summary.examples) examples in \(summary.files) files, \(summary.bytes) bytes, in \(output)\n"
  var json = ValueDictionary()
  json["format"] = .string(format.rawValue)
  json["output"] = .string(output)
  json["files"] = .integer(Int64(summary.files))
  json["examples"] = .integer(Int64(summary.examples))
  json["bytes"] = .integer(Int64(summary.bytes))
  return CommandResult(json: JSONText.line(.dictionary(json))) { _, _ in text }
}

/// An encoder that remembers words from call to call; one thread's own.
private final class EncoderBox {
  var encoder: TokenEncoder
  init(_ encoder: TokenEncoder) { self.encoder = encoder }
}

/// Puts an example into a chat template's words: a user's turn and the assistant's.
private func chatFunction(_ template: CompiledTemplate) -> (String, String) throws -> String {
  let renderer = Renderer(template)
  return { input, target in
    func turn(_ role: String, _ content: String) -> Value {
      .dictionary(["role": .string(role), "content": .string(content)])
    }
    let variables: ValueDictionary = [
      "messages": .list([turn("user", input), turn("assistant", target)]),
      "add_generation_prompt": .boolean(false),
      "bos_token": "", "eos_token": "",
    ]
    var example = RenderedExample()
    do throws(RenderFailure) {
      try renderer.render(variables, key: SeedKey(seed: 0), into: &example)
    } catch {
      throw Diagnostic("the chat template '\(template.source.name)' cannot render an example: \(error)")
    }
    return example.inputText
  }
}
