import Bytes
import Templates

/// Takes a template's own words out of what was rendered through it, so that two examples of one template are
/// alike only as far as their records are.
///
/// The template's texts are looked for one after the other; what stands between them is the record's. A text
/// that a branch left out is not found and passed over.
struct TemplateContent {
  /// The template's own words, in order.
  let texts: [[UInt8]]

  init(jinja: String) {
    var texts: [[UInt8]] = []
    loop: for segment in outline(of: jinja) {
      guard case .text(let text) = segment else { continue }
      // What stands behind the divider is the target's.
      let bytes = Array(text.utf8)
      let divider = bytes.indices.first { bytes[$0...].starts(with: Array("|||".utf8)) }
      let own = bytes[..<(divider ?? bytes.count)]
      let trimmed = own.drop { $0 <= 32 }.reversed().drop { $0 <= 32 }.reversed()
      if trimmed.count > 0 { texts.append(Array(trimmed)) }
      if divider != nil { break loop }
    }
    self.texts = texts
  }

  /// Gives the record's parts of an input to `body`, in order.
  func forEachPiece(of input: UnsafeRawBufferPointer, _ body: (UnsafeRawBufferPointer) -> Void) {
    var place = 0
    for text in texts {
      guard let found = text.withUnsafeBytes({ input.place(of: $0, from: place) }) else { continue }
      body(UnsafeRawBufferPointer(rebasing: input[place..<found]))
      place = found + text.count
    }
    body(UnsafeRawBufferPointer(rebasing: input[place...]))
  }

  /// Puts the record's part of an input into a buffer, a line each piece.
  func extract(_ input: UnsafeRawBufferPointer, into content: inout ByteBuffer) {
    content.removeAll()
    forEachPiece(of: input) { piece in
      if content.count > 0 { content.append(10) }
      content.append(piece)
    }
  }
}
