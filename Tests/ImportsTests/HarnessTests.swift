import Bytes
import Imports
import JSON
import Records
import Templates
import Testing

/// Task files in lm-evaluation-harness' format. What must come of them follows its `load_yaml`,
/// `doc_to_text`, `doc_to_target` and `doc_to_choice` (version 0.4.13), read and worked out by hand.
@Suite struct HarnessTests {
  static func write(into folder: CollectionFolder) throws {
    try folder.write(
      "tasks/zoo/_common",
      """
      dataset_path: zoo/animals
      output_type: multiple_choice
      doc_to_text: "{{- animal.strip() }} is a\\n"
      doc_to_choice: ["bird", "fish", "a \\"quoted\\" one"]
      doc_to_target: kind
      metric_list:
        - metric: acc
        - metric: !function utils.mine
      target_delimiter: ""
      regex: {a: 1, a: 2}

      """)
    try folder.write(
      "tasks/zoo/a.yaml", "include: _common\ntask: zoo_a\ndataset_name: small\ntag: [zoo, all]\n")
    try folder.write(
      "tasks/zoo/b.yaml",
      "task: zoo_b\ndescription: \"Name the kind. \"\ninclude: ../zoo/_common\ndataset_name: small\n")
    try folder.write("tasks/zoo/group.yaml", "group: zoo\ntask: [zoo_a, zoo_b]\n")
    try folder.write(
      "tasks/zoo/python.yaml", "include: _common\ntask: p\nprocess_docs: !function utils.docs\n")
    try folder.write("tasks/zoo/base.yaml", "dataset_path: x\n")
    try folder.write("tasks/zoo/class.yaml", "task: c\nclass: !function task.Mine\n")
    try folder.write("tasks/zoo/lost.yaml", "include: nowhere\ntask: l\n")
    try folder.write("tasks/zoo/circle.yaml", "include: circle.yaml\ntask: l\n")
    try folder.write("tasks/zoo/twin.yaml", "include: _common\ntask: zoo_a\n")
    try folder.write("tasks/zoo/wrong.yaml", "task: w\ndataset_path: w\ndoc_to_text: '{{ x | nofilter }}'\n")
    try folder.write("tasks/zoo/image.yaml", "task: i\ndoc_to_text: x\ndoc_to_image: [picture]\n")
    try folder.write("tasks/zoo/empty.yaml", "task: e\ndoc_to_text: ''\n")
    try folder.write("tasks/zoo/none.yaml", "task: n\ndoc_to_text: null\n")
    try folder.write(
      "tasks/zoo/json.yaml",
      "task: from_json\ndataset_path: json\ndoc_to_text: question\ndoc_to_target: ' {{ answer }}'\n")
  }

  @Test func inheritsRefusesAndCounts() throws {
    let folder = try CollectionFolder()
    try Self.write(into: folder)
    let found = try TemplateImport.lmEval(folder.path + "/tasks")
    #expect(found.files == 14 && found.found == 12 && found.imported == 3)
    #expect(found.tasks.map(\.name) == ["from_json", "zoo_animals_small"])
    let told = found.refusals.map { refusal in
      let place = refusal.problem.location
      let file = place?.path.split(separator: "/").last ?? ""
      return "\(file):\(place?.line ?? 0):\(place?.column ?? 0) \(refusal.name): \(refusal.reason)"
    }
    #expect(
      told == [
        "circle.yaml:1:10 : the file cannot be read",
        "class.yaml:2:8 c: class is a Python function",
        "empty.yaml:2:14 e: doc_to_text is empty",
        "image.yaml:3:15 i: the prompts hold images or sounds",
        "lost.yaml:1:10 : the file cannot be read",
        "none.yaml:1:0 n: there is no doc_to_text",
        "python.yaml:3:15 p: process_docs is a Python function",
        "twin.yaml:2:7 zoo_a: the task's name is taken",
        "wrong.yaml:3:22 w: the template does not compile",
      ])
    #expect(found.functions.map { "\($0.what) \($0.count)" } == ["task.Mine 1", "utils.docs 1"])
    #expect(
      found.skipped.map { "\($0.what) \($0.count)" } == [
        "tags 1", "files that are only included 1", "groups 1",
      ])
    #expect(found.leftOut.map { "\($0.what) \($0.count)" } == ["target_delimiter 2", "regex 2"])
  }

  @Test func writesTemplatesOfTheEnvironment() throws {
    let folder = try CollectionFolder()
    try Self.write(into: folder)
    let found = try TemplateImport.lmEval(folder.path + "/tasks")
    _ = try found.write(to: folder.path + "/out", replacing: false)
    let sources = try TemplateFile.load(folder.path + "/out/zoo_animals_small/templates.yaml")
    #expect(sources.map(\.name) == ["zoo_a", "zoo_b"])
    #expect(sources.map(\.environment) == [.lmEval, .lmEval])
    // The empty expression keeps '{{-' from eating the description's blank.
    #expect(
      sources.map(\.jinja) == [
        "{{- animal.strip() }} is a\n", "Name the kind. {{ '' }}{{- animal.strip() }} is a\n",
      ])
    #expect(sources.map(\.metrics) == [["acc"], ["acc"]])
    #expect(sources.map(\.reference) == ["zoo/a.yaml", "zoo/b.yaml"].map { "lm-evaluation-harness \($0)" })
    #expect(Set(sources.map(\.id)).count == 2)
    let other = try TemplateFile.load(folder.path + "/out/from_json/templates.yaml")
    #expect(other.map(\.jinja) == ["{{ question }}"] && other.map(\.target) == [" {{ answer }}"])
    let record = try JSONParser().parse(#"{"animal": " cod ", "kind": 1}"#)
    guard case .dictionary(let fields) = record else { return }
    var example = RenderedExample()
    let template = try CompiledTemplate.compile(sources[1])
    try Renderer(template).render(fields, key: SeedKey(seed: 1), into: &example)
    #expect(example.inputText == "Name the kind. cod is a\n")
    #expect(example.targetTexts == ["fish"])
    #expect(example.choiceTexts == ["bird", "fish", "a \"quoted\" one"])
  }

  /// The same ids whatever else is imported: they depend on the task's name alone.
  @Test func idsAreStable() throws {
    let folder = try CollectionFolder()
    try folder.write("one.yaml", "task: alone\ndataset_path: x\ndoc_to_text: t\ndoc_to_target: u\n")
    let found = try TemplateImport.lmEval(folder.path + "/one.yaml")
    _ = try found.write(to: folder.path + "/out", replacing: false)
    // python3: hashlib.sha256(b'lm-eval\0alone\0'), first 16 bytes, version 8, variant 10.
    #expect(
      try TemplateFile.load(folder.path + "/out/x/templates.yaml").map(\.id) == [
        "c1dabf2a-fbad-8b43-9071-16709fb7af5f"
      ])
  }
}
