import Bytes
import JSON
import Phrasebook
import Records
import Templates

/// Two reviews as prompts with their answers.
func reviewPrompts() throws -> [String] {
  let template = try Template.compile(
    "{{ text }}\nIs this review {{ answer_choices | join(' or ') }}? ||| {{ answer_choices[label] }}",
    answerChoices: "bad ||| good", fields: ["text", "label"])
  let reviews: [ValueDictionary] = [
    ["text": "I would see it again.", "label": 1],
    ["text": "The seats were comfortable.", "label": 0],
  ]
  return try reviews.map { review in
    let example = try template.render(review)
    return "\(example.input) \(example.targets[0])"
  }
}

/// What is wrong with a template, told before any record is rendered.
func mistakes() -> [String] {
  do {
    _ = try Template.compile("{{ txt | uper }} ||| yes", fields: ["text"])
    return []
  } catch {
    return error.list.map(\.description)
  }
}

/// Lines of JSON through every template of a file; renderers and buffers are used again from line to line.
func renderLines(_ lines: [String], templates path: String) throws -> [String] {
  let renderers = try Template.load(path).map { Renderer($0.compiled) }
  let parser = try JSONParser()
  var example = RenderedExample()
  var inputs: [String] = []
  for (number, line) in lines.enumerated() {
    guard case .dictionary(let record) = try parser.parse(line) else { continue }
    let key = SeedKey(seed: 7).part(UInt64(number))
    for renderer in renderers {
      try renderer.render(record, key: key, into: &example)
      inputs.append(example.inputText)
    }
  }
  return inputs
}
