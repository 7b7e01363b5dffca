/// What each figure means, so that nobody has to guess.
struct DefinitionsSection {
  let report: Report

  var html: HTML {
    """
    <section id="definitions">
    <h2>How the figures are defined</h2>
    <dl class="definitions">
    \(entries.map { term, text -> HTML in "<dt>\(term)</dt><dd>\(text)</dd>" })
    </dl>
    </section>
    """
  }

  private var entries: [(String, String)] {
    let results = report.results
    var all = [
      (
        "seen and unseen",
        "A template is seen if examples made with it were trained on. Families of near-duplicate templates are "
          + "never split between seen and unseen. Records in the evaluation are unseen in every case."
      ),
      ("n", "Records evaluated. Each template of a task is asked about the same records."),
      (
        "accuracy",
        "Of a template: the share of records answered right. Where there are answer choices, the answer is the "
          + "choice with the highest log-likelihood, summed over its tokens and the mark that ends it (ties: the first). Where there are "
          + "none, the model writes greedily and the text must equal a target, blanks at both ends aside."
      ),
      (
        "a task's figure",
        "The median over its templates; quartiles by linear interpolation. Totals are means over tasks that have "
          + "seen and unseen templates."
      ),
      ("chance", "The mean over examples of 1 / (number of choices); 0 where the model writes freely."),
      (
        "majority",
        "What the best constant answer (one text, or one place among the choices) reaches on the evaluated "
          + "examples themselves, averaged over templates."
      ),
      (
        "gap",
        "The figure of the seen templates minus that of the unseen templates, on the same records; in total, the "
          + "mean over tasks."
      ),
    ]
    if let gap = results?.gap, let results {
      var text =
        "\(percentLevel(gap.level))% percentile intervals from \(grouped(gap.resamples)) bootstrap resamples (seed "
        + "\(results.seed)) of templates, seen and unseen apart, and of records, the same in both; tasks are taken "
        + "as they are. Resampling both sides tends to widen intervals rather than narrow them."
      if let means = results.gapOfMeans {
        text +=
          " With means instead of medians over templates the gap is \(percent(means.mean)) "
          + "(\(percent(means.interval.low)) to \(percent(means.interval.high)))."
      }
      all.append(("intervals", text))
    }
    if let shots = results?.shots {
      all.append(("shots", "Solved examples in each prompt: \(shots)."))
    }
    return all
  }
}
