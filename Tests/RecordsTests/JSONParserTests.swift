import Bytes
import JSON
import Records
import Testing

@Suite struct JSONParserTests {
  /// What Python's json.loads makes of it and json.dumps(ensure_ascii=False, separators=(",", ":")) writes.
  @Test(arguments: [
    ("null", "null"), (" \t\r\n[ ] ", "[]"), ("{}", "{}"), ("\"\"", "\"\""), ("-0", "0"), ("0.0", "0.0"),
    ("1E2", "100.0"), ("-1.5e-3", "-0.0015"), ("5e-324", "5e-324"),
    ("1.7976931348623157e308", "1.7976931348623157e+308"),
    ("9223372036854775807", "9223372036854775807"), ("9223372036854775808", "9223372036854775808"),
    ("-9223372036854775808", "-9223372036854775808"), ("-9223372036854775809", "-9223372036854775809"),
    ("18446744073709551616", "18446744073709551616"),
    ("[1,[2,{\"a\":[true,false,null]}]]", "[1,[2,{\"a\":[true,false,null]}]]"),
    (#""\u0041\u00e9\u20ac\ud83d\ude00\/\b\f\n\r\t\"\\""#, #""Aé€😀/\b\f\n\r\t\"\\""#),
    (#""\u0000\u001f\u007f""#, "\"\\u0000\\u001f\u{7F}\""),
    (#"{"b":1,"a":2,"b":3}"#, #"{"b":3,"a":2}"#), (#"{"":{"":0}}"#, #"{"":{"":0}}"#),
    ("{\"e\u{301}\":1,\"\u{E9}\":2}", "{\"e\u{301}\":1,\"\u{E9}\":2}"),
    (
      "[123456789012345678901234567890,{\"x\":\"\\u00e9\\ud83d\\ude00\",\"y\":[-0.5e1,false]}]",
      "[123456789012345678901234567890,{\"x\":\"é😀\",\"y\":[-5.0,false]}]"
    ),
  ])
  func reads(text: String, expected: String) throws {
    let value = try JSONParser().parse(text)
    #expect(JSONText.line(value) == expected + "\n")
    // Read again it is the same value, also through the indented form.
    #expect(try JSONParser().parse(expected) == value)
    #expect(try JSONParser().parse(JSONText.document(value)) == value)
  }

  @Test(arguments: [
    ("", 1, 1, "expected a value, found the end of the text"),
    ("  ", 1, 3, "expected a value, found the end of the text"),
    ("[1,]", 1, 4, "expected a value, found ']'"),
    ("[1 2]", 1, 4, "expected ',' or ']', found '2'"),
    ("[1\n,\n  2", 3, 4, "expected ',' or ']', found the end of the text"),
    ("{\"a\" 1}", 1, 6, "expected ':', found '1'"),
    ("{\"é\":1,\n \"b\":2,}", 2, 8, "expected a key in quotes, found '}'"),
    ("{a:1}", 1, 2, "expected a key in quotes, found 'a'"),
    ("{\"a\":1]", 1, 7, "expected ',' or '}', found ']'"),
    ("[]]", 1, 3, "expected nothing more behind the value, found ']'"),
    ("1 1", 1, 3, "expected nothing more behind the value, found '1'"),
    ("01", 1, 2, "expected nothing more behind the value, found '1'"),
    ("-", 1, 2, "expected a digit, found the end of the text"),
    ("1.", 1, 3, "expected a digit, found the end of the text"),
    ("[1e+]", 1, 5, "expected a digit, found ']'"), (".5", 1, 1, "expected a value, found '.'"),
    ("+1", 1, 1, "expected a value, found '+'"), ("NaN", 1, 1, "expected a value, found 'N'"),
    ("truth", 1, 1, "expected a value, found 't'"), ("[nul]", 1, 2, "expected a value, found 'n'"),
    ("1e999", 1, 1, "the number 1e999 is out of range"),
    ("\"abc", 1, 1, "the string that begins here is never closed; expected '\"'"),
    ("{\"a\":\"b}", 1, 6, "the string that begins here is never closed; expected '\"'"),
    ("\"", 1, 1, "the string that begins here is never closed; expected '\"'"),
    ("\"a\nb\"", 1, 3, "a control character (byte 0x0a) stands in a string; write it as an escape"),
    ("\"\\x\"", 1, 2, #"unknown escape; expected one of \" \\ \/ \b \f \n \r \t \u"#),
    ("\"\\u12g4\"", 1, 2, #"expected four hexadecimal digits behind '\u'"#),
    ("\"\\u00", 1, 2, #"expected four hexadecimal digits behind '\u'"#),
    ("\"a\\ud800\"", 1, 3, "half of a surrogate pair stands alone; expected both halves"),
    ("\"\\udc00\"", 1, 2, "half of a surrogate pair stands alone; expected both halves"),
    ("\"\\ud800\\u0041\"", 1, 2, "half of a surrogate pair stands alone; expected both halves"),
    ("'a'", 1, 1, "expected a value, found '''"), ("\u{FEFF}1", 1, 1, "expected a value, found '\u{FEFF}'"),
  ])
  func refuses(text: String, line: Int, column: Int, reason: String) throws {
    do {
      let value = try JSONParser().parse(text, path: "a.json")
      Issue.record("read as \(value)")
    } catch {
      #expect(error.message == "malformed JSON: " + reason)
      #expect(error.location?.line == line)
      #expect(error.location?.column == column)
    }
  }

  @Test func invalidUTF8() throws {
    for bytes in [[0x22, 0xE9, 0x22], [0x22, 0xED, 0xA0, 0x80, 0x22]] as [[UInt8]] {
      let parser = try JSONParser()
      let problem = bytes.withUnsafeBytes { raw in
        do throws(Diagnostic) {
          _ = try parser.parse(raw)
          return "read"
        } catch {
          return error.message
        }
      }
      #expect(problem == "malformed JSON: expected UTF-8 text, found byte 0x\(hexadecimal([bytes[1]]))")
    }
  }

  /// As deep as allowed is read, one more is refused, and depth never costs the stack.
  @Test func nesting() throws {
    func nested(_ depth: Int) -> String {
      String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
    }
    _ = try JSONParser().parse(nested(512))
    for depth in [513, 2000, 1_000_000] {
      do {
        _ = try JSONParser().parse(nested(depth))
        Issue.record("depth \(depth) was read")
      } catch {
        #expect(error.message == "malformed JSON: nested deeper than 512 levels")
        #expect(error.location?.column == 513)
      }
    }
    let objects = String(repeating: "{\"a\":", count: 600) + "1" + String(repeating: "}", count: 600)
    #expect(throws: Diagnostic.self) { try JSONParser().parse(objects) }
  }

  /// One parser for many texts, errors in between.
  @Test func oneParserForManyTexts() throws {
    let parser = try JSONParser()
    for size in [1, 1000, 3, 100_000, 2] {
      let text = "[" + Array(repeating: "\"é\"", count: size).joined(separator: ",") + "]"
      #expect(try parser.parse(text) == .list(Array(repeating: .string("é"), count: size)))
      #expect(throws: Diagnostic.self) { try parser.parse(text.dropLast() + "") }
    }
  }

  /// A hundred thousand keys in one object: the table of keys keeps it from taking quadratic time.
  @Test(.timeLimit(.minutes(1))) func manyKeys() throws {
    let text = "{" + (0..<100_000).map { "\"k\($0)\":\($0)" }.joined(separator: ",") + "}"
    guard case .dictionary(let pairs) = try JSONParser().parse(text) else {
      Issue.record("no object")
      return
    }
    #expect(pairs.count == 100_000)
    #expect(pairs["k99999"] == .integer(99_999) && pairs["k0"] == .integer(0) && pairs["k100000"] == nil)
    #expect(pairs.keys[54_321] == "k54321")
  }

  /// simdjson and the careful parser agree on what is JSON and what it says: mutations of real texts, from a
  /// seed.
  @Test func parsersAgree() throws {
    let seeds = [
      #"{"a":[1,-2.5e3,true,null,{"b":"x\u00e9\n"}],"":"\ud83d\ude00","c":{"d":[[],{}]}}"#,
      #"[0,"",[false,{"k":1e-7}],123456789,"é€"]"#,
      #" {"premise" : "It \"is\" so.", "label":1 } "#,
    ]
    let alphabet = Array("{}[]\",:\\ue019-+.tfn \n".utf8) + [0, 0x1F, 0x7F, 0x80, 0xC3, 0xFF]
    let parser = try JSONParser()
    var generator = SeededGenerator(SeedKey(seed: 11))
    var accepted = 0
    for round in 0..<30_000 {
      var bytes = Array(seeds[round % seeds.count].utf8)
      for _ in 0..<Int.random(in: 1...3, using: &generator) {
        let place = Int.random(in: 0..<bytes.count, using: &generator)
        let byte = alphabet[Int.random(in: 0..<alphabet.count, using: &generator)]
        switch Int.random(in: 0..<3, using: &generator) {
        case 0: bytes[place] = byte
        case 1: bytes.insert(byte, at: place)
        default: bytes.remove(at: place)
        }
      }
      let (fast, careful) = bytes.withUnsafeBytes {
        (parser.parseQuickly($0), try? parser.parseCarefully($0))
      }
      // The quick way leaves some valid texts (big integers) to the careful one, and never takes a wrong one.
      if let fast {
        accepted += 1
        #expect(fast == careful, "\(String(decoding: bytes, as: UTF8.self))")
      } else if careful != nil {
        let hasBigInteger = bytes.split { $0 < 48 || $0 > 57 }.contains { $0.count >= 18 }
        #expect(hasBigInteger, "\(String(decoding: bytes, as: UTF8.self))")
      }
    }
    #expect(accepted > 2000)
  }
}
