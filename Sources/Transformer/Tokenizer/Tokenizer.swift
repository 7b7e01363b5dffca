/// A byte-level BPE tokenizer (Sennrich et al. 2016; Radford et al. 2019) with three marks around the parts
/// of an example:
///
///     <|begin|>input<|answer|>target<|end|>
///
/// Every text can be encoded, and decoding gives its bytes back. A mark's name inside a text is text.
public struct Tokenizer: Sendable {
  /// The mark's ids; the bytes follow, then the merges in the order in which they were learnt.
  public let begin: Int32
  public let answer: Int32
  public let end: Int32

  /// The bytes of each token; empty for the marks.
  let tokens: [[UInt8]]
  /// The token of each single byte.
  let byteTokens: [Int32]
  let merges: MergeTable
  /// The merges in the order in which they were learnt.
  let pairs: [(Int32, Int32)]

  static let markNames = ["<|begin|>", "<|answer|>", "<|end|>"]

  /// How many tokens there are, marks included.
  public var vocabulary: Int { tokens.count }

  /// - Parameter pairs: the merges in order; each may use bytes' tokens and those of earlier merges.
  init(merging pairs: [(Int32, Int32)]) {
    begin = 0
    answer = 1
    end = 2
    var tokens: [[UInt8]] = [[], [], []]
    for byte in UInt8.min...UInt8.max { tokens.append([byte]) }
    byteTokens = (0..<256).map { Int32($0 + 3) }
    var merges = MergeTable(capacity: pairs.count)
    for (left, right) in pairs {
      merges.insert(left, right, result: Int32(tokens.count))
      tokens.append(tokens[Int(left)] + tokens[Int(right)])
    }
    self.tokens = tokens
    self.merges = merges
    self.pairs = pairs
  }

  /// The tokens of a text, without marks. For many texts an `encoder` is faster: it remembers words.
  public func encode(_ text: String) -> [Int32] {
    var encoder = TokenEncoder(self)
    return encoder.encode(text)
  }

  /// The text of the tokens, marks left out; bytes that are no UTF-8 are replaced.
  public func decode(_ ids: some Sequence<Int32>) -> String {
    var bytes: [UInt8] = []
    for id in ids where id >= 0 && id < tokens.count { bytes += tokens[Int(id)] }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// The fewest tokens that a prompt can be cut to: its two marks.
  package static let shortestPrompt = 2

  /// The tokens of an input, marks included: what the model reads before it answers.
  ///
  /// - Parameter room: at most so many tokens; what is too much is cut from the input's front.
  /// - Returns: the tokens and how many were cut.
  package func prompt(
    _ input: String, room: Int, _ encoder: inout TokenEncoder
  ) -> (tokens: [Int32], cut: Int) {
    let text = encoder.encode(input)
    let kept = text.suffix(max(0, room - Self.shortestPrompt))
    return ([begin] + kept + [answer], text.count - kept.count)
  }

  /// The tokens of a target, end mark included: what the model is taught to write.
  package func target(_ text: String, _ encoder: inout TokenEncoder) -> [Int32] {
    encoder.encode(text) + [end]
  }
}
