import Bytes
import JSON
import Records

/// What a tokenizer's file says, gathered and checked before a tokenizer is made of it.
struct TokenizerParts {
  let path: String
  var rule: PieceRule
  var prefersWholePieces = false
  var composes = false
  /// What stands for a byte that no token has; nil: nothing.
  var unknown: String?
  /// Names of the marks that begin every text.
  var prefix: [String] = []
  /// Whether `begin` begins every text.
  var startsTexts = false
  var begin: Int32?
  var end: Int32?

  /// Bytes of tokens by their number; nil where there is none yet.
  private var tokens: [[UInt8]?] = []
  private var added: [AddedToken] = []
  private var isAdded: Set<Int32> = []
  private var merges: [(left: [UInt8], right: [UInt8])] = []
  private static let most = 1 << 20

  init(path: String, rule: PieceRule) {
    self.path = path
    self.rule = rule
  }

  func fail(_ what: String) -> Diagnostic {
    Diagnostic("damaged tokenizer: \(what); copy it again", at: SourceLocation(path: path))
  }

  mutating func takeAdded(_ nodes: [JSONNode]) throws(Diagnostic) {
    for node in nodes {
      let content = Array(try node.required("content").text().utf8)
      if try node.optional("single_word")?.boolean() == true {
        throw try node.required("single_word").mismatch("false")
      }
      try takeAdded(
        content, id: try node.required("id").integer(),
        isMark: try node.optional("special")?.boolean() ?? false,
        before: try node.optional("lstrip")?.boolean() ?? false,
        after: try node.optional("rstrip")?.boolean() ?? false)
    }
  }

  mutating func takeAdded(
    _ content: [UInt8], id: Int, isMark: Bool, before: Bool = false, after: Bool = false
  ) throws(Diagnostic) {
    try reserve(id, name: String(decoding: content, as: UTF8.self))
    let token = AddedToken(
      id: Int32(id), content: content, isMark: isMark, takesBefore: before, takesAfter: after)
    guard !content.isEmpty, isAdded.insert(token.id).inserted else {
      throw fail("the added token \(id) is empty or stands there twice")
    }
    added.append(token)
    // A mark has no bytes: it is left out of texts.
    tokens[id] = isMark ? [] : content
  }

  mutating func takeToken(_ name: String, id: Int) throws(Diagnostic) {
    try reserve(id, name: name)
    if isAdded.contains(Int32(id)) { return }
    guard tokens[id] == nil else { throw fail("the token '\(name)' has a number that another has too") }
    guard let bytes = ByteAlphabet.bytes(name), !bytes.isEmpty else {
      throw fail("the token '\(name)' is not written in the byte-level alphabet")
    }
    tokens[id] = bytes
  }

  private mutating func reserve(_ id: Int, name: String) throws(Diagnostic) {
    guard id >= 0, id < Self.most else {
      throw fail("the token '\(name)' has the number \(id), expected 0 to \(Self.most - 1)")
    }
    while tokens.count <= id { tokens.append(nil) }
  }

  /// A merge as a pair of texts or one text with a blank.
  mutating func takeMerge(_ value: Value, _ place: Int) throws(Diagnostic) {
    let halves: [Substring]
    switch value {
    case .string(let text): halves = text.split(separator: " ", omittingEmptySubsequences: false)
    case .list(let items):
      halves = items.compactMap { if case .string(let text) = $0 { text[...] } else { nil } }
    default: halves = []
    }
    guard halves.count == 2, let left = ByteAlphabet.bytes(String(halves[0])),
      let right = ByteAlphabet.bytes(String(halves[1]))
    else { throw fail("merge \(place) joins no two known tokens into a third") }
    merges.append((left, right))
  }

  /// The tokenizer, once everything was taken.
  func tokenizer() throws(Diagnostic) -> Tokenizer {
    var vocabulary = TokenVocabulary(capacity: tokens.count)
    for (id, bytes) in tokens.enumerated() {
      vocabulary.append(bytes ?? [], findable: !isAdded.contains(Int32(id)))
    }
    var table = MergeTable(capacity: merges.count)
    var pairs: [(Int32, Int32)] = []
    pairs.reserveCapacity(merges.count)
    for (place, merge) in merges.enumerated() {
      guard let left = vocabulary.id(of: merge.left), let right = vocabulary.id(of: merge.right),
        let result = vocabulary.id(of: merge.left + merge.right)
      else { throw fail("merge \(place) joins no two known tokens into a third") }
      table.append(left, right, result: result)
      pairs.append((left, right))
    }
    let marks = AddedTokens(added)
    let unknownID = unknown.flatMap { name in
      marks.named(name)?.id ?? ByteAlphabet.bytes(name).flatMap { vocabulary.id(of: $0) }
    }
    let byteTokens = (UInt8.min...UInt8.max).map {
      vocabulary.id(of: CollectionOfOne($0)) ?? unknownID ?? -1
    }
    var tokenizer = Tokenizer(
      tokens: vocabulary, byteTokens: byteTokens, merges: table, pairs: pairs, added: marks, rule: rule,
      prefersWholePieces: prefersWholePieces, composes: composes)
    let prefix = prefix.compactMap { marks.named($0)?.id }.first
    let first = prefix ?? begin
    try tokenizer.put(
      begin: first, end: end, prefixed: first != nil && (startsTexts || prefix != nil), path: path)
    return tokenizer
  }
}

extension Tokenizer {
  fileprivate init(
    tokens: TokenVocabulary, byteTokens: [Int32], merges: MergeTable, pairs: [(Int32, Int32)],
    added: AddedTokens, rule: PieceRule, prefersWholePieces: Bool, composes: Bool
  ) {
    self.tokens = tokens
    self.byteTokens = byteTokens
    self.merges = merges
    self.pairs = pairs
    self.added = added
    self.rule = rule
    self.prefersWholePieces = prefersWholePieces
    self.composes = composes
    begin = 0
    frame = PromptFrame(before: [], between: [], end: 0)
  }

  /// Sets which tokens begin and end texts, and the frame that follows from them.
  ///
  /// - Parameter prefixed: whether the model learnt with the beginning before every text.
  mutating func put(begin: Int32?, end: Int32?, prefixed: Bool, path: String) throws(Diagnostic) {
    for id in [begin, end].compactMap({ $0 }) where id < 0 || Int(id) >= vocabulary {
      throw Diagnostic(
        "the token \(id) begins or ends texts, but there are only \(vocabulary)",
        at: SourceLocation(path: path))
    }
    guard let frame = Self.frame(for: self, begin: prefixed ? begin : nil, end: end) else {
      throw Diagnostic(
        "no token that ends a text; expected one of <|end|>, <|im_end|>, <|eot_id|>, <|endoftext|>",
        at: SourceLocation(path: path))
    }
    self.frame = frame
    isPrefixed = prefixed
    self.begin = begin ?? frame.before.first ?? frame.end
    textEnd = end
    textStart = begin ?? end ?? frame.end
  }
}
