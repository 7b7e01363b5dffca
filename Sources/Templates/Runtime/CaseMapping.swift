import Bytes

/// Upper, lower and title case as Python maps them: all of Unicode's special casing, no locale.
extension Machine {
  /// A text with each scalar mapped; ASCII letters are the caller's `ascii` when it is given.
  func mapped(
    _ text: Text, _ map: (Unicode.Scalar) -> String
  ) throws(RenderFailure) -> Text {
    try region.build { buffer in
      for scalar in text.scalars { buffer.append(map(scalar)) }
    }
  }

  func uppercased(_ text: Text) throws(RenderFailure) -> Text {
    if text.isASCII { return try mappedASCII(text, from: 97) }
    return try mapped(text) { $0.properties.uppercaseMapping }
  }

  func lowercased(_ text: Text) throws(RenderFailure) -> Text {
    if text.isASCII { return try mappedASCII(text, from: 65) }
    return try region.build { buffer in appendLowercased(text, from: 0, to: &buffer) }
  }

  private func mappedASCII(_ text: Text, from first: UInt8) throws(RenderFailure) -> Text {
    guard !text.isEmpty else { return text }
    let place = try region.allocate(text.count).assumingMemoryBound(to: UInt8.self)
    for index in 0..<text.count {
      let byte = text.start[index]
      place[index] = byte &- first < 26 ? byte ^ 0x20 : byte
    }
    return Text(start: UnsafePointer(place), count: text.count)
  }

  private func appendLowercased(_ text: Text, from start: Int, to buffer: inout ByteBuffer) {
    var offset = start
    while offset < text.count {
      let byte = text.start[offset]
      if byte < 0x80 {
        buffer.append(byte &- 65 < 26 ? byte ^ 0x20 : byte)
        offset += 1
        continue
      }
      let (scalar, size) = text.scalar(at: offset)
      if scalar == "Σ" {
        buffer.append(isFinalSigma(text, offset, size) ? "ς" : "σ")
      } else {
        buffer.append(scalar.properties.lowercaseMapping)
      }
      offset += size
    }
  }

  /// Unicode's Final_Sigma: a cased letter before, none behind, whatever is ignored between.
  private func isFinalSigma(_ text: Text, _ offset: Int, _ size: Int) -> Bool {
    var before = false
    for scalar in text[0..<offset].scalars {
      if scalar.properties.isCased {
        before = true
      } else if !scalar.properties.isCaseIgnorable {
        before = false
      }
    }
    guard before else { return false }
    for scalar in text[offset + size..<text.count].scalars {
      if scalar.properties.isCaseIgnorable { continue }
      return !scalar.properties.isCased
    }
    return true
  }

  func capitalized(_ text: Text) throws(RenderFailure) -> Text {
    guard !text.isEmpty else { return text }
    if text.isASCII {
      let made = try mappedASCII(text, from: 65)
      if made.start[0] &- 97 < 26 {
        // Safe: the copy is this function's own.
        UnsafeMutablePointer(mutating: made.start).pointee ^= 0x20
      }
      return made
    }
    return try region.build { buffer in
      let (first, size) = text.scalar(at: 0)
      buffer.append(first.properties.titlecaseMapping)
      appendLowercased(text, from: size, to: &buffer)
    }
  }

  func titlecased(_ text: Text) throws(RenderFailure) -> Text {
    try region.build { buffer in
      var previousIsCased = false
      var offset = 0
      while offset < text.count {
        let (scalar, size) = text.scalar(at: offset)
        if !previousIsCased {
          buffer.append(scalar.properties.titlecaseMapping)
        } else if scalar == "Σ" {
          buffer.append(isFinalSigma(text, offset, size) ? "ς" : "σ")
        } else {
          buffer.append(scalar.properties.lowercaseMapping)
        }
        previousIsCased = scalar.properties.isCased
        offset += size
      }
    }
  }

  func swappedCase(_ text: Text) throws(RenderFailure) -> Text {
    try region.build { buffer in
      var offset = 0
      while offset < text.count {
        let (scalar, size) = text.scalar(at: offset)
        if scalar.isPythonUpper {
          if scalar == "Σ" {
            buffer.append(isFinalSigma(text, offset, size) ? "ς" : "σ")
          } else {
            buffer.append(scalar.properties.lowercaseMapping)
          }
        } else if scalar.isPythonLower {
          buffer.append(scalar.properties.uppercaseMapping)
        } else {
          buffer.append(text[offset..<offset + size].raw)
        }
        offset += size
      }
    }
  }

  /// Unicode's full case folding, from the mappings that Swift has: the lower case of the upper case, but
  /// for letters whose folding goes another way.
  func caseFolded(_ scalar: Unicode.Scalar) -> String {
    switch scalar.value {
    case 0x131: return "ı"
    case 0x1E9E: return "ss"
    case 0x130: return "i\u{307}"
    // Cherokee folds to its capitals.
    case 0x13A0...0x13F5: return String(scalar)
    case 0x13F8...0x13FD, 0xAB70...0xABBF: return scalar.properties.uppercaseMapping
    default: break
    }
    var folded = ""
    for upper in scalar.properties.uppercaseMapping.unicodeScalars {
      folded += upper.properties.lowercaseMapping
    }
    return folded
  }

  /// `isalpha` and its kin.
  func hasProperty(_ method: StringMethod, _ text: Text) -> Bool {
    switch method {
    case .isascii: return text.isASCII
    case .isprintable: return text.scalars.allSatisfy(\.isPythonPrintable)
    case .isidentifier: return isIdentifier(text.string)
    case .isalnum: return all(text, \.isPythonAlphanumeric)
    case .isalpha: return all(text, \.isPythonAlphabetic)
    case .isdecimal: return all(text, \.isPythonDecimal)
    case .isdigit: return all(text, \.isPythonDigit)
    case .isnumeric: return all(text, \.isPythonNumeric)
    case .isspace: return all(text, \.isPythonSpace)
    case .islower: return hasCase(text) { $0.isPythonUpper || $0.isPythonTitle }
    case .isupper: return hasCase(text) { $0.isPythonLower || $0.isPythonTitle }
    default: return isTitle(text)
    }
  }

  private func all(_ text: Text, _ holds: (Unicode.Scalar) -> Bool) -> Bool {
    !text.isEmpty && text.scalars.allSatisfy(holds)
  }

  /// Whether there are cased letters and none of them is of another case.
  private func hasCase(_ text: Text, _ isOther: (Unicode.Scalar) -> Bool) -> Bool {
    var found = false
    for scalar in text.scalars {
      if isOther(scalar) { return false }
      if scalar.isPythonUpper || scalar.isPythonLower { found = true }
    }
    return found
  }

  private func isTitle(_ text: Text) -> Bool {
    var found = false
    var previousIsCased = false
    for scalar in text.scalars {
      if scalar.isPythonUpper || scalar.isPythonTitle {
        if previousIsCased { return false }
        previousIsCased = true
        found = true
      } else if scalar.isPythonLower {
        if !previousIsCased { return false }
        found = true
      } else {
        previousIsCased = false
      }
    }
    return found
  }
}
