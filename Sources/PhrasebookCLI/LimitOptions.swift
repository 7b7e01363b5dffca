import ArgumentParser
import Phrasebook

/// What one rendering may take, so that a template from elsewhere does no harm.
struct LimitOptions: ParsableArguments {
  @Option(help: ArgumentHelp("Bytes that one rendering may put out (default: 16777216).", valueName: "n"))
  var outputBytes: Int?

  @Option(
    help: ArgumentHelp("Steps of all loops of one rendering together (default: 10000000).", valueName: "n"))
  var loopIterations: Int?

  @Option(
    help: ArgumentHelp(
      "Macros, recursive loops and nested values inside each other (default: 200).", valueName: "n"))
  var recursion: Int?

  @Option(help: ArgumentHelp("Items of one range (default: 1000000).", valueName: "n"))
  var rangeLength: Int?

  @Option(
    help: ArgumentHelp("Bytes of values that one rendering may hold (default: 268435456).", valueName: "n"))
  var memoryBytes: Int?

  func validate() throws {
    for (name, value) in [
      ("output-bytes", outputBytes), ("loop-iterations", loopIterations), ("recursion", recursion),
      ("range-length", rangeLength), ("memory-bytes", memoryBytes),
    ] {
      if let value, value < 1 {
        throw ValidationError("'--\(name)' must be at least 1, found \(value).")
      }
    }
  }

  func set(in options: inout RenderOptions) {
    options.outputBytes = outputBytes
    options.loopIterations = loopIterations
    options.recursion = recursion
    options.rangeLength = rangeLength
    options.memoryBytes = memoryBytes
  }
}
