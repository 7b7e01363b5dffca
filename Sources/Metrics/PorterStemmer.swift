/// Porter's stemmer (1980) with the changes that NLTK's has by default: what ROUGE's reference package stems
/// with. Words are small letters and digits in ASCII.
package enum PorterStemmer {
  package static func stem(_ word: [UInt8]) -> [UInt8] {
    if let known = irregular[word] { return known }
    guard word.count > 2 else { return word }
    var stem = Stem(word)
    stem.removePlural()
    stem.removePastAndProgressive()
    stem.turnFinalY()
    stem.shortenDoubleSuffix()
    stem.apply(thirdStep) { $0 > 0 }
    stem.removeLastSuffix()
    stem.tidyUp()
    return stem.letters
  }

  /// Words that the rules get wrong, with their stems.
  private static let irregular: [[UInt8]: [UInt8]] = {
    let stems = [
      ("sky", "sky skies"), ("die", "dying"), ("lie", "lying"), ("tie", "tying"), ("news", "news"),
      ("inning", "innings inning"), ("outing", "outings outing"), ("canning", "cannings canning"),
      ("howe", "howe"), ("proceed", "proceed"), ("exceed", "exceed"), ("succeed", "succeed"),
    ]
    var words: [[UInt8]: [UInt8]] = [:]
    for (stem, forms) in stems {
      for form in forms.split(separator: " ") { words[Array(form.utf8)] = Array(stem.utf8) }
    }
    return words
  }()

  private static let thirdStep = [
    ("icate", "ic"), ("ative", ""), ("alize", "al"), ("iciti", "ic"), ("ical", "ic"), ("ful", ""),
    ("ness", ""),
  ]
}

/// A word that is being stemmed.
private struct Stem {
  private(set) var letters: [UInt8]

  init(_ word: [UInt8]) { letters = word }

  // MARK: Conditions

  /// Whether each letter is a consonant: no vowel, and y only at the start and after a vowel.
  private func consonants(_ letters: some Sequence<UInt8>) -> [Bool] {
    var flags: [Bool] = []
    for letter in letters {
      switch letter {
      case UInt8(ascii: "a"), UInt8(ascii: "e"), UInt8(ascii: "i"), UInt8(ascii: "o"), UInt8(ascii: "u"):
        flags.append(false)
      case UInt8(ascii: "y"): flags.append(!(flags.last ?? false))
      default: flags.append(true)
      }
    }
    return flags
  }

  /// Porter's m: how often vowels are followed by consonants in the first letters.
  private func measure(_ count: Int) -> Int {
    let flags = consonants(letters.prefix(count))
    return zip(flags, flags.dropFirst()).count { !$0 && $1 }
  }

  private func endsInDoubleConsonant() -> Bool {
    letters.count >= 2 && letters.last == letters[letters.count - 2] && consonants(letters).last == true
  }

  /// Whether the first letters end in consonant, vowel, consonant other than w, x and y, or are a vowel and
  /// a consonant.
  private func endsShort(_ count: Int) -> Bool {
    let flags = consonants(letters.prefix(count))
    if count == 2 { return !flags[0] && flags[1] }
    guard count >= 3, flags[count - 3], !flags[count - 2], flags[count - 1] else { return false }
    return !"wxy".utf8.contains(letters[count - 1])
  }

  private func ends(_ suffix: String) -> Bool { letters.suffix(suffix.utf8.count).elementsEqual(suffix.utf8) }

  private mutating func replace(_ suffix: String, _ new: String) {
    letters.removeLast(suffix.utf8.count)
    letters += new.utf8
  }

  // MARK: Steps

  /// The first rule whose suffix the word has is the only one tried.
  mutating func apply(_ rules: [(String, String)], _ isAllowed: (Int) -> Bool) {
    guard let rule = rules.first(where: { ends($0.0) }) else { return }
    if isAllowed(measure(letters.count - rule.0.utf8.count)) { replace(rule.0, rule.1) }
  }

  mutating func removePlural() {
    if ends("ies"), letters.count == 4 { return replace("ies", "ie") }
    apply([("sses", "ss"), ("ies", "i"), ("ss", "ss"), ("s", "")]) { _ in true }
  }

  mutating func removePastAndProgressive() {
    if ends("ied") { return replace("ied", letters.count == 4 ? "ie" : "i") }
    if ends("eed") { return apply([("eed", "ee")]) { $0 > 0 } }
    let suffix = ["ed", "ing"].first { suffix in
      ends(suffix) && consonants(letters.dropLast(suffix.utf8.count)).contains(false)
    }
    guard let suffix else { return }
    replace(suffix, "")
    for (short, long) in [("at", "ate"), ("bl", "ble"), ("iz", "ize")] where ends(short) {
      return replace(short, long)
    }
    if endsInDoubleConsonant() {
      if let last = letters.last, !"lsz".utf8.contains(last) { letters.removeLast() }
    } else if measure(letters.count) == 1, endsShort(letters.count) {
      letters.append(UInt8(ascii: "e"))
    }
  }

  mutating func turnFinalY() {
    guard ends("y"), letters.count > 2, consonants(letters.dropLast()).last == true else { return }
    replace("y", "i")
  }

  mutating func shortenDoubleSuffix() {
    if ends("alli"), measure(letters.count - 4) > 0 {
      replace("alli", "al")
      return shortenDoubleSuffix()
    }
    if ends("logi") {
      if measure(letters.count - 3) > 0 { replace("logi", "log") }
      return
    }
    apply(Self.doubleSuffixes) { $0 > 0 }
  }

  private static let doubleSuffixes = [
    ("ational", "ate"), ("tional", "tion"), ("enci", "ence"), ("anci", "ance"), ("izer", "ize"),
    ("bli", "ble"), ("alli", "al"), ("entli", "ent"), ("eli", "e"), ("ousli", "ous"), ("ization", "ize"),
    ("ation", "ate"),
    ("ator", "ate"), ("alism", "al"), ("iveness", "ive"), ("fulness", "ful"), ("ousness", "ous"),
    ("aliti", "al"), ("iviti", "ive"), ("biliti", "ble"), ("fulli", "ful"),
  ]

  mutating func removeLastSuffix() {
    guard let suffix = Self.lastSuffixes.first(where: ends) else { return }
    let rest = letters.count - suffix.utf8.count
    guard measure(rest) > 1 else { return }
    if suffix == "ion", !"st".utf8.contains(letters[rest - 1]) { return }
    replace(suffix, "")
  }

  private static let lastSuffixes = [
    "al", "ance", "ence", "er", "ic", "able", "ible", "ant", "ement", "ment", "ent", "ion", "ou", "ism",
    "ate", "iti", "ous", "ive", "ize",
  ]

  mutating func tidyUp() {
    if ends("e") {
      let rest = letters.count - 1
      let measure = measure(rest)
      if measure > 1 || measure == 1 && !endsShort(rest) { letters.removeLast() }
    }
    if ends("ll"), measure(letters.count - 1) > 1 { letters.removeLast() }
  }
}
