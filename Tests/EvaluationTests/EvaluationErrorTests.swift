import Bytes
import Evaluation
import Foundation
import Testing
import Transformer

/// Damaged mixtures and models, and the words that say so.
@Suite struct EvaluationErrorTests {
  struct Damage: CustomTestStringConvertible, Sendable {
    var file: String
    var old: String
    var new: String
    /// A part of the message.
    var message: String
    var testDescription: String { message }
  }

  static let damages = [
    Damage(
      file: "manifest.json", old: "\"format_version\": 1", new: "\"format_version\": 9",
      message: "expected format version 1 at 'format_version'"),
    Damage(
      file: "manifest.json", old: "\"metric\": \"exact_match\"", new: "\"metric\": \"exact_mtch\"",
      message: "unknown metric 'exact_mtch' of the task 'echo'; did you mean 'exact_match'?"),
    Damage(
      file: "manifest.json", old: "\"seed\": 11", new: "\"seed\": \"11\"",
      message: "expected an integer that is not negative at 'seed', found a string; build the mixture again"),
    Damage(
      file: "manifest.json", old: "\"name\": \"echo\"", new: "\"name\": \"sky\"",
      message: "two tasks have the same name"),
    Damage(
      file: "manifest.json", old: "\"tasks\"", new: "\"task\"", message: "expected 'tasks', found nothing"),
    Damage(file: "manifest.json", old: "\"inputs\": []", new: "\"inputs\": [", message: "malformed JSON"),
    Damage(
      file: "manifest.json", old: "\"inputs\": []",
      new:
        "\"inputs\": [], \"evaluation\": [{\"path\": \"evaluation/unseen_tasks.jsonl\", \"sha256\": \"0\"}]",
      message: "unseen_tasks.jsonl: error: the file is not the one that the manifest names"),
    Damage(
      file: "evaluation/seen_templates.jsonl", old: "\"task\": \"echo\"", new: "\"task\": \"ecco\"",
      message: "the task 'ecco' is not in the manifest"),
    Damage(
      file: "evaluation/seen_templates.jsonl", old: "\"template\": \"echo-0\"",
      new: "\"template\": \"echo-3\"", message: "the manifest says that the template was held out"),
    Damage(
      file: "evaluation/unseen_templates.jsonl", old: "\"template\": \"echo-3\"",
      new: "\"template\": \"echo-1\"", message: "the manifest says that the template was trained on"),
    Damage(
      file: "evaluation/seen_templates.jsonl", old: "\"template\": \"echo-1\"",
      new: "\"template\": \"echo-0\"", message: "the template meets this record twice"),
    Damage(
      file: "evaluation/unseen_tasks.jsonl", old: "\"task\": \"never\", \"template\": \"never-0\"",
      new: "\"task\": \"sky\", \"template\": \"never-0\"",
      message: "the manifest says that the task was trained on"),
    Damage(
      file: "evaluation/unseen_tasks.jsonl", old: "\"input\"", new: "\"inpt\"",
      message: "unseen_tasks.jsonl:1: error: no example: expected a text at 'input'"),
    Damage(
      file: "evaluation/unseen_templates.jsonl", old: "\"record\": \"0", new: "\"record\": \"f",
      message: "no record of the task 'sky' is in both"),
  ]

  @Test(arguments: damages)
  func damagedMixture(damage: Damage) throws {
    let fixture = try Fixture()
    try fixture.replace(damage.old, with: damage.new, in: damage.file)
    let error = try #require(throws: Diagnostic.self) { try fixture.evaluate() }
    #expect("\(error)".contains(damage.message))
    #expect(!fileExists(fixture.path("evaluation/results.json")))
  }

  @Test func folderWithoutMixture() throws {
    let fixture = try Fixture()
    try FileManager.default.removeItem(atPath: fixture.path("manifest.json"))
    let error = try #require(throws: Diagnostic.self) { try fixture.evaluate() }
    #expect(error.message.hasSuffix("manifest.json is missing; run `phrasebook build` first"))
  }

  @Test func nothingToEvaluate() throws {
    let fixture = try Fixture()
    try FileManager.default.removeItem(atPath: fixture.path("evaluation"))
    let error = try #require(throws: Diagnostic.self) { try fixture.evaluate() }
    #expect(error.message.hasPrefix("nothing to evaluate"))
  }

  @Test(arguments: [Double.nan, .infinity])
  func numbersThatAreNone(value: Double) throws {
    let fixture = try Fixture()
    let error = try #require(throws: Diagnostic.self) {
      try fixture.evaluate(HashScorer(alter: { $0 < -7 ? value : $0 }))
    }
    #expect(error.message.contains("log-likelihoods are not numbers for the task 'sky', template 'sky-"))
  }

  @Test func modelThatDropsQuestions() throws {
    struct Forgetful: Scorer {
      func scores(
        _ requests: [ScoringRequest], threads: Int
      ) throws -> [Result<[ChoiceScore], RequestFailure>] {
        Array(try HashScorer().scores(requests, threads: threads).dropLast())
      }
      func generate(
        _ requests: [GenerationRequest], threads: Int
      ) throws -> [Result<GeneratedText, RequestFailure>] {
        []
      }
    }
    let fixture = try Fixture()
    let error = try #require(throws: Diagnostic.self) { try fixture.evaluate(Forgetful()) }
    #expect(error.message.hasPrefix("the model answered"))
  }
}
