import Testing
import Training

/// Learning rates against PyTorch's own schedules (`torch.optim.lr_scheduler`, computed by hand here) and checksums
/// against RFC 3720.
@Suite struct ScheduleTests {
  private static func rates(_ schedule: TrainingConfiguration.Schedule) -> [Double] {
    var configuration = TrainingConfiguration()
    configuration.schedule = schedule
    configuration.learningRate = 8
    configuration.warmUp = 0.2
    configuration.finalRate = 0.25
    let rates = LearningRateSchedule(configuration, steps: 10)
    return (1...10).map { rates.rate($0) }
  }

  @Test(arguments: [
    // 2 + 6 · (1 + cos(π k / 8)) / 2
    (
      TrainingConfiguration.Schedule.cosine,
      [4, 8, 7.7716386, 7.1213203, 6.1480503, 5, 3.8519497, 2.8786797, 2.2283614, 2]
    ),
    (.linear, [4, 8, 7.25, 6.5, 5.75, 5, 4.25, 3.5, 2.75, 2]),
    (.constant, [4, 8, 8, 8, 8, 8, 8, 8, 8, 8]),
  ])
  func ratesFollowTheirShape(_ schedule: TrainingConfiguration.Schedule, _ expected: [Double]) {
    for (rate, wanted) in zip(Self.rates(schedule), expected) { #expect(abs(rate - wanted) < 1e-6) }
  }

  /// RFC 3720, appendix B.4, and the check value of the CRC catalogue.
  @Test func checksums() {
    #expect(CRC32C.checksum([UInt8](repeating: 0, count: 32)) == 0x8A91_36AA)
    #expect(CRC32C.checksum([UInt8](repeating: 0xFF, count: 32)) == 0x62A8_AB43)
    #expect(CRC32C.checksum(Array(0..<32)) == 0x46DD_794E)
    #expect(CRC32C.checksum(Array("123456789".utf8)) == 0xE306_9283)
  }
}
