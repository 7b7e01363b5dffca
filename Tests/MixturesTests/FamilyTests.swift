import Bytes
import Diversity
import Foundation
import Templates
import Testing

private func words(_ text: String) -> [String] {
  var all = TemplateWords()
  all.append(text: text)
  return all.words
}

private func source(_ jinja: String) -> TemplateSource {
  TemplateSource(id: "id", name: "name", jinja: jinja, location: SourceLocation(path: "test"))
}

/// The same by other means: sets of joined texts, and the closure by marking until nothing changes.
private func directFamilies(_ texts: [[String]], _ similarity: Double) -> [Int] {
  let grams = texts.map { words -> Set<String> in
    if words.count < 3 { return words.isEmpty ? [] : [words.joined(separator: " ")] }
    return Set(words.indices.dropLast(2).map { words[$0...$0 + 2].joined(separator: " ") })
  }
  var marks = Array(texts.indices)
  var changed = true
  while changed {
    changed = false
    for a in texts.indices {
      for b in texts.indices where marks[a] != marks[b] {
        let union = grams[a].union(grams[b]).count
        let alike = union == 0 ? 1 : Double(grams[a].intersection(grams[b]).count) / Double(union)
        if alike >= similarity {
          marks[max(a, b)] = min(marks[a], marks[b])
          marks[min(a, b)] = min(marks[a], marks[b])
          changed = true
        }
      }
    }
  }
  return marks
}

struct FamilyTests {
  @Test(arguments: [
    ("Is it TRUE, or false?", ["is", "it", "true", "or", "false"]),
    ("don't (please) re-read 3.5", ["don", "t", "please", "re", "read", "3", "5"]),
    ("Ünïcode straße ΣΑΣ", ["ünïcode", "straße", "σασ"]),
    ("cafe\u{301} snake_case", ["cafe\u{301}", "snake_case"]),
    ("翻訳して word", ["翻", "訳", "し", "て", "word"]),
    ("—  … ||| !", []),
  ]) func wordsOfATemplate(text: String, expected: [String]) { #expect(words(text) == expected) }

  @Test func expressionsArePlaceholders() {
    let jinja =
      "{# note #}{% if a %}Say{{ a|upper }}it: \"{{b}}\"{% endif %}\n||| {{ answer_choices[label] }}"
    #expect(TemplateWords(source(jinja)).words == ["say", "{{}}", "it", "{{}}", "{{}}"])
  }

  @Test func similarityOfTwo() {
    // Trigrams abc bcd cde | bcd cde def: 2 shared of 4.
    #expect(Trigrams([1, 2, 3, 4, 5]).similarity(to: Trigrams([2, 3, 4, 5, 6])) == 0.5)
    #expect(Trigrams([1, 2]).similarity(to: Trigrams([1, 2])) == 1)
    #expect(Trigrams([1, 2]).similarity(to: Trigrams([2, 1])) == 0)
    #expect(Trigrams([]).similarity(to: Trigrams([])) == 1)
    #expect(Trigrams([]).similarity(to: Trigrams([1])) == 0)
  }

  @Test func nearDuplicatesChain() throws {
    // The first and the third share 9 of 16 trigrams, but both are near the second (9 of 14 and 12 of 14).
    let texts = sumPhrasings.map { TemplateWords(source($0)) }
    #expect(TemplateFamilies.firstMembers(of: texts) == [0, 0, 0, 3, 4, 5, 6, 7, 8, 9, 10, 11])
    #expect(TemplateFamilies.firstMembers(of: [texts[0], texts[2]]) == [0, 1])
    #expect(TemplateFamilies.firstMembers(of: texts, similarity: 1) == Array(0..<12))
  }

  /// Worked out by hand over `nearDuplicatesChain`'s families.
  @Test func variantsOfOneTemplateAreOneFamily() throws {
    let texts = sumPhrasings.map { TemplateWords(source($0)) }
    var parents = [String?](repeating: nil, count: 12)
    (parents[5], parents[9], parents[3]) = ("p", "p", "p")
    (parents[11], parents[1]) = ("q", "q")
    #expect(
      TemplateFamilies.firstMembers(of: texts, variantsOf: parents) == [0, 0, 0, 3, 4, 3, 6, 7, 8, 3, 10, 0])
    #expect(
      TemplateFamilies.firstMembers(of: texts, similarity: 1, variantsOf: parents)
        == [0, 1, 2, 3, 4, 3, 6, 7, 8, 3, 10, 1])
  }

  @Test func randomTextsAgreeWithADirectComputation() {
    for number in 0..<600 {
      var dice = Dice("families", number)
      // Texts made from earlier ones by small changes, so that chains of near-duplicates occur.
      var texts: [[String]] = []
      for _ in 0..<dice.roll(1...14) {
        var text = (0..<dice.roll(0...14)).map { _ in "w\(dice.roll(0...9))" }
        if !texts.isEmpty, dice.roll(0...3) > 0 {
          text = texts[dice.roll(0...texts.count - 1)]
          if !text.isEmpty { text[dice.roll(0...text.count - 1)] = "x\(dice.roll(0...9))" }
        }
        texts.append(text)
      }
      let similarity = Double(dice.roll(1...10)) / 10
      let ours = TemplateFamilies.firstMembers(
        of: texts.map { text in
          var words = TemplateWords()
          words.append(text: text.joined(separator: " "))
          return words
        }, similarity: similarity)
      #expect(ours == directFamilies(texts, similarity), "case \(number)")
    }
  }

  /// The repository's own templates, with words found by a regular expression instead.
  @Test func ownTemplatesAgreeWithADirectComputation() throws {
    let root =
      URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().path + "/templates"
    let field = try Regex(#"\{\{.*?\}\}"#).dotMatchesNewlines()
    let silent = try Regex(#"\{%.*?%\}|\{#.*?#\}"#).dotMatchesNewlines()
    let word = try Regex(#"0FIELD0|\w+"#)
    for task in try namesInFolder(root) where fileExists("\(root)/\(task)/templates.yaml") {
      let sources = try TemplateFile.load("\(root)/\(task)/templates.yaml")
      let texts = sources.map { source in
        source.jinja.replacing(silent, with: "").replacing(field, with: " 0FIELD0 ").matches(of: word)
          .map { String($0.output[0].substring ?? "").lowercased() }
      }
      let ours = TemplateFamilies.firstMembers(of: sources.map(TemplateWords.init))
      #expect(ours == directFamilies(texts, 0.6), "\(task)")
    }
  }
}
