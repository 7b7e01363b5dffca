/// A byte-level BPE tokenizer (Sennrich et al. 2016; Radford et al. 2019): learnt from a mixture or read with
/// a pretrained model.
///
/// Where every byte has a token, every text can be encoded, and decoding gives its bytes back. A mark's name
/// inside a text is text, unless an encoder is told otherwise.
public struct Tokenizer: Sendable {
  /// The token that begins a text, and the one that ends it where the model knows one; marks of our own
  /// learner are the first ids, the bytes follow, then the merges in the order in which they were learnt.
  public internal(set) var begin: Int32

  /// The bytes of each token; the names of marks stand in `added`.
  let tokens: TokenVocabulary
  /// The token of each single byte; -1 where there is none.
  let byteTokens: [Int32]
  let merges: MergeTable
  /// The merges in their order.
  let pairs: [(Int32, Int32)]
  let added: AddedTokens
  let rule: PieceRule
  /// Whether a piece that is a token is that token, whatever the merges say (Llama 3).
  let prefersWholePieces: Bool
  /// Whether texts are brought into Unicode's composed form first (Qwen 2).
  let composes: Bool
  /// Whether the model learnt with `begin` before every text.
  var isPrefixed = false
  /// The token that ends texts of the model's, which need not be the one that ends an answer.
  var textEnd: Int32?
  /// The token that the first of a text without a prompt is predicted from: the beginning where the model names one,
  /// else the end of the text before.
  var textStart: Int32 = 0
  /// What stands around the parts of an example.
  package internal(set) var frame: PromptFrame

  static let markNames = ["<|begin|>", "<|answer|>", "<|end|>"]

  /// How many tokens there are, marks included.
  public var vocabulary: Int { tokens.count }

  /// The token that ends an answer.
  public var end: Int32 { frame.end }

  /// A tokenizer of our own learner.
  ///
  /// - Parameter pairs: the merges in order; each may use bytes' tokens and those of earlier merges.
  init(merging pairs: [(Int32, Int32)]) {
    begin = 0
    frame = PromptFrame(before: [0], between: [1], end: 2)
    var tokens = TokenVocabulary(capacity: 259 + pairs.count)
    for _ in Self.markNames { tokens.append([]) }
    for byte in UInt8.min...UInt8.max { tokens.append(CollectionOfOne(byte)) }
    byteTokens = (0..<256).map { Int32($0 + 3) }
    var merges = MergeTable(capacity: pairs.count)
    for (left, right) in pairs {
      merges.append(left, right, result: Int32(tokens.count))
      tokens.append(tokens[left] + tokens[right])
    }
    self.tokens = tokens
    self.merges = merges
    self.pairs = pairs
    added = AddedTokens(
      Self.markNames.enumerated().map {
        AddedToken(id: Int32($0.offset), content: Array($0.element.utf8), isMark: true)
      })
    rule = .plain
    prefersWholePieces = false
    composes = false
  }

  /// The tokens of a text, without marks. For many texts an `encoder` is faster: it remembers words.
  public func encode(_ text: String) -> [Int32] {
    var encoder = TokenEncoder(self)
    return encoder.encode(text)
  }

  /// The text of the tokens, marks left out; bytes that are no UTF-8 are replaced.
  public func decode(_ ids: some Sequence<Int32>) -> String {
    var decoder = TokenDecoder(self)
    var text = ""
    for id in ids { text += decoder.append(id) }
    return text + decoder.finish()
  }

  /// The bytes of a token: none for marks and for what is no token.
  package func bytes(of id: Int32) -> ArraySlice<UInt8> {
    id >= 0 && Int(id) < tokens.count ? tokens[id] : []
  }

  /// The fewest tokens that a prompt can be cut to: what stands around the input.
  package var shortestPrompt: Int { frame.before.count + frame.between.count }

  /// The tokens of an input with what stands around it: what the model reads before it answers.
  ///
  /// - Parameter room: at most so many tokens; what is too much is cut from the input's front.
  /// - Returns: the tokens and how many were cut.
  package func prompt(
    _ input: String, room: Int, _ encoder: inout TokenEncoder
  ) -> (tokens: [Int32], cut: Int) {
    let text = encoder.encode(frame.trims ? Self.trimmed(input) : input)
    let kept = text.suffix(max(0, room - shortestPrompt))
    return (frame.before + kept + frame.between, text.count - kept.count)
  }

  /// The tokens of a target, end mark included: what the model is taught to write.
  package func target(_ text: String, _ encoder: inout TokenEncoder) -> [Int32] {
    encoder.encode(frame.trims ? Self.trimmed(text) : text) + [end]
  }

  /// Without the white space at both ends, as Jinja's `trim` leaves it.
  static func trimmed(_ text: String) -> String {
    let scalars = text.unicodeScalars
    guard let first = scalars.firstIndex(where: { !$0.properties.isWhitespace }),
      let last = scalars.lastIndex(where: { !$0.properties.isWhitespace })
    else { return "" }
    return String(scalars[first...last])
  }
}
