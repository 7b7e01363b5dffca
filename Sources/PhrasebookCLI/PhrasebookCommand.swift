import ArgumentParser
import Bytes
import Glibc
import Phrasebook

/// The command `phrasebook`: parses, runs one subcommand and turns what happened into an exit status.
@main
struct PhrasebookCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "phrasebook",
    abstract: "Build instruction mixtures with held-out templates, train on them, measure generalization.",
    discussion: """
      Example:
        phrasebook run phrasebook.yaml

      Exit status: 0 done; 1 the work found a failure; 2 bad usage or bad input; 3 a fault of the environment.
      """,
    version: phrasebookVersion,
    subcommands: [
      RunCommand.self, PlanCommand.self, PrepareCommand.self, BuildCommand.self, CommitCommand.self,
      AuditCommand.self,
      ExportCommand.self, RenderCommand.self, TrainCommand.self, EvaluateCommand.self, ReportCommand.self,
      ImportCommand.self, InspectCommand.self, InitCommand.self, ValidateCommand.self, ConvertCommand.self,
      HandoffCommand.self, ScoreCommand.self, OverlapCommand.self, CompareCommand.self, BudgetCommand.self,
    ])

  static func main() {
    do {
      var command = try parseAsRoot()
      Interruption.watch()
      try command.run()
    } catch {
      let status = status(of: error)
      Glibc.exit(Interruption.status ?? status)
    }
  }

  /// Prints what happened and gives the exit status for it.
  private static func status(of error: any Error) -> Int32 {
    switch error {
    case let problem as Diagnostic:
      write("\(problem)\n", to: STDERR_FILENO)
      return status(of: problem.cause)
    case let problems as Diagnostics:
      write("\(problems)\n", to: STDERR_FILENO)
      return problems.list.map { status(of: $0.cause) }.max() ?? 2
    case let code as ExitCode: return code.rawValue
    default:
      let message = fullMessage(for: error)
      let wanted = exitCode(for: error) == .success
      if !message.isEmpty { write(message + "\n", to: wanted ? STDOUT_FILENO : STDERR_FILENO) }
      return wanted ? 0 : 2
    }
  }

  private static func status(of cause: Diagnostic.Cause) -> Int32 {
    switch cause {
    case .finding: 1
    case .input: 2
    case .environment: 3
    }
  }
}
