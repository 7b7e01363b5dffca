import Bytes
import Imports
import Templates
import Testing

/// The published package itself, where scripts/test could fetch it.
@Suite struct PromptSourcePackageTests {
  /// 2,085 templates in 279 files were counted in the package with PyYAML.
  @Test func everyPublishedTemplateImportsAndCompiles() throws {
    guard let package = promptSourcePackage() else { return }
    let found = try TemplateImport.promptsource(package)
    #expect(found.refusals.isEmpty, "\(found.refusals.prefix(3))")
    #expect(found.files == 279 && found.found == 2_085 && found.imported == 2_085)
    let folder = try CollectionFolder()
    let written = try found.write(to: folder.path, replacing: false)
    #expect(written.count == 279)
    var published: [String: TemplateSource] = [:]
    var imported: [String: TemplateSource] = [:]
    var compiled = 0
    for path in try filesNamedTemplates(package) {
      for source in try TemplateFile.load(path) { published[source.id] = source }
    }
    for path in written {
      for source in try TemplateFile.load(path) {
        imported[source.id] = source
        _ = try CompiledTemplate.compile(source)
        compiled += 1
      }
    }
    let ids = published.keys.sorted()
    #expect(ids.count == 2_085 && ids == imported.keys.sorted())
    try expectSame(ids.compactMap { published[$0] }, ids.compactMap { imported[$0] })
    print("promptsource: \(compiled) of \(published.count) published templates imported and compiled")
  }

  private func filesNamedTemplates(_ folder: String) throws -> [String] {
    try namesInFolder(folder).flatMap { name in
      let path = folder + "/" + name
      if name == "templates.yaml" { return [path] }
      return (try? filesNamedTemplates(path)) ?? []
    }
  }
}
