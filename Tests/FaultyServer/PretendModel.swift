/// A language model without weights: a text is cut before each blank, and a token's log-probability is a hash of
/// what stands before it.
public enum PretendModel {
  /// What the model may write.
  public static let words = [" red", " green", " yes", " no", " 7", " seven"]

  public static func tokens(_ text: String) -> [String] {
    var tokens: [String] = []
    for scalar in text.unicodeScalars {
      if tokens.isEmpty || scalar == " " || scalar == "\n" { tokens.append("") }
      tokens[tokens.count - 1].unicodeScalars.append(scalar)
    }
    return tokens
  }

  /// In eighths, so that sums are exact.
  public static func logProbability(of token: String, after text: String) -> Double {
    -Double(hash(text + "\u{1}" + token) % 64) / 8 - 0.5
  }

  /// The word with the highest log-probability, the first of equals.
  public static func next(after text: String) -> String {
    words.max { logProbability(of: $0, after: text) < logProbability(of: $1, after: text) } ?? " red"
  }

  /// The log-probability of an answer behind a prompt that no token spans.
  public static func logProbability(ofAnswer answer: String, after prompt: String) -> Double {
    var (sum, before) = (0.0, prompt)
    for token in tokens(answer) {
      sum += logProbability(of: token, after: before)
      before += token
    }
    return sum
  }

  /// What it answers in a conversation.
  public static func reply(to message: String) -> String {
    let word = next(after: message).dropFirst()
    return hash(message) % 3 == 0 ? "\(word.uppercased())." : String(word)
  }

  /// FNV-1a, 64 bits.
  public static func hash(_ text: String) -> UInt64 {
    text.utf8.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
  }
}
