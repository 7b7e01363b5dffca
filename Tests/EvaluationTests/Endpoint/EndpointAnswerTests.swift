import Bytes
import Evaluation
import JSON
import Records
import Testing
import Transformer

/// Answers of servers, written by hand.
@Suite struct EndpointAnswerTests {
  private func scores(
    _ prompt: String, _ answer: String, tokens: String, logs: String, offsets: String = "null",
    best: String = "null", written: String = " and"
  ) throws -> [ChoiceScore] {
    let text = JSONText.line(.string(prompt + answer + written))
    let document = try JSONParser().parse(
      """
      {"choices": [{"index": 0, "text": \(text), "logprobs": {"tokens": \(tokens), "token_logprobs": \(logs),
      "text_offset": \(offsets), "top_logprobs": \(best)}}], "usage": {"prompt_tokens": 3, "completion_tokens": 1}}
      """)
    let call = EndpointCall.echo([EchoedText(prompt, answer)], model: "m")
    let read = try EndpointAnswer(document, of: call)
    #expect(read.promptTokens == 3 && read.completionTokens == 1)
    guard case .scores(let scores) = read.content else { return [] }
    return scores
  }

  @Test func theTokensOfTheAnswerAreSummed() throws {
    let found = try scores(
      "Is it?", " yes indeed", tokens: #"["Is", " it", "?", " yes", " indeed", " and"]"#,
      logs: "[null, -1, -2, -0.5, -0.25, -9]",
      best: #"[null, {"a": -1}, {"b": -1}, {" yes": -0.5}, {" indeed": -0.25, " in": -0.2}, {}]"#)
    #expect(found == [ChoiceScore(logLikelihood: -0.75, tokens: 2, isGreedy: false)])
  }

  @Test func theMostProbableAnswerIsGreedy() throws {
    let found = try scores(
      "Q", " yes", tokens: #"["Q", " yes", " and"]"#, logs: "[null, -1, -9]",
      best: #"[null, {" yes": -1, " no": -1.5}, {}]"#)
    #expect(found == [ChoiceScore(logLikelihood: -1, tokens: 1, isGreedy: true)])
  }

  /// A token that holds the prompt's last blank and the answer counts; a mark for the begin of the text does not.
  @Test func tokensMaySpanTheBorderAndFollowAMark() throws {
    let found = try scores(
      "Q: ", "yes", tokens: #"["<s>", "Q", ":", " yes", " and"]"#, logs: "[null, -4, -1, -0.5, -9]",
      offsets: "[0, 3, 4, 5, 9]")
    #expect(found == [ChoiceScore(logLikelihood: -0.5, tokens: 1, isGreedy: false)])
  }

  /// "é" and "ß" in two tokens each, whose own texts say nothing: the offsets, in scalars, do.
  @Test func partsOfCharactersAreFoundByTheirOffsets() throws {
    let found = try scores(
      "é:", "ßa", tokens: #"["�", "�", ":", "�", "�", "a", " and"]"#,
      logs: "[null, -8, -8, -0.5, -0.25, -1, -9]",
      offsets: "[0, 0, 1, 2, 2, 3, 4]")
    #expect(found == [ChoiceScore(logLikelihood: -1.75, tokens: 3, isGreedy: false)])
  }

  @Test(arguments: [
    // Too few log-probabilities, other tokens, no number, more than certain.
    (#"["Q", " yes"]"#, "[null]"), (#"["Z", " yes"]"#, "[null, -1]"), (#"["Q", " yes"]"#, #"[null, "x"]"#),
    (#"["Q", " yes"]"#, "[null, 0.5]"), (#"["Q"]"#, "[null]"),
  ])
  func whatMakesNoSenseIsAnError(_ tokens: String, _ logs: String) {
    #expect(throws: Diagnostic.self) { try scores("Q", " yes", tokens: tokens, logs: logs, written: "") }
  }

  @Test func anEmptyPromptHasNoFirstProbability() {
    #expect {
      try scores("", "yes", tokens: #"["yes", " and"]"#, logs: "[null, -1]")
    } throws: {
      ($0 as? Diagnostic)?.message.contains("the prompt is empty") == true
    }
  }

  @Test func aTextThatIsNotRepeatedIsAnError() throws {
    let document = try JSONParser().parse(#"{"choices": [{"text": "no", "logprobs": null}]}"#)
    #expect(throws: Diagnostic.self) {
      try EndpointAnswer(document, of: .echo([EchoedText("Q", " yes")], model: "m"))
    }
  }

  @Test func writtenTextsEndBeforeTheirStops() throws {
    func text(_ content: String, stops: [String], reason: String = "stop") throws -> GeneratedText? {
      let quoted = JSONText.line(.string(content))
      let document = try JSONParser().parse(
        """
        {"choices": [{"message": {"content": \(quoted)}, "finish_reason": "\(reason)"}],
        "usage": {"completion_tokens": 4}}
        """)
      let request = GenerationRequest(prompt: "Q", maximumTokens: 9, stops: stops)
      let call = EndpointCall.reply(to: [("user", "Q")], request, model: "m")
      guard case .text(let text) = try EndpointAnswer(document, of: call).content else { return nil }
      return text
    }
    #expect(try text("a\r\nb", stops: ["z", "\n"]) == GeneratedText(text: "a\r", tokens: 4, ending: .stop))
    #expect(
      try text("ab", stops: [], reason: "length") == GeneratedText(text: "ab", tokens: 4, ending: .length))
    #expect(try text("ab", stops: ["c"]) == GeneratedText(text: "ab", tokens: 4, ending: .end))
  }

  @Test func requestsSayWhatIsAskedFor() throws {
    let exemplars = [Exemplar(input: "1+1", target: "2")]
    var request = GenerationRequest(prompt: "2+2", exemplars: exemplars, maximumTokens: 5, stops: ["\n"])
    request.sampling = .init(temperature: 0.7, topP: 0.9, key: 0xFFFF_FFFF_0000_0001)
    let prompt = EndpointPrompt(request)
    let call = EndpointCall.reply(to: prompt.messages, request, model: "m")
    #expect(
      JSONText.line(.dictionary(call.body)) == """
        {"model":"m","messages":[{"role":"user","content":"1+1"},{"role":"assistant","content":"2"},\
        {"role":"user","content":"2+2"}],"max_tokens":5,"temperature":0.7,"top_p":0.9,"seed":1,"stop":["\\n"]}

        """)
    #expect(prompt.text == "1+1\n2\n\n2+2\n")
    request.framing = .continued
    #expect(EndpointPrompt(request).text == "1+12\n\n2+2")
    #expect(EndpointPrompt(request).messages.map(\.content) == ["1+12\n\n2+2"])
  }

  @Test func whiteSpaceBeforeAChoiceCountsInBareTexts() {
    var request = ScoringRequest(prompt: "Q:\u{2003}\n", choices: ["yes"])
    #expect(EndpointPrompt(request).followed(by: "yes") == EchoedText("Q:\u{2003}\n\n", "yes"))
    request.framing = .continued
    #expect(EndpointPrompt(request).followed(by: "yes") == EchoedText("Q:", "\u{2003}\nyes"))
    request.prompt = " "
    #expect(EndpointPrompt(request).followed(by: "yes") == EchoedText("", " yes"))
  }

  @Test(arguments: [
    ("yes", 0), (" Yes.\n", 0), ("**No**", 1), ("\"no!\"", 1), ("not at  ALL", 2), ("yes, it is", nil),
    ("", nil),
    ("a", 3), ("A", 4), ("A.", nil),
  ])
  func answersAreMatchedByTheirText(_ answer: String, _ expected: Int?) {
    let choices = ["yes", "no", "Not at all", "a", "A"]
    #expect(ChoiceMatching.place(of: answer, among: choices) == expected)
  }

  @Test func aKeyIsShownNowhere() throws {
    let key = try #require(try EndpointKey(" sk-0123456789 \n"))
    #expect("\(key)" == "[key]")
    #expect(String(reflecting: key) == "[key]")
    var dumped = ""
    dump(key, to: &dumped)
    #expect(!dumped.contains("0123456789"))
    #expect(try EndpointKey(" \n") == nil)
    #expect {
      try EndpointKey("sk-secret\r\nX-Other: 1")
    } throws: {
      ($0 as? Diagnostic)?.message.contains("secret") == false
    }
  }
}
