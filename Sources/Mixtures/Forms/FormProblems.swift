import Bytes

/// What is wrong with the forms of a mixture's settings.
func formProblems(_ settings: MixtureSettings) -> [Diagnostic] {
  var problems: [Diagnostic] = []
  var known: Set<ExampleForm> = []
  for share in settings.forms {
    if share.form == .plain || !known.insert(share.form).inserted {
      problems.append(
        Diagnostic("the form '\(share.form.rawValue)' cannot be given a share twice, or if it is plain"))
    }
    if !(share.share > 0 && share.share < 1) {
      problems.append(
        Diagnostic(
          "the share of the form '\(share.form.rawValue)' is \(share.share); expected above 0 and below 1"))
    }
  }
  let sum = settings.forms.reduce(0) { $0 + $1.share }
  if sum >= 1 {
    problems.append(Diagnostic("the forms take \(sum) of every task, and nothing is left for plain examples"))
  }
  for shot in settings.fewShot.shots
  where !(1...64).contains(shot.number) || !(shot.weight > 0 && shot.weight.isFinite) {
    problems.append(
      Diagnostic(
        "\(shot.number) exemplars with the weight \(shot.weight); expected 1 to 64, and a weight above 0"))
  }
  if settings.fewShot.shots.isEmpty {
    problems.append(Diagnostic("no number of exemplars is given a weight"))
  }
  return problems
}
