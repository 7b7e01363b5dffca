import ArgumentParser

@main
struct PhrasebookCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "phrasebook", abstract: "Compile task corpora and templates into instruction mixtures.")
}
