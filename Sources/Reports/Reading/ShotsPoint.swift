/// One evaluation in a curve over numbers of exemplars.
public struct ShotsPoint: Sendable, Hashable {
  /// Solved examples in each prompt.
  public var shots: Int
  public var seen: Double?
  public var unseen: Double?
  public var seenInterval: ResultsSummary.Interval?
  public var unseenInterval: ResultsSummary.Interval?

  public init(_ results: ResultsSummary) {
    shots = results.shots
    seen = results.seen
    unseen = results.unseen
    seenInterval = results.seenInterval
    unseenInterval = results.unseenInterval
  }

  /// The points of evaluations of one model on one mixture, ascending; of several with equal shots the first.
  ///
  /// - Returns: none where all have the same number of shots.
  public static func curve(_ results: ResultsSummary, among others: [ResultsSummary]) -> [ShotsPoint] {
    let same =
      [results]
      + others.filter {
        $0.manifestSHA256 == results.manifestSHA256 && $0.model.utf8.elementsEqual(results.model.utf8)
          && $0.modelFiles == results.modelFiles
      }
    var points: [ShotsPoint] = []
    for point in same.map(ShotsPoint.init) where !points.contains(where: { $0.shots == point.shots }) {
      points.append(point)
    }
    return points.count > 1 ? points.sorted { $0.shots < $1.shots } : []
  }
}
