import Foundation
import Reports
import Testing

/// Colours of text against their grounds, by WCAG 2.2's formula: at least 4.5 to 1.
@Suite struct PageStyleTests {
  @Test(arguments: [0, 1], ["ink", "muted", "seen", "unseen", "wrong", "plain"])
  func contrast(scheme: Int, name: String) throws {
    for ground in ["paper", "panel"] {
      let ratio = try (luminance(name, scheme), luminance(ground, scheme))
      let (light, dark) = (max(ratio.0, ratio.1), min(ratio.0, ratio.1))
      #expect((light + 0.05) / (dark + 0.05) >= 4.5, "\(name) on \(ground)")
    }
  }

  /// - Parameter scheme: 0 for light, 1 for dark: their order in the style sheet.
  private func luminance(_ name: String, _ scheme: Int) throws -> Double {
    let parts = PageStyle.sheet.components(separatedBy: "--\(name): #")
    try #require(parts.count == 3)
    let digits = parts[scheme + 1].prefix(6)
    let number = try #require(Int(digits, radix: 16))
    func linear(_ byte: Int) -> Double {
      let share = Double(byte & 255) / 255
      return share <= 0.04045 ? share / 12.92 : pow((share + 0.055) / 1.055, 2.4)
    }
    return 0.2126 * linear(number >> 16) + 0.7152 * linear(number >> 8) + 0.0722 * linear(number)
  }
}
