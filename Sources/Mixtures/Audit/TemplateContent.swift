import Bytes
import Templates

/// Takes a template's own words out of what was rendered through it, so that two examples of one template are
/// alike only as far as their records are.
///
/// The template's texts are looked for one after the other; what stands between them is the record's. A text
/// that a branch left out is not found and passed over.
struct TemplateContent {
  private let texts: [[UInt8]]

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

  /// Puts the record's part of an input into a buffer, a line each piece.
  func extract(_ input: UnsafeRawBufferPointer, into content: inout ByteBuffer) {
    content.removeAll()
    var place = 0
    for text in texts {
      guard let found = text.withUnsafeBytes({ input.place(of: $0, from: place) }) else { continue }
      content.append(UnsafeRawBufferPointer(rebasing: input[place..<found]))
      content.append(10)
      place = found + text.count
    }
    content.append(UnsafeRawBufferPointer(rebasing: input[place...]))
  }
}
