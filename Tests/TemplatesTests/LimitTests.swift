import Bytes
import Glibc
import Records
import Templates
import Testing

/// Templates that would take all memory, time or stack: each must end in an error or a result, soon, on a
/// thread with half a megabyte of stack.
@Suite(.serialized) struct LimitTests {
  /// Renderings that must be stopped by a limit, before the large thing is made.
  static let limited = [
    "{{ 9 ** (9 ** 9) }}", "{{ (9 ** 9999) ** 9999 }}", "{% set x = 9 ** 9 %}{{ x ** x }}",
    "{% set s = 'aaaaaaaaaa' * 1000 %}{{ s | replace('a', 'b' * 100000) | length }}",
    "{{ ('a' * 100000).replace('', 'b' * 100000) | length }}",
    "{{ 'a' * 9223372036854775807 }}", "{{ [1] * 9223372036854775807 }}", "{{ (1, 2) * (2 ** 70) }}",
    "{{ ('x' * 1000000).join(range(1000) | map('string')) | length }}",
    "{{ range(100000) | join('x' * 100000) }}",
    "{{ '%999999999d' % 1 }}", "{{ '%*d' % (999999999, 1) }}", "{{ '%.999999999f' % 1.5 }}",
    "{{ '{:999999999}'.format(1) }}", "{{ '{:>{w}}'.format('a', w=999999999) }}",
    "{{ '{:,.999999999f}'.format(1.5) }}", "{{ '%s' | format('x' * 900000000) }}",
    "{{ 'a' | center(999999999) }}", "{{ 'a'.ljust(999999999999) }}", "{{ 'a'.zfill(999999999999) }}",
    "{{ 'a'.rjust(9223372036854775807) }}", "{{ '\\t'.expandtabs(999999999999) }}",
    "{{ 'a\\nb' | indent(999999999) }}", "{{ 'a\\nb\\n' | indent('x' * 200000000) }}",
    "{{ range(10) | batch(9223372036854775807, 'x') | list | length }}",
    "{{ range(10) | slice(9223372036854775807) | list | length }}",
    "{{ [1] | tojson(indent=999999999) }}", "{{ range(9223372036854775807) | list }}",
    "{{ range(0, 2 ** 62, 1) }}", "{{ lipsum(n=999999999, min=1, max=2) }}",
    "{{ lipsum(n=1, min=999999998, max=999999999) }}",
    "{% for i in range(1000000) %}{% for j in range(1000000) %}{% endfor %}{% endfor %}",
    "{% set ns = namespace(s='ab') %}{% for i in range(100) %}{% set ns.s = ns.s ~ ns.s %}{% endfor %}",
    "{% set ns = namespace(s='ab') %}{% for i in range(100) %}{% set ns.s = ns.s + ns.s %}{% endfor %}",
    "{% set ns = namespace(s=[1]) %}{% for i in range(100) %}{% set ns.s = ns.s + ns.s %}{% endfor %}",
    "{% set ns = namespace(s=[]) %}{% for i in range(60) %}{% set ns.s = [ns.s, ns.s] %}{% endfor %}"
      + "{{ ns.s }}",
    "{% set ns = namespace(s=[]) %}{% for i in range(60) %}{% set ns.s = [ns.s, ns.s] %}{% endfor %}"
      + "{{ ns.s | tojson }}",
    "{% set ns = namespace(s=[]) %}{% for i in range(60) %}{% set ns.s = [ns.s, ns.s] %}{% endfor %}"
      + "{{ ns.s | pprint }}",
    "{% for i in range(1000000) %}{{ 'a' * 1000 }}{% endfor %}",
    "{% set x %}{% for i in range(1000000) %}{{ 'a' * 1000 }}{% endfor %}{% endset %}",
    "{% macro m(n) %}{{ m(n + 1) }}{% endmacro %}{{ m(1) }}",
    "{% for x in [[1]] recursive %}{{ loop(loop.index is defined and [x]) }}{% endfor %}",
    "{% set ns = namespace(n=2) %}{% for i in range(100) %}{% set ns.n = ns.n * ns.n %}{% endfor %}",
    "{{ 'a' | urlize(10) * 999999999 }}", "{{ ('<' * 200000000) | e | length }}",
    "{{ ('é' * 100000000) | urlencode | length }}",
  ]

  @Test(arguments: limited)
  func limitsStopIt(_ jinja: String) throws {
    let outcome = try onSmallStack { Outcome(jinja, isLimited: true) }
    #expect(outcome.kind == .limit, "\(outcome)")
    #expect(outcome.seconds < 20, "\(outcome)")
  }

  /// Templates deeper than any tree should be; whether they are refused or rendered does not matter.
  static let deep: [Deep] = [
    Deep("parentheses", nested("{{ ", "(", "1", ")", " }}")),
    Deep("lists", nested("{{ ", "[", "1", "]", " }}")),
    Deep("dictionaries", nested("{{ ", "{1:", "1", "}", " }}")),
    Deep("items", nested("{{ ", "a[", "1", "]", " }}")),
    Deep("calls", nested("{{ ", "a(", "1", ")", " }}")),
    Deep("filter arguments", nested("{{ ", "a|d(", "1", ")", " }}")),
    Deep("tests", nested("{{ ", "a is eq(", "1", ")", " }}")),
    Deep("minus", nested("{{ ", "-", "1", "", " }}")), Deep("not", nested("{{ ", "not ", "1", "", " }}")),
    Deep("unary after test", nested("{{ 1", " is not ", "x", "", " }}")),
    Deep("if", nested("", "{% if x %}", "a", "{% endif %}", "")),
    Deep("if never closed", nested("", "{% if x %}", "a", "", "")),
    Deep("elif", "{% if a %}" + String(repeating: "{% elif a %}", count: 10_000) + "{% endif %}"),
    Deep("for", nested("", "{% for x in y %}", "a", "{% endfor %}", "")),
    Deep("with", nested("", "{% with %}", "a", "{% endwith %}", "")),
    Deep("macro", nested("", "{% macro m() %}", "a", "{% endmacro %}", "")),
    Deep("set block", nested("", "{% set x %}", "a", "{% endset %}", "")),
    Deep("filter block", nested("", "{% filter upper %}", "a", "{% endfilter %}", "")),
    Deep("call block", nested("", "{% call m() %}", "a", "{% endcall %}", "")),
    Deep("block", nested("", "{% autoescape true %}", "a", "{% endautoescape %}", "")),
    Deep("targets", nested("{% set ", "(", "a", ",)", " = 1 %}")),
    Deep("inline if", nested("{{ ", "1 if x else ", "1", "", " }}")),
    Deep("inline if in front", nested("{{ 1", " if x", "", "", " }}")),
    Deep("power", nested("{{ ", "1 ** ", "1", "", " }}")),
  ]

  struct Deep: CustomTestStringConvertible, Sendable {
    var testDescription: String
    var jinja: String
    init(_ name: String, _ jinja: String) {
      testDescription = name
      self.jinja = jinja
    }
  }

  static let long: [(String, String)] = [
    (" + 1", "+"), (" - 1", "-"), (" * 1", "*"), (" // 1", "//"), (" ** 1", "**"), (" ~ 1", "~"),
    (" or 0", "or"), (" and 1", "and"), (" < 1", "<"), (" | abs", "filter"),
    (" | d(1)", "filter with argument"),
    (".a", "attribute"), ("[0]", "item"), ("()", "call"), (".a()", "method"), (" is odd", "test"),
    (" if 1", "if"), (" if 1 else 2", "if else"), (" in 1", "in"), (" | map('upper')", "generators"),
    (", 1", "tuple"),
  ]

  @Test(arguments: deep)
  func deepNestingIsRefusedOrHandled(_ deep: Deep) throws {
    let outcome = try onSmallStack { Outcome(deep.jinja) }
    #expect(outcome.seconds < 60, "\(outcome)")
  }

  @Test(arguments: long, [180, 5_000])
  func longChainsAreRefusedOrHandled(_ step: (String, String), _ count: Int) throws {
    for first in ["1", "x"] {
      let jinja = "{{ \(first)" + String(repeating: step.0, count: count) + " }}"
      let outcome = try onSmallStack { Outcome(jinja) }
      #expect(outcome.seconds < 60, "\(outcome)")
    }
  }

  /// Values that a loop nests deeper than any stack.
  @Test(arguments: [
    "{% set ns.x = [ns.x] %}", "{% set ns.x = {'a': ns.x} %}", "{% set ns.x = (ns.x,) %}",
    "{% set ns.x = ns.x | map('upper') %}", "{% set ns.x = ns.x | select %}",
    "{% set ns.x = ns.x | reverse %}", "{% set ns.x = ns.x | batch(1) %}", "{% set ns.x = zip(ns.x) %}",
    "{% set ns.x = namespace(x=ns.x) %}", "{% set ns.x = ns.x | items %}",
    "{% set ns.x = joiner(ns.x) %}", "{% set ns.x = cycler(ns.x) %}", "{% set ns.x = ns.x.items %}",
  ])
  func deepValuesEndSomehow(_ step: String) throws {
    for use in [
      "{{ ns.x }}", "{{ ns.x | tojson }}", "{{ ns.x | pprint }}", "{{ ns.x == [ns.x] }}", "{{ ns.x | list }}",
      "{{ [ns.x, ns.x] | sort }}", "{{ [ns.x, ns.x] | unique | list }}", "{{ {ns.x: 1} }}",
      "{{ ns.x | string | length }}", "{{ ns.x in [[ns.x]] }}", "{{ ns.x | sum(start=[]) }}",
      "{{ '%s' % ns.x }}", "{{ '{}'.format(ns.x) }}", "{{ '%r' % [ns.x] }}", "{{ ns.x | xmlattr }}",
      "{{ ns.x | urlencode }}", "{{ ns.x | e }}", "{{ ns.x | join }}", "{{ ns.x < ns.x }}",
      "{{ ns.x | length }}", "{{ ns.x | first }}", "{{ ns.x | last }}", "{{ ns.x() }}",
    ] {
      let jinja = "{% set ns = namespace(x=['a']) %}{% for i in range(20000) %}\(step){% endfor %}\(use)"
      let outcome = try onSmallStack { Outcome(jinja) }
      #expect(outcome.seconds < 60, "\(use) \(outcome)")
    }
  }

  private static func nested(
    _ head: String, _ open: String, _ middle: String, _ close: String, _ tail: String
  ) -> String {
    let count = 10_000
    return head + String(repeating: open, count: count) + middle + String(repeating: close, count: count)
      + tail
  }
}

/// What became of a template.
private struct Outcome: CustomStringConvertible, Sendable {
  var kind: RenderFailure.Kind?
  var message = ""
  var seconds = 0.0

  init(_ jinja: String, isLimited: Bool = false) {
    let start = ContinuousClock.now
    defer { seconds = (ContinuousClock.now - start) / .seconds(1) }
    let source = TemplateSource(id: "a", name: "a", jinja: jinja, location: SourceLocation(path: "a"))
    do {
      var limits = RenderLimits()
      // A build without optimization takes a while for ten million steps.
      if isLimited {
        limits.loopIterations = 200_000
        limits.memoryBytes = 16 << 20
        limits.outputBytes = 4 << 20
      }
      let template = try CompiledTemplate.compile(source, limits: limits)
      _ = template.listing
      var example = RenderedExample()
      do {
        try Renderer(template).render(ValueDictionary([]), key: SeedKey(seed: 0), into: &example)
      } catch {
        kind = error.kind
        message = "\(error)"
      }
    } catch {
      message = "\(error.list.first?.message ?? "")"
    }
  }

  var description: String { "\(seconds) s, \(kind?.rawValue ?? "no failure"): \(message.prefix(200))" }
}

/// Runs a closure on a thread of its own with 512 KB of stack, the least that a secondary thread has.
private func onSmallStack(_ body: @escaping () -> Outcome) throws -> Outcome {
  let work = SmallStackWork(body)
  let attributes = UnsafeMutablePointer<pthread_attr_t>.allocate(capacity: 1)
  defer { attributes.deallocate() }
  pthread_attr_init(attributes)
  pthread_attr_setstacksize(attributes, 512 << 10)
  var thread: pthread_t = 0
  let code = pthread_create(
    &thread, attributes,
    { argument in
      if let argument { Unmanaged<SmallStackWork>.fromOpaque(argument).takeUnretainedValue().run() }
      return nil
    }, Unmanaged.passUnretained(work).toOpaque())
  try #require(code == 0)
  pthread_join(thread, nil)
  return try #require(work.outcome)
}

private final class SmallStackWork {
  private let body: () -> Outcome
  private(set) var outcome: Outcome?

  init(_ body: @escaping () -> Outcome) { self.body = body }

  func run() { outcome = body() }
}
