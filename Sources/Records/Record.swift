/// The fields that every record of a corpus has, in the order of its description.
public struct Schema: Sendable, Hashable {
  public var fields: [String]

  public init(fields: [String]) { self.fields = fields }

  public func index(of name: String) -> Int? {
    fields.firstIndex { $0.utf8.elementsEqual(name.utf8) }
  }
}

/// Which part of a corpus a record was published in.
public enum Split: UInt8, Sendable, Hashable, CaseIterable {
  case train = 1
  case validation = 2
  case test = 3

  public var name: String {
    switch self {
    case .train: "train"
    case .validation: "validation"
    case .test: "test"
    }
  }
}

/// One datum: the values of a schema's fields, in its order.
public struct Record: Sendable {
  public var values: [Value]
  /// The split that the corpus itself names, if any.
  public var split: Split?
  /// Records with the same group stay on one side of a split; nil: the record stands alone.
  public var group: UInt64?

  public init(values: [Value], split: Split? = nil, group: UInt64? = nil) {
    self.values = values
    self.split = split
    self.group = group
  }
}
