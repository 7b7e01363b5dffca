import Foundation
import Testing

/// The documentation against the program: nothing undocumented, nothing documented that does not run.
@Suite struct DocumentationTests {
  static let commands = [
    "run", "plan", "prepare", "build", "commit", "audit", "export", "render", "train", "evaluate", "report",
    "import promptsource", "import lm-eval", "convert", "handoff", "score", "validate",
    "import natural-instructions", "import big-bench", "import flan-cot", "import examples", "inspect",
    "init", "overlap", "compare", "budget",
  ]

  private static func catalogue(_ name: String) throws -> String {
    try Repository.text("Sources/Phrasebook/Phrasebook.docc/\(name).md")
  }

  @Test(arguments: commands)
  func everyOptionIsDocumentedAndEveryDocumentedOptionExists(command: String) throws {
    let workshop = try Workshop()
    let words = command.split(separator: " ").map(String.init)
    let help = try workshop.run(words + ["--help"])
    #expect(help.status == 0 && help.errors.isEmpty, "\(help)")
    #expect(help.output.contains("Example:\n"), "\(help)")
    let article = try Self.catalogue("Command-\(words[0])")
    let generic: Set = ["--help", "--version"]
    let options = Self.options(in: help.output).subtracting(generic)
    if words.count == 1 {
      #expect(options == Self.options(in: article))
    } else {
      // The article is of several commands: its first block gives each one's options, and nothing else is named.
      let usage = article.split(separator: "\n").drop { !$0.hasPrefix("    ") }.prefix {
        $0.hasPrefix("    ")
      }
      let own = usage.filter {
        !$0.hasPrefix("    phrasebook ") || $0.hasPrefix("    phrasebook \(command) ")
      }
      #expect(options == Self.options(in: own.joined(separator: "\n")))
      #expect(Self.options(in: article) == Self.options(in: usage.joined(separator: "\n")))
    }
    #expect(article.contains("# phrasebook \(words[0])\n"))
    #expect(article.contains("phrasebook \(command)"))
  }

  @Test func theProgramNamesEveryCommand() throws {
    let help = try Workshop().run("--help")
    for command in Self.commands {
      #expect(help.output.contains("  \(command.prefix { $0 != " " }) "), "\(help)")
    }
    #expect(try Workshop().run("--version").output.first?.isNumber == true)
  }

  @Test func theRecipeOfTheArticleHasEveryKeyThatRecipesHave() throws {
    let workshop = try Workshop()
    try SmallProject.write(into: workshop)
    let article = try Self.catalogue("Recipes")
    let blocks = Self.blocks("yaml", in: article)
    try #require(blocks.count == 1)
    // The article's recipe names clusters and tasks of the repository, and the small project's ten groups of pairs
    // are too few to count on a test record among 15 %; everything else must be read as it is.
    let recipe = blocks[0]
      .replacing("clusters: [nli]", with: "clusters: [pairs]")
      .replacing("total: 40000", with: "total: 100")
      .replacing("  test: 0.15", with: "  test: 0.4")
    try workshop.write("recipe.yaml", recipe)
    let outcome = try workshop.run("build", "recipe.yaml")
    #expect(outcome.status == 0, "\(outcome)")
    let code =
      try Repository.text("Sources/Phrasebook/RecipeFile.swift")
      + Repository.text("Sources/Phrasebook/RecipeParts.swift")
      + Repository.text("Sources/Phrasebook/RecipeRates.swift")
      + Repository.text("Sources/Phrasebook/TrainingChoice.swift")
      + Repository.text("Sources/Phrasebook/PromptingChoice.swift")
    for match in code.matches(of: /fields\.(?:\w+)\("(\w+)"/) {
      #expect(recipe.contains("\(match.1):"), "the article lacks the key '\(match.1)'")
    }
  }

  /// Runs every command of the README's tour, in its order, in a copy of the repository's data.
  @Test func everyCommandOfTheReadmeRuns() throws {
    let workshop = try Workshop()
    for name in ["corpora", "templates", "phrasebook.yaml"] {
      try FileManager.default.createSymbolicLink(
        atPath: workshop.path(name), withDestinationPath: Repository.root + "/" + name)
    }
    let readme = try Repository.text("README.md")
    let lines = Self.blocks("sh", in: readme).flatMap { $0.split(separator: "\n") }
    let commands = lines.filter { $0.hasPrefix("phrasebook ") }
    #expect(commands.count >= 5)
    for line in lines where !line.hasPrefix("phrasebook ") {
      let script = String(line.split(separator: " ")[0])
      #expect(FileManager.default.isExecutableFile(atPath: Repository.root + "/" + script), "\(line)")
    }
    for line in commands {
      let words = line.prefix { $0 != "#" }.split(separator: " ").dropFirst().map(String.init)
      let outcome = try workshop.run(words)
      if outcome.errors.contains("apt-get install") {
        print("skipped: the README's tour: a package of the default corpora is not installed")
        return
      }
      #expect(outcome.status == 0, "\(line)\n\(outcome)")
    }
  }

  @Test func everyLinkOfTheReadmeLeadsSomewhere() throws {
    let readme = try Repository.text("README.md")
    for match in readme.matches(of: /\]\(([^)#]+)\)/) where !match.1.hasPrefix("http") {
      #expect(FileManager.default.fileExists(atPath: Repository.root + "/" + match.1), "\(match.1)")
    }
  }

  private static func options(in text: String) -> Set<String> {
    Set(text.matches(of: /--[a-z][a-z-]*/).map { String($0.0) })
  }

  /// The contents of the fenced blocks of one language.
  private static func blocks(_ language: String, in text: String) -> [String] {
    text.components(separatedBy: "```\(language)\n").dropFirst().compactMap {
      $0.components(separatedBy: "```").first
    }
  }
}
