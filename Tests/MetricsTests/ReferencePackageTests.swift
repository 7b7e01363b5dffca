import Bytes
import Foundation
import JSON
import Metrics
import Records
import Testing

/// Every metric against the package it is named after, by the figures that `Tests/check_metrics.py` wrote: the
/// fixture's, or those of the thousand pairs that the script itself asks about.
@Suite struct ReferencePackageTests {
  private static func expected() throws -> JSONNode {
    let fixture = URL(filePath: #filePath).deletingLastPathComponent().path + "/Fixtures/expected.json"
    let path = ProcessInfo.processInfo.environment["PHRASEBOOK_METRIC_PAIRS"] ?? fixture
    return try JSONNode.read(path, advice: "run Tests/check_metrics.py --write")
  }

  private struct Pair {
    var answer: String
    var targets: [String]
    var figures: [String: Double]

    init(_ node: JSONNode) throws {
      answer = try node.required("answer").text()
      targets = try node.required("targets").items().map { try $0.text() }
      figures = [:]
      let wanted = try node.required("figures")
      for key in try wanted.dictionary().keys { figures[key] = try wanted.required(key).number() }
    }

    func evidence(_ metric: Metric) -> [Double] {
      var classes = ClassNames()
      return metric.evidence(answer, targets: targets, isRight: targets.contains(answer), classes: &classes)
    }
  }

  @Test func eachAnswerIsWorthWhatThePackageSays() throws {
    let pairs = try Self.expected().required("pairs").items().map(Pair.init)
    #expect(pairs.count >= 60)
    var compared = 0
    for pair in pairs {
      for (name, wanted) in pair.figures {
        let metric = try #require(Metric(rawValue: name))
        let found = try #require(metric.worth(pair.evidence(metric)))
        #expect(abs(found - wanted) < 1e-9, "\(name): \(pair.answer) / \(pair.targets)")
        compared += 1
      }
    }
    #expect(compared == pairs.count * 18)
  }

  @Test func allAnswersTogetherAreWorthWhatThePackageSays() throws {
    let expected = try Self.expected()
    let pairs = try expected.required("pairs").items().map(Pair.init)
    for name in try expected.required("corpus").dictionary().keys {
      let metric = try #require(Metric(rawValue: name))
      var table = EvidenceTable(metric)
      for pair in pairs { table.add(pair.evidence(metric)) }
      let found = try #require(table.figure())
      #expect(abs(found - (try expected.required("corpus").required(name).number())) < 1e-9, "\(name)")
      #expect(try metric.signature(targets: nil) == expected.required("signatures").required(name).text())
    }
  }

  @Test func classesAsScikitLearn() throws {
    for one in try Self.expected().required("classes").items() {
      let wanted = try one.required("wanted").items().map { try $0.text() }
      let answered = try one.required("answered").items().map { try $0.text() }
      for metric in [Metric.macroF1, .mcc, .accuracy] {
        var names = ClassNames()
        var table = EvidenceTable(metric)
        for (target, answer) in zip(wanted, answered) {
          table.add(metric.evidence(answer, targets: [target], isRight: target == answer, classes: &names))
        }
        let found = try #require(table.figure())
        #expect(abs(found - (try one.required(metric.rawValue).number())) < 1e-12, "\(metric)")
        guard metric == .macroF1 else { continue }
        for name in try one.required("f1").dictionary().keys {
          let known = names.number(of: name)
          let f1 = try #require(table.classCounts().f1[known])
          #expect(abs(f1 - (try one.required("f1").required(name).number())) < 1e-12, "\(name)")
        }
      }
    }
  }

  @Test func correlationsAsSciPy() throws {
    for one in try Self.expected().required("numbers").items() {
      let wanted = try one.required("wanted").items().map { try $0.number() }
      let answered = try one.required("answered").items().map { try $0.number() }
      for (metric, name) in [(Metric.pearson, "pearson"), (.spearman, "spearman")] {
        var names = ClassNames()
        var table = EvidenceTable(metric)
        for (target, answer) in zip(wanted, answered) {
          table.add(
            metric.evidence(" \(answer)\n", targets: ["\(target)"], isRight: false, classes: &names))
        }
        let found = try #require(table.figure())
        #expect(abs(found - (try one.required(name).number())) < 1e-9, "\(name)")
      }
    }
  }

  @Test func calibrationErrorAsNumpy() throws {
    for one in try Self.expected().required("calibration").items() {
      var calibration = CalibrationError(bins: try one.required("bins").integer())
      let right = try one.required("right").items().map { try $0.boolean() }
      for (confidence, isRight) in zip(try one.required("confidence").items(), right) {
        calibration.add(confidence: try confidence.number(), isRight: isRight)
      }
      let found = try #require(calibration.value)
      #expect(abs(found - (try one.required("error").number())) < 1e-12)
    }
  }

  @Test func stemsAsNLTK() throws {
    let stems = try Self.expected().required("stems")
    for word in try stems.dictionary().keys where word.utf8.count > 3 {
      let found = String(decoding: PorterStemmer.stem(Array(word.utf8)), as: UTF8.self)
      #expect(try found == stems.required(word).text(), "\(word)")
    }
  }
}
