package import Transformer

/// A question as a server reads it.
///
/// As a text: the exemplars, each with its target and two line breaks behind it, and the input; where the model's
/// own form is asked for, a line break stands between an input and its target, since a text has no other marks.
/// As a conversation: the exemplars as earlier turns.
package struct EndpointPrompt {
  var prompt: String
  var exemplars: [Exemplar]
  var framing: Framing

  package init(_ request: ScoringRequest) {
    (prompt, exemplars, framing) = (request.prompt, request.exemplars, request.framing)
  }

  package init(_ request: GenerationRequest) {
    (prompt, exemplars, framing) = (request.prompt, request.exemplars, request.framing)
  }

  package var text: String {
    let mark = framing == .marked ? "\n" : ""
    return exemplars.map { $0.input + mark + $0.target + "\n\n" }.joined() + prompt + mark
  }

  /// A choice behind the text; white space at the end of a bare text belongs to the choice, as
  /// lm-evaluation-harness has it.
  package func followed(by choice: String) -> EchoedText {
    let text = text
    let scalars = text.unicodeScalars
    func isBlank(_ scalar: Unicode.Scalar) -> Bool {
      // What Python's `rstrip` takes away.
      scalar.properties.isWhitespace || (0x1C...0x1F).contains(scalar.value)
    }
    guard framing == .continued else { return EchoedText(text, choice) }
    let end = scalars.lastIndex { !isBlank($0) }.map { scalars.index(after: $0) } ?? scalars.startIndex
    return EchoedText(String(scalars[..<end]), String(scalars[end...]) + choice)
  }

  package var messages: [(role: String, content: String)] {
    guard framing == .marked else { return [("user", text)] }
    return exemplars.flatMap { [("user", $0.input), ("assistant", $0.target)] } + [("user", prompt)]
  }
}
