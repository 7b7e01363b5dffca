import Bytes
import Glibc

/// `strftime_now`
extension Machine {
  /// The time of the rendering in a format of C's `strftime`; a fixed time, so that the same record gives the
  /// same text on every day.
  func formatTime(_ format: Text) throws(RenderFailure) -> Text {
    if format.isEmpty { return format }
    var moment = tm()
    moment.tm_year = 2025 - 1900
    moment.tm_mon = 6
    moment.tm_mday = 4
    moment.tm_hour = 9
    moment.tm_min = 5
    moment.tm_sec = 3
    moment.tm_wday = 5
    moment.tm_yday = 184
    try checkProduct(format.count, 64)
    var room = [CChar](repeating: 0, count: format.count * 32 + 64)
    let size = strftime(&room, room.count, format.string, &moment)
    return try region.text(String(decoding: room.prefix(size).map { UInt8(bitPattern: $0) }, as: UTF8.self))
  }
}
