import Bytes
import Diversity
import Glibc

/// Does what `Benchmarks/diversity` measures, on texts that are in memory already, and prints seconds and results.
///
///     DiversityMeasure self-bleu FILE
///     DiversityMeasure vendi FILE
///     DiversityMeasure near-duplicates FILE SIMILARITY WORDS THREADS
///
/// FILE holds a text a line; words stand between blanks. The first line of output is the seconds.
@main
enum Measure {
  static func main() throws {
    let arguments = CommandLine.arguments
    guard arguments.count >= 3 else { throw Diagnostic("expected what to do and a file") }
    let file = try MappedFile(path: arguments[2])
    let bytes = file.withBytes { Array($0) }
    switch arguments[1] {
    case "self-bleu": figures(bytes, SelfBLEU.mean)
    case "vendi": figures(bytes, VendiScore.score)
    case "near-duplicates":
      guard arguments.count == 6, let similarity = Double(arguments[3]), let words = Int(arguments[4]),
        let threads = Int(arguments[5])
      else { throw Diagnostic("expected FILE SIMILARITY WORDS THREADS") }
      nearDuplicates(bytes, similarity, words, threads)
    default: throw Diagnostic("unknown task '\(arguments[1])'")
    }
  }

  private static func figures(_ bytes: [UInt8], _ figure: (GramNumbers) -> Double?) {
    let texts = bytes.split(separator: 10).map { line in
      line.split(separator: 32).map { String(decoding: $0, as: UTF8.self) }
    }
    let start = ContinuousClock.now
    var numbers = WordNumbers()
    let value = figure(GramNumbers(texts.map { numbers.number($0) }, orders: 4))
    print(seconds(since: start))
    print(value.map { "\($0)" } ?? "none")
  }

  private static func nearDuplicates(_ bytes: [UInt8], _ similarity: Double, _ words: Int, _ threads: Int) {
    var ranges: [Range<Int>] = []
    var begin = 0
    for (place, byte) in bytes.enumerated() where byte == 10 {
      ranges.append(begin..<place)
      begin = place + 1
    }
    let start = ContinuousClock.now
    let search = NearDuplicateSearch(shingleLength: words, similarity: similarity)
    let pairs = bytes.withUnsafeBytes { search.pairs($0, ranges, threads: threads) }
    var text = "\(seconds(since: start))\n"
    for pair in pairs { text += "\(pair.first) \(pair.second)\n" }
    print(text, terminator: "")
  }

  private static func seconds(since start: ContinuousClock.Instant) -> Double {
    let (seconds, attoseconds) = (ContinuousClock.now - start).components
    return Double(seconds) + Double(attoseconds) * 1e-18
  }
}
