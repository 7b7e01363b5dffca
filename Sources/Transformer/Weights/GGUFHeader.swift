import Bytes

/// What stands before a GGUF file's data, checked against the file's length.
struct GGUFHeader {
  private(set) var metadata: [(key: String, value: GGUFValue)] = []
  private(set) var tensors: [GGUFFile.Tensor] = []
  /// Of keys in the metadata; found by key only, so that no order depends on the hashing.
  private(set) var places: [String: Int] = [:]
  private(set) var tensorPlaces: [String: Int] = [:]

  init(_ bytes: UnsafeRawBufferPointer, path: String) throws(Diagnostic) {
    var cursor = GGUFCursor(bytes, path: path)
    guard bytes.starts(with: "GGUF".utf8) else {
      throw Diagnostic("no GGUF file: it does not begin with 'GGUF'", at: SourceLocation(path: path))
    }
    _ = try cursor.take(4, "the mark 'GGUF'")
    let version = try cursor.number(UInt32.self, "the version")
    guard version == 2 || version == 3 else {
      let isSwapped = (2...3).contains(version.byteSwapped)
      throw Diagnostic(
        isSwapped
          ? "a GGUF file for big-endian machines; expected little-endian"
          : "a GGUF file of version \(version); expected 2 or 3",
        at: SourceLocation(path: path))
    }
    // A tensor takes at least 24 bytes of header, a pair of metadata at least 13.
    let tensorCount = try cursor.count(of: "tensors", size: 24)
    let pairCount = try cursor.count(of: "pairs of metadata", size: 13)
    try readMetadata(pairCount, &cursor)
    let alignment = try alignment(cursor)
    try readTensors(tensorCount, alignment: alignment, &cursor)
    let (sum, overflow) = cursor.place.addingReportingOverflow(alignment - 1)
    let dataStart = sum / alignment * alignment
    guard !overflow, tensors.isEmpty || dataStart <= bytes.count else {
      throw cursor.fail("no data after the header")
    }
    try place(from: dataStart, cursor)
  }

  private mutating func readMetadata(_ count: Int, _ cursor: inout GGUFCursor) throws(Diagnostic) {
    for _ in 0..<count {
      let key = try cursor.text("a key")
      let number = try cursor.number(UInt32.self, "the type of '\(key)'")
      guard let kind = GGUFValue.Kind(rawValue: number) else {
        throw cursor.fail("'\(key)' has the unknown type \(number)")
      }
      guard places.updateValue(metadata.count, forKey: key) == nil else {
        throw cursor.fail("the key '\(key)' stands there twice")
      }
      metadata.append((key, try GGUFValue.read(kind, &cursor, key)))
    }
  }

  private func alignment(_ cursor: GGUFCursor) throws(Diagnostic) -> Int {
    guard let place = places["general.alignment"] else { return 32 }
    guard case .integer(let number) = metadata[place].value, (8...1 << 20).contains(number),
      number & (number - 1) == 0
    else { throw cursor.fail("'general.alignment' is no power of two from 8 to 1,048,576") }
    return Int(number)
  }

  /// Reads the tensors' descriptions; their ranges count from the beginning of the data for now.
  private mutating func readTensors(
    _ count: Int, alignment: Int, _ cursor: inout GGUFCursor
  ) throws(Diagnostic) {
    for _ in 0..<count {
      let name = try cursor.text("a tensor's name")
      let dimensions = try cursor.number(UInt32.self, "the shape of '\(name)'")
      guard (1...4).contains(dimensions) else {
        throw cursor.fail("'\(name)' has \(dimensions) dimensions, expected 1 to 4")
      }
      var shape: [Int] = []
      var elements = 1
      for _ in 0..<dimensions {
        let length = try cursor.number(UInt64.self, "the shape of '\(name)'")
        let (product, overflow) = elements.multipliedReportingOverflow(by: Int(clamping: length))
        guard length > 0, length < UInt64(Int.max), !overflow else {
          throw cursor.fail("the shape of '\(name)' is impossible")
        }
        shape.append(Int(length))
        elements = product
      }
      let number = try cursor.number(UInt32.self, "the type of '\(name)'")
      guard let format = BlockFormat(rawValue: number) else {
        throw Diagnostic(
          "the tensor '\(name)' is quantized as \(BlockFormat.name(of: number)); expected one of "
            + BlockFormat.allCases.map(\.name).joined(separator: ", "), at: SourceLocation(path: cursor.path))
      }
      let offset = try cursor.number(UInt64.self, "the place of '\(name)'")
      guard offset % UInt64(alignment) == 0, offset <= UInt64(cursor.bytes.count) else {
        throw cursor.fail("the offset \(offset) of '\(name)' is outside the file or not aligned")
      }
      guard shape[0] % format.blockLength == 0 else {
        throw cursor.fail("rows of \(shape[0]) do not divide into \(format.name) blocks in '\(name)'")
      }
      let (size, overflow) = (elements / format.blockLength).multipliedReportingOverflow(
        by: format.blockBytes)
      guard !overflow, size <= cursor.bytes.count - Int(offset) else {
        throw cursor.fail("'\(name)' reaches beyond the end of the file")
      }
      guard tensorPlaces.updateValue(tensors.count, forKey: name) == nil else {
        throw cursor.fail("the tensor '\(name)' stands there twice")
      }
      let start = Int(offset)
      tensors.append(
        GGUFFile.Tensor(name: name, format: format, shape: shape.reversed(), range: start..<start + size))
    }
  }

  /// Moves the ranges behind the header; none may leave the file or reach into another.
  private mutating func place(from dataStart: Int, _ cursor: GGUFCursor) throws(Diagnostic) {
    let size = cursor.bytes.count
    for index in tensors.indices {
      let range = tensors[index].range
      guard range.upperBound <= size - dataStart else {
        throw cursor.fail("'\(tensors[index].name)' reaches beyond the end of the file")
      }
      tensors[index].range = range.lowerBound + dataStart..<range.upperBound + dataStart
    }
    let ordered = tensors.sorted { $0.range.lowerBound < $1.range.lowerBound }
    for (tensor, next) in zip(ordered, ordered.dropFirst())
    where tensor.range.upperBound > next.range.lowerBound {
      throw cursor.fail("the tensors '\(tensor.name)' and '\(next.name)' overlap")
    }
  }
}
