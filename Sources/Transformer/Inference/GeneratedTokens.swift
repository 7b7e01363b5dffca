/// A text as it is written token by token, and whether it has come to its end.
struct GeneratedTokens {
  private let tokenizer: Tokenizer
  private let maximum: Int
  private let stops: [[UInt8]]
  private let ends: [Int32]
  /// Marks that are named as stops: they have no text that could be found.
  private let stopMarks: [Int32]
  private var tokens: [Int32] = []
  private var bytes: [UInt8] = []
  /// nil: more may come.
  private(set) var ending: GeneratedText.Ending?

  /// - Parameter framing: a text that is merely continued also ends with what ends the model's texts.
  init(_ request: GenerationRequest, _ tokenizer: Tokenizer) {
    self.tokenizer = tokenizer
    maximum = max(0, request.maximumTokens)
    stops = request.stops.filter { !$0.isEmpty }.map { Array($0.utf8) }
    let textEnd = request.framing == .continued ? tokenizer.textEnd : nil
    ends = [tokenizer.end] + (textEnd.map { [$0] } ?? [])
    stopMarks = request.stops.compactMap { stop in
      tokenizer.added.all.first { $0.isMark && $0.content.elementsEqual(stop.utf8) }?.id
    }
    if maximum == 0 { ending = .length }
  }

  /// How many tokens were taken.
  var count: Int { tokens.count }

  /// Takes the next token; nothing is taken after the end.
  mutating func append(_ token: Int32) {
    guard ending == nil else { return }
    if ends.contains(token) || stopMarks.contains(token) {
      ending = ends.contains(token) ? .end : .stop
      return
    }
    let old = bytes.count
    tokens.append(token)
    bytes += tokenizer.bytes(of: token)
    if let place = stops.compactMap({ first($0, from: old) }).min() {
      bytes.removeLast(bytes.count - place)
      ending = .stop
    } else if tokens.count == maximum {
      ending = .length
    }
  }

  /// There is no room for another token.
  mutating func cutOff() { ending = ending ?? .length }

  var text: GeneratedText {
    GeneratedText(
      text: String(decoding: bytes, as: UTF8.self), tokens: tokens.count, ending: ending ?? .length)
  }

  /// Where the text stands, ending at or behind `old` bytes: before that it was looked for already.
  private func first(_ stop: [UInt8], from old: Int) -> Int? {
    var place = max(0, old - stop.count + 1)
    while place + stop.count <= bytes.count {
      if bytes[place..<place + stop.count].elementsEqual(stop) { return place }
      place += 1
    }
    return nil
  }
}
