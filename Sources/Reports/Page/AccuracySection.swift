/// Accuracy of every task, every template a mark.
struct AccuracySection {
  let report: Report

  var html: HTML {
    """
    <section id="accuracy">
    <h2>Accuracy by task and template</h2>
    \(content)
    </section>
    """
  }

  private var content: HTML {
    guard let results = report.results else { return missing("No results yet.") }
    guard !results.tasks.isEmpty else { return missing("No trained task was evaluated.") }
    return """
      <p class="muted">Every mark is one template: its accuracy over the same records, which were never trained \
      on. How far the marks of one colour lie apart is what wording alone does.</p>
      \(AccuracyRows.legend(unseenTasks: false))
      <div class="rows">
      \(AccuracyRows.axis)
      \(AccuracyRows.rows(results.tasks))
      </div>
      <details><summary>The same as a table</summary>
      \(AccuracyTable(tasks: results.tasks, results: results).html)
      </details>
      <details><summary>Every template</summary>
      \(TemplateTable(tasks: results.tasks).html)
      </details>
      """
  }
}

/// Tasks that training never met.
struct UnseenTasksSection {
  let report: Report

  var html: HTML {
    """
    <section id="unseen-tasks">
    <h2>Unseen tasks</h2>
    \(content)
    </section>
    """
  }

  private var content: HTML {
    guard let results = report.results else { return missing("No results yet.") }
    guard !results.unseenTasks.isEmpty else {
      return missing("No task was held out of training as a whole.")
    }
    return """
      <p class="muted">Tasks of clusters that training never met, in all their templates.</p>
      \(AccuracyRows.legend(unseenTasks: true))
      <div class="rows">
      \(AccuracyRows.axis)
      \(AccuracyRows.rows(results.unseenTasks))
      </div>
      <details><summary>The same as a table</summary>
      \(AccuracyTable(tasks: results.unseenTasks, results: nil).html)
      </details>
      <details><summary>Every template</summary>
      \(TemplateTable(tasks: results.unseenTasks).html)
      </details>
      """
  }
}
