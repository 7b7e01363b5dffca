import Bytes
import Templates
import YAML

/// The rule about the language that a template's own words are in.
enum LanguageRules {
  static func check(_ template: LintedTemplate, _ corpus: CorpusFacts?, _ findings: inout FindingList) {
    let node = template.key("metadata", "languages")
    let declared = template.source.languages.isEmpty ? corpus?.languages ?? [] : template.source.languages
    let bases = declared.map { String($0.lowercased().prefix { $0 != "-" && $0 != "_" }) }
    guard !bases.isEmpty, !bases.contains("mul"), !bases.contains("und") else { return }
    let text = template.inputPieces.compactMap(\.text).joined(separator: " ")
    guard let found = LanguageGuess(text).language(otherThan: bases) else { return }
    let message = "the text reads as '\(found)', but the language is \(declared.joined(separator: ", "))"
    findings.add(
      .language, node.map { $0.error(message) } ?? template.aboutAll(message), template: template.name)
  }
}

/// Guesses a text's language by its letters and its most common small words; silent unless the text is clear.
struct LanguageGuess {
  private let words: [String]
  private let scripts: [String: Int]
  private let letters: Int

  init(_ text: String) {
    words = text.lowercased().split { !$0.isLetter && $0 != "'" }.map(String.init)
    var scripts: [String: Int] = [:]
    var letters = 0
    for scalar in text.unicodeScalars where scalar.properties.isAlphabetic {
      letters += 1
      scripts[Self.script(scalar), default: 0] += 1
    }
    self.scripts = scripts
    self.letters = letters
  }

  /// A language that the text is clearly in and that is none of the declared ones; nil where there is doubt.
  func language(otherThan declared: [String]) -> String? {
    let expected = Set(declared.map { Self.scriptOfLanguage[$0] ?? "Latin" })
    for (script, language) in Self.languageOfScript where !expected.contains(script) {
      if letters >= 12, (scripts[script] ?? 0) * 2 > letters { return language }
    }
    guard words.count >= 8 else { return nil }
    let own = declared.compactMap { Self.smallWords[$0] }.map(hits).max()
    // Of a language without a list nothing can be said.
    guard let own else { return nil }
    let others = Self.smallWords.keys.sorted().filter { !declared.contains($0) }
    guard let best = others.max(by: { hits(Self.smallWords[$0] ?? []) < hits(Self.smallWords[$1] ?? []) })
    else {
      return nil
    }
    let found = hits(Self.smallWords[best] ?? [])
    return found >= 4 && found > 3 * own && found * 5 >= words.count ? best : nil
  }

  private func hits(_ list: Set<String>) -> Int { words.count { list.contains($0) } }

  private static func script(_ scalar: Unicode.Scalar) -> String {
    switch scalar.value {
    case 0x41...0x24F, 0x1E00...0x1EFF: "Latin"
    case 0x370...0x3FF: "Greek"
    case 0x400...0x52F: "Cyrillic"
    case 0x590...0x5FF: "Hebrew"
    case 0x600...0x77F: "Arabic"
    case 0x900...0x97F: "Devanagari"
    case 0xE00...0xE7F: "Thai"
    case 0x3040...0x30FF: "Japanese"
    case 0x4E00...0x9FFF: "Han"
    case 0xAC00...0xD7AF: "Hangul"
    default: "other"
    }
  }

  private static let languageOfScript: [(String, String)] = [
    ("Greek", "el"), ("Cyrillic", "ru"), ("Hebrew", "he"), ("Arabic", "ar"), ("Devanagari", "hi"),
    ("Thai", "th"),
    ("Japanese", "ja"), ("Han", "zh"), ("Hangul", "ko"), ("Latin", "en"),
  ]

  private static let scriptOfLanguage: [String: String] = [
    "el": "Greek", "ru": "Cyrillic", "uk": "Cyrillic", "bg": "Cyrillic", "sr": "Cyrillic", "mk": "Cyrillic",
    "be": "Cyrillic", "kk": "Cyrillic", "he": "Hebrew", "ar": "Arabic", "fa": "Arabic", "ur": "Arabic",
    "hi": "Devanagari", "mr": "Devanagari", "ne": "Devanagari", "th": "Thai", "ja": "Japanese", "zh": "Han",
    "ko": "Hangul",
  ]

  /// Small words that are common in one language and rare in the others.
  private static let smallWords: [String: Set<String>] = [
    "en": [
      "the", "of", "and", "is", "to", "what", "which", "this", "that", "with", "are", "for", "does", "it",
      "you",
      "from", "or", "be", "by", "following", "given", "your", "how", "in", "on", "not", "would", "has",
    ],
    "de": [
      "der", "die", "das", "und", "ist", "nicht", "ein", "eine", "einen", "mit", "welche", "welches", "wie",
      "für", "oder", "dem", "den", "des", "auf", "wird", "dieser", "dieses", "folgende", "aus", "zu", "sind",
    ],
    "fr": [
      "le", "la", "les", "des", "et", "est", "une", "du", "dans", "que", "qui", "pour", "avec", "ce", "cette",
      "sur", "pas", "quel", "quelle", "suivant", "suivante", "ou", "au", "aux", "sont", "votre",
    ],
    "es": [
      "el", "los", "las", "del", "y", "es", "una", "que", "para", "con", "por", "cuál", "qué", "este", "esta",
      "como", "siguiente", "se", "lo", "su", "en", "son", "o", "al",
    ],
    "it": [
      "il", "lo", "gli", "della", "delle", "di", "e", "è", "una", "che", "per", "con", "quale", "questo",
      "questa",
      "seguente", "sono", "nel", "dei", "del", "o", "non", "come", "si",
    ],
    "pt": [
      "o", "os", "das", "dos", "da", "do", "e", "é", "uma", "um", "que", "para", "com", "qual", "este",
      "esta",
      "seguinte", "não", "em", "são", "no", "na", "ou", "como",
    ],
    "nl": [
      "de", "het", "een", "en", "van", "dat", "niet", "met", "voor", "welke", "deze", "dit", "volgende", "op",
      "zijn", "wordt", "aan", "hoe", "naar", "uit", "bij",
    ],
    "sv": [
      "och", "att", "det", "som", "en", "ett", "är", "på", "av", "för", "med", "inte", "vilken", "följande",
      "denna", "till", "har", "eller", "från",
    ],
    "pl": [
      "i", "w", "na", "z", "jest", "nie", "się", "do", "czy", "który", "która", "jaki", "jaka", "to", "dla",
      "oraz", "następujący", "lub", "jak",
    ],
    "tr": [
      "ve", "bir", "bu", "için", "ile", "ne", "hangi", "mi", "mı", "aşağıdaki", "değil", "olarak", "var",
      "nasıl",
    ],
  ]
}
