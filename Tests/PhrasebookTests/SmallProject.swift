import Foundation

/// A whole project of three small tasks in three formats, written into a workshop: enough to go all the way
/// in seconds.
enum SmallProject {
  static let recipe = """
    name: small
    seed: 11
    tasks: all
    mixture:
      total: 300
      cap: 60
      shards: 2
    hold_out:
      templates: 0.34
      clusters: [pairs]
    records:
      validation: 0.1
      test: 0.25
    model:
      preset: tiny
      dimension: 32
      layers: 1
      heads: 2
      key_value_heads: 2
      hidden_dimension: 64
      vocabulary: 400
      context: 128
    training:
      steps: 12
      tokens_per_step: 512
      checkpoint_every: 4
    evaluation:
      records: 8
      validation_records: 4
      resamples: 200

    """

  static func write(into workshop: Workshop) throws {
    try workshop.write("recipe.yaml", recipe)
    try workshop.write("corpora/colour/corpus.yaml", colourCorpus)
    try workshop.write("corpora/colour/things.jsonl", things())
    try workshop.write("templates/colour/templates.yaml", templates(of: "colour", colourTemplates))
    try workshop.write("corpora/sum/corpus.yaml", sumCorpus)
    try workshop.write("corpora/sum/sums.csv", sums())
    try workshop.write("templates/sum/templates.yaml", templates(of: "sum", sumTemplates))
    try workshop.write("corpora/pair/corpus.yaml", pairCorpus)
    try workshop.write("corpora/pair/pairs.xml", pairs())
    try workshop.write("templates/pair/templates.yaml", templates(of: "pair", pairTemplates))
  }

  static let colourCorpus = """
    name: colour
    cluster: naming
    source: {path: things.jsonl}
    format: jsonl
    fields:
      thing: thing
      label: {from: colour, map: {red: 0, green: 1}}
    metric: accuracy
    licence: CC0-1.0
    language: en

    """

  static let sumCorpus = """
    name: sum
    cluster: numbers
    source: {path: sums.csv}
    format: csv
    fields:
      a: {from: a, type: integer}
      b: {from: b, type: integer}
    metric: exact_match
    licence: CC0-1.0
    language: en

    """

  static let pairCorpus = """
    name: pair
    cluster: pairs
    source: {path: pairs.xml}
    format: xml
    records: /pairs/pair
    fields:
      left: l
      right: r
      label: {from: "@same", map: {"yes": 0, "no": 1}}
    group: [left]
    metric: accuracy
    licence: CC0-1.0
    language: en

    """

  private static let nouns = [
    "apple", "leaf", "brick", "frog", "cherry", "moss", "rose", "pea", "flame", "lime",
  ]

  private static func things() -> String {
    (0..<80).map { number in
      let colour = number % 2 == 0 ? "red" : "green"
      return #"{"thing": "\#(nouns[number % 10]) number \#(number)", "colour": "\#(colour)"}"#
    }.joined(separator: "\n") + "\n"
  }

  private static func sums() -> String {
    "a,b\n" + (0..<90).map { "\($0 % 10),\($0 / 10)" }.joined(separator: "\n") + "\n"
  }

  private static func pairs() -> String {
    let items = (0..<40).map { number in
      let same = number % 2 == 0
      let right = same ? nouns[number / 4] : nouns[(number / 4 + 3) % 10]
      return
        "  <pair same=\"\(same ? "yes" : "no")\"><l>\(nouns[number / 4]) &amp; \(number / 4)</l><r>\(right) \(number)</r></pair>"
    }
    return "<?xml version=\"1.0\"?>\n<pairs>\n" + items.joined(separator: "\n") + "\n</pairs>\n"
  }

  /// A template as the table below tells it: name, choices, jinja on one line.
  typealias Sketch = (name: String, choices: String?, jinja: String)

  static let colourTemplates: [Sketch] = [
    ("plain", "red ||| green", "What colour is the {{ thing }}? ||| {{ answer_choices[label] }}"),
    (
      "listed", "red ||| green",
      "Pick {{ answer_choices | join(' or ') }} for {{ thing }}: ||| {{ answer_choices[label] }}"
    ),
    ("cloze", "red ||| green", "The {{ thing }} looks ||| {{ answer_choices[label] }}"),
    (
      "dialogue", "Red ||| Green",
      "A: I saw this: {{ thing }}.\\nB: Its colour? ||| {{ answer_choices[label] }}"
    ),
    ("tag", "red ||| green", "colour | {{ thing }} | ||| {{ answer_choices[label] }}"),
    (
      "order", "red ||| green",
      "Name one colour and nothing else, seen on {{ thing }} ||| {{ answer_choices[label] }}"
    ),
  ]

  static let sumTemplates: [Sketch] = [
    ("plus", nil, "{{ a }} + {{ b }} = ||| {{ a + b }}"),
    ("words", nil, "Add {{ a }} to {{ b }}. ||| {{ a + b }}"),
    ("question", nil, "How much do {{ a }} and {{ b }} make together? ||| {{ a + b }}"),
    ("story", nil, "I had {{ a }} coins and found {{ b }} more, so my purse now holds ||| {{ a + b }}"),
    ("tag", nil, "sum of: {{ a }}; {{ b }} ||| {{ a + b }}"),
  ]

  static let pairTemplates: [Sketch] = [
    ("same", "yes ||| no", "Is {{ left }} the same as {{ right }}? ||| {{ answer_choices[label] }}"),
    ("alike", "yes ||| no", "{{ left }} / {{ right }}: alike, yes or no? ||| {{ answer_choices[label] }}"),
    (
      "match", "match ||| differ",
      "Do these match or differ: {{ left }}, {{ right }} ||| {{ answer_choices[label] }}"
    ),
  ]

  static func templates(of task: String, _ sketches: [Sketch]) -> String {
    let code = task.utf8.reduce(0) { ($0 * 31 + Int($1)) % 0xFFFF }
    var text = "dataset: \(task)\nsubset: null\ntemplates:\n"
    for (place, sketch) in sketches.enumerated() {
      let id = String(format: "%08x-0000-4000-8000-%012x", code, place + 1)
      text += """
          \(id): !Template
            answer_choices: \(sketch.choices ?? "null")
            id: \(id)
            jinja: "\(sketch.jinja)"
            metadata: !TemplateMetadata
              choices_in_prompt: false
              languages: [en]
              metrics: [\(sketch.choices == nil ? "Exact Match" : "Accuracy")]
              original_task: true
            name: \(sketch.name)
            reference: ''

        """
    }
    return text
  }
}
