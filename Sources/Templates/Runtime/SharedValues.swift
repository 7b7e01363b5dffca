import Bytes
import Records

/// A record's values made once for all templates that it goes through.
final class SharedValues {
  private let region: Region
  @exclusivity(unchecked) private var values: [Datum] = []

  init(limits: RenderLimits) { region = Region(limit: limits.memoryBytes) }

  /// Goes on to another record.
  func begin(_ fields: PackedFields) {
    region.reset()
    let count = fields.layout.keys.count
    if values.count != count { values = Array(repeating: .missing, count: count) }
    for column in values.indices { values[column] = .missing }
  }

  /// The value of a column.
  ///
  /// - Parameters:
  ///   - bytes: the column's packed value.
  ///   - divides: whether dividers in a text are replaced.
  func value(_ column: Int, _ bytes: UnsafeRawBufferPointer, divides: Bool) throws(RenderFailure) -> Datum {
    if !values[column].isMissing { return values[column] }
    let value: Datum
    if divides, bytes.first == PackedValue.Tag.string {
      value = .text(try region.protected(Text(PackedValue.textBytes(bytes))))
    } else {
      value = try region.datum(packed: bytes).value
    }
    values[column] = value
    return value
  }
}

extension Program {
  /// Whether a rendering may change a value that it was given: only methods do.
  var mayChangeValues: Bool {
    let changing = [
      "append", "clear", "extend", "insert", "pop", "popitem", "remove", "reverse", "setdefault", "sort",
      "update",
    ]
    return constants.contains { constant in constant.asText.map { changing.contains($0.string) } ?? false }
      || sites.contains { changing.contains($0.name) }
  }
}
