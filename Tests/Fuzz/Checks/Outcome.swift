import Bytes

/// What a case came to, as a number that two runs of it must agree on.
struct Outcome {
  private(set) var digest = SeedKey(seed: 0)

  mutating func note(_ text: String) { digest = digest.part(text) }

  /// Notes an error, which must say something.
  mutating func note(_ error: any Error) throws(Violation) {
    let text = "\(error)"
    if let list = (error as? Diagnostics)?.list {
      guard !list.isEmpty, list.allSatisfy({ !$0.message.isEmpty }) else {
        throw Violation("an error without a message: \(text)")
      }
    } else if !(error is Diagnostic) {
      throw Violation("an error that is no diagnostic: \(text)")
    }
    note(text)
  }
}

/// A case in which the library did not keep what it promises.
struct Violation: Error, CustomStringConvertible {
  var description: String

  init(_ description: String) { self.description = description }
}
