/// One piece of a template as the parser sees it.
struct Token: Sendable {
  enum Kind: Sendable, Hashable {
    /// Text outside of tags; never empty.
    case data
    case variableBegin, variableEnd, blockBegin, blockEnd
    case name, string, integer, float
    case symbol(Symbol)
    /// What cannot be read; it was told when it was met.
    case invalid
    case end
  }

  /// Operators and punctuation, by their spelling.
  enum Symbol: String, Sendable, Hashable, CaseIterable {
    case add = "+"
    case sub = "-"
    case div = "/"
    case floorDiv = "//"
    case mul = "*"
    case mod = "%"
    case pow = "**"
    case tilde = "~"
    case leftBracket = "["
    case rightBracket = "]"
    case leftParen = "("
    case rightParen = ")"
    case leftBrace = "{"
    case rightBrace = "}"
    case equal = "=="
    case notEqual = "!="
    case greater = ">"
    case greaterEqual = ">="
    case less = "<"
    case lessEqual = "<="
    case assign = "="
    case dot = "."
    case colon = ":"
    case pipe = "|"
    case comma = ","
    case semicolon = ";"
  }

  var kind: Kind
  /// A name, a string's content, a number's digits without underscores, or the text of `data`.
  var value: String
  /// Where it stands, as bytes of the normalized source.
  var range: Range<Int>

  /// What an error message calls it.
  var described: String {
    switch kind {
    case .name: value
    case .symbol(let symbol): symbol.rawValue
    case .data: "template data / text"
    case .variableBegin: "begin of print statement"
    case .variableEnd: "end of print statement"
    case .blockBegin: "begin of statement block"
    case .blockEnd: "end of statement block"
    case .string: "string"
    case .integer: "integer"
    case .float: "float"
    case .invalid: "what cannot be read"
    case .end: "end of template"
    }
  }
}

/// What is wrong with a template's text, and where.
struct SyntaxFailure: Error, Sendable {
  var message: String
  /// Bytes of the normalized source; an empty range at its end stands for the end of the template.
  var range: Range<Int>
  /// Whether nothing behind it can be made sense of.
  var isFatal = false
}
