/// How alike the templates of each task are, which are of one family, and which are held out.
public struct TemplateMap: Sendable, Hashable {
  public struct Template: Sendable, Hashable {
    public var name: String
    /// The place of the first template of its family.
    public var family: Int
    public var isHeldOut: Bool

    public init(name: String, family: Int, isHeldOut: Bool) {
      self.name = name
      self.family = family
      self.isHeldOut = isHeldOut
    }
  }

  public struct Task: Sendable, Hashable {
    public var name: String
    public var templates: [Template]
    /// For each template its similarities, from 0 to 1, to those before it.
    public var similarities: [[Double]]

    public init(name: String, templates: [Template], similarities: [[Double]]) {
      self.name = name
      self.templates = templates
      self.similarities = similarities
    }

    /// 1 for a template and itself; 0 where nothing is known.
    func similarity(_ a: Int, _ b: Int) -> Double {
      guard a != b else { return 1 }
      let (earlier, later) = (min(a, b), max(a, b))
      guard similarities.indices.contains(later), similarities[later].indices.contains(earlier) else {
        return 0
      }
      return similarities[later][earlier]
    }

    /// Templates with the members of a family side by side, families by their first member.
    var order: [Int] {
      templates.indices.sorted { (templates[$0].family, $0) < (templates[$1].family, $1) }
    }

    /// The template most like another, the earliest of equals; nil where there is no other.
    func nearest(to template: Int) -> Int? {
      templates.indices.filter { $0 != template }.max { a, b in
        let (x, y) = (similarity(template, a), similarity(template, b))
        return x < y || x == y && a > b
      }
    }
  }

  public var tasks: [Task]

  public init(tasks: [Task]) { self.tasks = tasks }
}
