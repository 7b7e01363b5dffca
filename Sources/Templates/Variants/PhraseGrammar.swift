/// A phrase grammar: text with groups of alternatives, `{Name|Give|Write} the opposite of …`, each way
/// through which is one text.
struct PhraseGrammar {
  /// Text as it stands, with the place in the grammar's source of each of its bytes.
  struct Run {
    var bytes: [UInt8] = []
    var places: [Int] = []
  }

  indirect enum Piece {
    case text(Run)
    case group([Alternative])
  }

  struct Alternative {
    var pieces: [Piece]
    /// Ways through the pieces; `Int.max` for more than that.
    var count: Int
    /// The text, groups inside it as `{}`: what the alternative is called in an id.
    var skeleton: String

    init(_ pieces: [Piece]) {
      self.pieces = pieces
      count = PhraseGrammar.count(pieces)
      var bytes: [UInt8] = []
      for piece in pieces {
        switch piece {
        case .text(let run): bytes += run.bytes
        case .group: bytes += [UInt8(ascii: "{"), UInt8(ascii: "}")]
        }
      }
      skeleton = String(decoding: bytes, as: UTF8.self)
    }
  }

  /// One way through.
  struct Variant {
    var text = Run()
    /// The alternatives taken, in the order of the text; inner ones behind the one that holds them.
    var chosen: [String] = []

    var string: String { String(decoding: text.bytes, as: UTF8.self) }
  }

  let pieces: [Piece]

  /// Ways through; `Int.max` for more than that.
  var count: Int { Self.count(pieces) }

  private static func count(_ pieces: [Piece]) -> Int {
    var count = 1
    for case .group(let alternatives) in pieces {
      var sum = 0
      for alternative in alternatives {
        let (more, overflows) = sum.addingReportingOverflow(alternative.count)
        sum = overflows ? .max : more
      }
      let (product, overflows) = count.multipliedReportingOverflow(by: sum)
      count = overflows ? .max : product
    }
    return count
  }

  /// The way through with a number below `count`: the last group changes fastest.
  func variant(_ number: Int) -> Variant {
    var variant = Variant()
    Self.append(pieces, number, to: &variant)
    return variant
  }

  private static func append(_ pieces: [Piece], _ number: Int, to variant: inout Variant) {
    // Numbers of the groups, from the last to the first.
    var rest = number
    var numbers: [Int] = []
    for case .group(let alternatives) in pieces.reversed() {
      let count = max(1, Self.count([.group(alternatives)]))
      numbers.append(rest % count)
      rest /= count
    }
    for piece in pieces {
      switch piece {
      case .text(let run):
        variant.text.bytes += run.bytes
        variant.text.places += run.places
      case .group(let alternatives):
        var inner = numbers.popLast() ?? 0
        for alternative in alternatives {
          if inner < alternative.count {
            variant.chosen.append(alternative.skeleton)
            append(alternative.pieces, inner, to: &variant)
            break
          }
          inner -= alternative.count
        }
      }
    }
  }
}
