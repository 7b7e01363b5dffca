import Bytes
import JSON
import Records

/// Where the records of a JSON file are, and what keys they have.
struct JSONOutline {
  private let path: String
  private let head: TextHead
  private let parser: JSONParser
  private static let mostRecords = 200

  init(_ path: String, _ head: TextHead) throws {
    self.path = path
    self.head = head
    parser = try JSONParser()
  }

  func outline() throws -> FileOutline {
    let lines = head.bytes.split(separator: 10).filter { line in line.contains { $0 > 32 } }
    let whole = head.isCut ? lines.dropLast() : lines[...]
    let values = whole.prefix(Self.mostRecords).map { try? parse($0) }
    let objects = values.compactMap { value -> ValueDictionary? in
      if case .dictionary(let object)? = value { return object }
      return nil
    }
    // One object a line, but not one object over many lines, nor a document that is one line.
    if !objects.isEmpty, objects.count == values.count,
      objects.count > 1 || isRecord(objects[0])
    {
      var outline = FileOutline(format: .jsonl)
      outline.fields = fields(objects)
      return outline
    }
    return try document()
  }

  /// Whether a file's only object is a record: not if it holds an array of them, or columns.
  private func isRecord(_ object: ValueDictionary) -> Bool {
    let lengths = object.values.map { value -> Int in
      if case .list(let items) = value { return items.count }
      return 0
    }
    let areColumns = Set(lengths).count == 1 && lengths[0] > 1
    return !areColumns && array(.dictionary(object)) == nil
  }

  private func parse(_ bytes: ArraySlice<UInt8>) throws -> Value {
    try bytes.withUnsafeBytes { try parser.parse($0, path: path) }
  }

  private func document() throws -> FileOutline {
    let text = head.isCut ? try TextHead(path, most: FileOutline.documentBytes) : head
    guard !text.isCut else {
      throw Diagnostic(
        "a JSON document of this size is not looked at; write the corpus.yaml by hand",
        at: SourceLocation(path: path))
    }
    let value = try parse(text.bytes[...])
    var outline = FileOutline(format: .json)
    if let (pointer, items) = array(value) {
      outline.records = pointer
      outline.fields = fields(
        items.prefix(Self.mostRecords).compactMap { item in
          if case .dictionary(let object) = item { return object }
          return nil
        })
      if outline.fields.isEmpty {
        // Lists, by their places.
        if case .list(let row)? = items.first {
          outline.fields = row.indices.map { .init(name: "field_\($0)", path: "/\($0)") }
        }
      }
      return outline
    }
    if case .dictionary(let object) = value, !object.keys.isEmpty,
      object.values.allSatisfy({ if case .list = $0 { true } else { false } })
    {
      outline.isColumns = true
      outline.fields = FileOutline.named(object.keys.map { .init(name: $0, path: $0) })
      return outline
    }
    throw Diagnostic(
      "no array of objects in the document, so that they could be records; write the corpus.yaml by hand",
      at: SourceLocation(path: path))
  }

  /// The longest array of objects or lists, and the way to it, at most three keys deep.
  private func array(_ value: Value, _ pointer: String = "", depth: Int = 0) -> (
    pointer: String, items: [Value]
  )? {
    switch value {
    case .list(let items):
      let areRecords = !items.isEmpty && items.allSatisfy { ["dictionary", "list"].contains($0.kind) }
      return areRecords ? (pointer, items) : nil
    case .dictionary(let object) where depth < 3:
      var best: (pointer: String, items: [Value])?
      for (key, inner) in zip(object.keys, object.values) {
        let step = key.replacing("~", with: "~0").replacing("/", with: "~1")
        if let found = array(inner, pointer + "/" + step, depth: depth + 1),
          found.items.count > best?.items.count ?? 0
        {
          best = found
        }
      }
      return best
    default: return nil
    }
  }

  /// The keys of objects that all of them have, in their order; inside objects one level deep.
  private func fields(_ objects: [ValueDictionary]) -> [FileOutline.Field] {
    var found: [FileOutline.Field] = []
    for (key, value) in zip(objects.first?.keys ?? [], objects.first?.values ?? []) {
      guard objects.allSatisfy({ $0[key] != nil }) else { continue }
      if case .dictionary(let inner) = value {
        let step = key.replacing("~", with: "~0").replacing("/", with: "~1")
        let common = inner.keys.filter { name in
          objects.allSatisfy {
            if case .dictionary(let other)? = $0[key] { other[name] != nil } else { false }
          }
        }
        if !common.isEmpty, common.count == inner.count {
          found += common.map {
            .init(
              name: key + "_" + $0,
              path: "/\(step)/" + $0.replacing("~", with: "~0").replacing("/", with: "~1"))
          }
          continue
        }
      }
      // A key that begins like a pointer is written as one.
      let path =
        key.hasPrefix("/") || key.isEmpty
        ? "/" + key.replacing("~", with: "~0").replacing("/", with: "~1") : key
      found.append(.init(name: key, path: path))
    }
    return FileOutline.named(found)
  }
}
