import Bytes
import Compression
import Diversity
import JSON
import Records

/// A training or pretraining text, read once from front to back; memory does not grow with it.
package struct CorpusText: Sendable {
  package enum Form: String, Sendable, CaseIterable {
    /// A JSON object a line; each of its fields asked for is a text by itself.
    case jsonl
    /// One text from beginning to end.
    case text
  }

  package var path: String
  /// nil: JSON Lines where the first character is an opening brace.
  package var form: Form?
  /// Fields of a JSON line that are read, of those that it has.
  package var fields: [String]

  package init(path: String, form: Form? = nil, fields: [String] = []) {
    self.path = path
    self.form = form
    self.fields = fields
  }

  /// What is read of a line where nothing is said: the usual names of texts, and of a mixture's examples.
  package static let usualFields = ["text", "content", "input", "target"]

  /// What was read.
  package struct Summary: Sendable, Hashable {
    /// Of the text itself, decompressed and without what stands around it.
    package var bytes = 0
    package var texts = 0
    /// Lines that have none of the fields.
    package var withoutFields = 0
  }

  /// Gives the file's words to `body`, in order and in parts.
  ///
  /// - Parameter body: words' hashes, and whether they begin a new text.
  /// - Throws: a `Diagnostic` for what cannot be read, and what `body` throws.
  package func read(_ body: ([UInt64], Bool) throws -> Void) throws -> Summary {
    switch try form ?? detectedForm() {
    case .jsonl: return try readLines(body)
    case .text: return try readText(body)
    }
  }

  private func detectedForm() throws -> Form {
    var file = try DecompressedFile(path: path, chunk: 1 << 12)
    var first: UInt8?
    while first == nil, try file.next({ piece in first = first ?? piece.first { $0 > 32 } }) {}
    return first == UInt8(ascii: "{") ? .jsonl : .text
  }

  private func readLines(_ body: ([UInt64], Bool) throws -> Void) throws -> Summary {
    let keys = (fields.isEmpty ? Self.usualFields : fields).map { Array($0.utf8) }
    let (parser, reader) = (try JSONParser(), WordReader())
    var words: [UInt64] = []
    var summary = Summary()
    try JSONLines.read(path) { bytes, line in
      guard let packed = parser.packed(bytes), packed.first == PackedValue.Tag.dictionary else {
        // Parsed with care, malformed JSON says where it is.
        let value = try parser.parse(bytes, path: path, line: line)
        throw Diagnostic(
          "expected an object with a text, found a \(value.kind); name the form with --format text where "
            + "the file is no JSON Lines", at: SourceLocation(path: path, line: line))
      }
      var found = false
      for key in keys {
        guard let value = PackedValue.item(of: packed, key: key), value.first == PackedValue.Tag.string
        else { continue }
        found = true
        let text = PackedValue.textBytes(value)
        reader.read(text, into: &words)
        summary.bytes += text.count
        summary.texts += 1
        try body(words, true)
      }
      summary.withoutFields += found ? 0 : 1
    }
    return summary
  }

  private func readText(_ body: ([UInt64], Bool) throws -> Void) throws -> Summary {
    var file = try DecompressedFile(path: path)
    let reader = WordReader()
    var words: [UInt64] = []
    var rest = ByteBuffer()
    var summary = Summary(texts: 1)
    func give(_ bytes: UnsafeRawBufferPointer) throws {
      reader.read(bytes, into: &words)
      try body(words, summary.bytes == 0)
      summary.bytes += bytes.count
    }
    while try file.next({ piece in
      // Up to a byte that is part of no word, so that no word is cut.
      guard let end = piece.lastIndex(where: WordReader.separates) else {
        rest.append(piece)
        if rest.count > Self.longestWord { try Self.giveWhole(&rest, give) }
        return
      }
      rest.append(UnsafeRawBufferPointer(rebasing: piece[...end]))
      try rest.withBytes(give)
      rest.removeAll()
      rest.append(UnsafeRawBufferPointer(rebasing: piece[(end + 1)...]))
    }) {}
    if rest.count > 0 { try rest.withBytes(give) }
    return summary
  }

  /// Scripts without blanks and files that are no text may go on for long without a byte that separates words.
  private static let longestWord = 1 << 20

  /// Gives all but a scalar that may be incomplete.
  private static func giveWhole(
    _ rest: inout ByteBuffer, _ give: (UnsafeRawBufferPointer) throws -> Void
  ) throws {
    var tail: [UInt8] = []
    try rest.withBytes { bytes in
      let end = bytes.lastIndex { $0 & 0xC0 != 0x80 } ?? 0
      try give(UnsafeRawBufferPointer(rebasing: bytes[..<end]))
      tail = Array(bytes[end...])
    }
    rest.removeAll()
    rest.append(tail)
  }
}
