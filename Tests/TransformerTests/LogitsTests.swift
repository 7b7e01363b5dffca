import Records
import Testing
import Transformer

/// SmolLM2 as it lies in its GGUF file against `transformers` with the same file (`Fixtures/make_logits.py`; with
/// its second argument all logits of all positions were compared: they differ by 1.6e-4 at most).
@Suite struct LogitsTests {
  @Test func smolLM2GivesTheLogitsOfTransformers() throws {
    guard let path = SmolLM2.path else {
      print("skipped: no SmolLM2; 'phrasebook train --model smollm2' fetches it")
      return
    }
    let model = try LanguageModel.load(path)
    #expect(model.configuration.parameters == 134_515_008)
    let fixture = try Fixtures.value("logits.json")
    let places = fixture["places"].items.map(\.int)
    let texts = fixture["texts"].items
    try #require(texts.count == 50)
    for item in texts {
      let logits = try model.logits(of: item["ids"].items.map { Int32($0.int) })
      for position in item["positions"].items {
        let row = logits[position["position"].int]
        #expect(row.firstIndex(of: row.max() ?? 0) == position["largest"].int)
        for (place, expected) in zip(places, position["logits"].items) {
          #expect(abs(Double(row[place]) - expected.double) < 1e-3, "\(item["text"]) \(place)")
        }
      }
    }
  }
}
