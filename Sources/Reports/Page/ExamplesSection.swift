/// Examples with the model's answers.
struct ExamplesSection {
  let report: Report

  /// Characters (Unicode scalars) of a prompt that are shown.
  private static let longestPrompt = 1_500

  var html: HTML {
    """
    <section id="examples">
    <h2>Examples and answers</h2>
    \(content)
    </section>
    """
  }

  private var content: HTML {
    guard !report.examples.isEmpty else { return missing("No predictions yet.") }
    return """
      <p class="muted">\(report.examples.count) examples drawn by the mixture's seed, task after task, with no \
      regard to the answer.</p>
      <div class="examples">
      \(report.examples.map(card))
      </div>
      """
  }

  private func card(_ example: AnsweredExample) -> HTML {
    let seen = example.cell == "seen_templates"
    let kind = seen ? "seen" : example.cell == "unseen_tasks" ? "unseen task" : "unseen"
    let mark: HTML =
      example.isCorrect
      ? "<span class=\"mark right\">✓ right</span>" : "<span class=\"mark wrong\">✗ wrong</span>"
    return """
      <article class="example">
      <header><div><b>\(example.task)</b>\(mark)</div>
      <span class="\(seen ? "seen-ink" : "unseen-ink")">\(kind)</span> · \(templateName(example))</header>
      <p class="prompt" dir="auto">\(shown(example.input))</p>
      <dl><dt>expected</dt><dd class="answer" dir="auto">\(shown(example.target))</dd>
      \(way(example))\(answer(example))</dl>
      </article>
      """
  }

  /// What led to the answer: reasoning and the answers of steps.
  private func way(_ example: AnsweredExample) -> HTML {
    var lines = example.reasoning.map { text -> HTML in
      "<dt>reasoning</dt><dd class=\"answer\" dir=\"auto\">\(shown(text))</dd>"
    }
    lines += example.steps.map { step -> HTML in
      let answers = step.answers.map { answer -> HTML in
        "<li class=\"answer\" dir=\"auto\">\(shown(answer))</li>"
      }
      return "<dt>\(step.name)</dt><dd><ul class=\"choices\">\(answers)</ul></dd>"
    }
    if let failure = example.failure { lines.append("<dt>no answer</dt><dd>\(shown(failure))</dd>") }
    return HTML(lines: lines)
  }

  private func answer(_ example: AnsweredExample) -> HTML {
    guard !example.choices.isEmpty, example.choices.count == example.logLikelihoods.count else {
      let text: HTML =
        example.answer.isEmpty ? "<span class=\"muted\">(nothing)</span>" : "\(shown(example.answer))"
      return "<dt>model</dt><dd class=\"answer\" dir=\"auto\">\(text)</dd>"
    }
    let lines = zip(example.choices, example.logLikelihoods).prefix(12).map { choice, value -> HTML in
      let taken = choice.utf8.elementsEqual(example.answer.utf8)
      return """
        <li\(taken ? " class=\"taken\"" as HTML : "")><span class="answer">\(taken ? "▸ " : "")\(shown(choice))</span>\
        <span>\(value.map { fixed($0, decimals: 2) } ?? "−∞")</span></li>
        """
    }
    let rest = example.choices.count - lines.count
    let more: HTML = rest > 0 ? "<li class=\"muted\">and \(rest) more</li>" : ""
    return """
      <dt>model</dt><dd><ul class="choices" title="log-likelihood of each choice">\(lines)\(more)</ul></dd>
      """
  }

  private func templateName(_ example: AnsweredExample) -> String {
    let task = report.manifest.tasks.first { $0.name.utf8.elementsEqual(example.task.utf8) }
    let template = ((task?.seen ?? []) + (task?.unseen ?? [])).first {
      $0.id.utf8.elementsEqual(example.template.utf8)
    }
    return template?.name ?? example.template
  }

  private func shown(_ text: String) -> String {
    let scalars = text.unicodeScalars
    guard scalars.count > Self.longestPrompt else { return text }
    let rest = scalars.count - Self.longestPrompt
    return String(String.UnicodeScalarView(scalars.prefix(Self.longestPrompt)))
      + "\n… (\(grouped(rest)) more characters)"
  }
}
