internal import CCurl
internal import Glibc

/// Seconds from now until a date in one of HTTP's three forms (RFC 9110, section 5.6.7); nil for another text.
public func secondsUntil(httpDate text: String) -> Double? {
  let moment = curl_getdate(text, nil)
  return moment < 0 ? nil : Double(moment - time(nil))
}
