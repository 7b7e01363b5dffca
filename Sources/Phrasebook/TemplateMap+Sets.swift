import Diversity
import Mixtures
import Reports
import Templates

extension TemplateMap {
  init(_ sets: [TemplateSet]) {
    self.init(
      tasks: sets.map { set in
        Task(
          name: set.name,
          templates: set.sources.indices.map { place in
            Template(
              name: set.sources[place].name, family: set.families[place],
              isHeldOut: set.isHeldOut?[place] ?? false)
          },
          similarities: set.sources.indices.map { later in
            (0..<later).map { set.similarities[$0, later] }
          })
      })
  }

  /// The map of what a mixture trains with and holds out.
  init(_ plan: MixturePlan) {
    self.init(
      plan.tasks.map { task in
        let unseen = Set(task.unseen)
        // What the plan adds to the task's own templates is no phrasing.
        let own = task.tagged ?? task.task.templates.count
        let sources = task.task.templates.prefix(own).map(\.source)
        return TemplateSet(
          name: task.task.name, sources: sources, families: Array(task.families.prefix(own)),
          isHeldOut: sources.indices.map(unseen.contains))
      })
  }
}
