import Bytes
import Testing

@Suite struct SuggestionTests {
  @Test(arguments: [("formt", "format"), ("foramt", "format"), ("xm", "xml"), ("banana", nil)])
  func nearest(word: String, expected: String?) {
    #expect(nearestName(to: word, among: ["format", "xml", "fields"]) == expected)
  }
}
