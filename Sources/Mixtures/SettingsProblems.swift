import Bytes
import Templates

/// What is wrong with a mixture's settings, alone and against its tasks.
func settingsProblems(_ settings: MixtureSettings, _ tasks: [MixtureTask]) -> [Diagnostic] {
  var problems: [Diagnostic] = []
  func require(_ holds: Bool, _ message: @autoclosure () -> String) {
    if !holds { problems.append(Diagnostic(message())) }
  }
  require(
    1...Schedule.largestTotal ~= settings.total,
    "the total is \(settings.total) examples; expected 1 to \(Schedule.largestTotal)")
  require(1...99_999 ~= settings.shards, "\(settings.shards) shards; expected 1 to 99999")
  let (validation, test) = (settings.splits.validation, settings.splits.test)
  require(
    validation >= 0 && test >= 0 && validation + test < 1,
    "the fractions of validation (\(validation)) and test (\(test)) must be at least 0 and leave records for "
      + "training: their sum must be under 1")
  if let near = settings.splits.nearDuplicates {
    require(near > 0 && near <= 1, "near-duplicates begin at \(near); expected a number above 0, at most 1")
  }
  if let fold = settings.holdOut.fold {
    require(
      fold.index >= 0 && fold.count.map { $0 >= 2 && fold.index < $0 } ?? true,
      "fold \(fold.index) of \(fold.count ?? 0); expected at least 2 folds, numbered from 0")
  }
  for (name, cap) in settings.caps.sorted(by: { $0.key < $1.key })
    + settings.clusterCaps.sorted(by: { $0.key < $1.key })
  {
    require(cap >= 1, "the cap of '\(name)' is \(cap); expected at least 1 record")
  }
  let similarity = settings.holdOut.similarity
  require(
    similarity > 0 && similarity <= 1, "the similarity is \(similarity); expected a number above 0, at most 1"
  )
  switch settings.holdOut.amount {
  case .fraction(let fraction):
    require(
      fraction >= 0 && fraction < 1,
      "the fraction of templates held out is \(fraction); expected at least 0 and under 1")
  case .number(let number):
    require(number >= 0, "the number of templates held out is \(number); expected at least 0")
  }
  require(
    settings.evaluation.testRecords >= 0 && settings.evaluation.validationRecords >= 0
      && settings.evaluation.exemplarRecords >= 0,
    "the numbers of evaluation records must be at least 0")
  return problems + formProblems(settings) + taskProblems(tasks) + nameProblems(settings, tasks)
}

private func taskProblems(_ tasks: [MixtureTask]) -> [Diagnostic] {
  guard !tasks.isEmpty else { return [Diagnostic("the mixture has no task; name at least one")] }
  var problems: [Diagnostic] = []
  var names: Set<[UInt8]> = []
  for task in tasks {
    if !names.insert(Array(task.name.utf8)).inserted {
      problems.append(Diagnostic("two tasks are called '\(task.name)'; give each its own name"))
    }
    if task.templates.isEmpty {
      problems.append(Diagnostic("task '\(task.name)' has no template; write at least two"))
    }
    var ids: Set<[UInt8]> = []
    for template in task.templates where !ids.insert(Array(template.source.id.utf8)).inserted {
      problems.append(
        Diagnostic(
          "task '\(task.name)' has two templates with the id '\(template.source.id)'; give each its own",
          at: template.source.location))
    }
  }
  return problems
}

/// Names in the settings that nothing bears.
private func nameProblems(_ settings: MixtureSettings, _ tasks: [MixtureTask]) -> [Diagnostic] {
  var problems: [Diagnostic] = []
  func require(_ names: [String], among known: [String], _ what: String) {
    for name in names where !known.contains(name: name) {
      problems.append(Diagnostic("\(what) '\(name)'\(suggestion(for: name, among: known))"))
    }
  }
  let taskNames = tasks.map(\.name)
  let holdOut = settings.holdOut
  require(holdOut.tasks, among: taskNames, "the hold-out names an unknown task")
  require(
    holdOut.clusters, among: tasks.map(\.cluster).deduplicated(), "the hold-out names an unknown cluster")
  let sources = tasks.flatMap { $0.templates.map(\.source) }
  let templateNames = sources.map { $0.parent?.name ?? $0.name }.deduplicated()
  let ids = sources.flatMap { [$0.id, $0.name, $0.parent?.id ?? $0.id] }
  for name in holdOut.templates where !ids.contains(name: name) {
    require([name], among: templateNames, "the hold-out names an unknown template")
  }
  if case .weights(let weights) = settings.rates {
    let names = weights.keys.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    require(names, among: taskNames, "the rates name an unknown task")
  }
  let known = Set(sources.flatMap(TemplateTags.of))
  require(holdOut.tags, among: known.sorted(), "the hold-out names a tag that no template has:")
  let names = { (pairs: [String: Int]) in pairs.keys.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) } }
  require(names(settings.caps), among: taskNames, "the caps name an unknown task")
  require(
    names(settings.clusterCaps), among: tasks.map(\.cluster).deduplicated(),
    "the caps name an unknown cluster")
  for name in holdOut.families.flatMap(\.self) where !ids.contains(name: name) {
    require([name], among: templateNames, "a family names an unknown template")
  }
  let open = tasks.filter { !holdOut.holdsOut($0) }
  if open.isEmpty, !tasks.isEmpty {
    problems.append(Diagnostic("every task is held out, and none is left to train on; hold out fewer"))
  }
  return problems
}
