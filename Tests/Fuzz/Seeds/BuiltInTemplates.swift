/// Small templates of our own that together use every statement, filter, test and method.
enum BuiltInTemplates {
  /// The values that the seeds and the generated templates talk about.
  static let record = """
    {"text": "The quick brown fox, called Ünïcødé, says “hi” to 3 dogs.\\nSecond line\\t|||  end ", "label": 1,
    "items": [3, "b", null, 2.5, true, [1, 2], {"a": 1, "b": "x"}, "a"], "words": ["beta", "Alpha", "gamma", "alpha"],
    "n": 7, "f": 2.675, "big": 123456789012345678901234567890, "t": true, "u": "straße İı ǆ 😀", "none": null,
    "d": {"a": 1, "b": [1, 2], "c": {"x": "y"}, "items": 5, "": 0}, "empty": "", "html": "<p class=\\"x\\">a &amp; b</p>",
    "nested": [{"name": "x", "value": 2, "tags": ["p", "q"]}, {"name": "y", "value": 1, "tags": []},
    {"name": "x", "value": 3, "tags": ["q"]}], "spaces": "  a  b\\t c \\u00a0"}
    """

  static let choices = ["yes ||| no", "{{ words | join(' ||| ') }}", "{{ text }} ||| {{ n }} ||| "]

  static let statements = [
    "{{ text }} ||| {{ answer_choices[label] }}",
    """
    {% if n > 3 and not t %}a{% elif u is defined %}b{{ loop }}{% else %}c{% endif -%}
    {%+ if missing %}x{% endif %} {#- comment -#} {% raw %}{{ raw }}{% endraw %} ||| {{ label }}
    """,
    """
    {% for w in words if w != 'beta' %}{{ loop.index }}/{{ loop.length }} {{ loop.previtem }}{{ loop.nextitem }}
    {{ loop.cycle('a', 'b') }}{{ loop.changed(w) }}{{ loop.first }}{{ loop.last }}{{ loop.revindex0 }}{{ w }}
    {% else %}none{% endfor %} ||| {{ loop is undefined }}
    """,
    """
    {% for k, v in d.items() recursive %}{{ loop.depth }}{{ k }}={{ v }}{% if v is mapping %}({{ loop(v.items()) }})
    {% endif %}{% endfor %} ||| {{ d | dictsort(true, 'value') }}
    """,
    """
    {% set ns = namespace(i=0, all=[]) %}{% for x in items %}{% set ns.i = ns.i + 1 %}{% set _ = ns.all.append(x) %}
    {% endfor %}{{ ns.i }}{{ ns.all }} ||| {% set a, b = 1, (2, 3) %}{{ a }}{{ b }}
    """,
    """
    {% macro m(a, b='x', c=missing) %}[{{ a }}{{ b }}{{ varargs }}{{ kwargs }}{{ caller(a) if caller }}]{% endmacro %}
    {{ m(1) }}{{ m(1, 2, 3, 4, z=5) }}{% call(y) m(text) %}<{{ y }}>{% endcall %}{{ m.name }}{{ m.arguments }} ||| {{ m }}
    """,
    """
    {% set block %}a {{ text | upper }}{% endset %}{% set up | upper %}b{% endset %}{% filter replace('a', 'b') | trim %}
    banana {{ block }}{% endfilter %}{% with x = 1, y = n %}{{ x + y }}{% endwith %}{{ x }} ||| {{ up }}
    """,
    """
    {%- for a in range(3) -%}{%- for b in range(a, 9, 2) %}{% if b == 7 %}{% break %}{% elif b == 3 %}{% continue %}
    {% endif %}{{ a }}{{ b }},{% endfor %}{%- endfor %}{% generation %}{{ text }}{% endgeneration %}
    """,
    """
    {{ (1, 'a', [2]) }}{{ {'k': [1, 2.0, none, true], 2: 'x'} }}{{ -n ** 2 // 3 % 4 }}{{ 7 / 2 ~ 'x' }}{{ 1 < n <= 7 != 3 }}
    {{ 'a' in text and 3 not in items or not t }}{{ text[1:5:2] }}{{ text[::-1] }}{{ items[-1] }}{{ d['c'].x }}{{ d.c['x'] }}
    {{ 'y' if t }}{{ 'y' if not t else 'n' }}{{ '\\x41\\u00e9\\n\\t\\\\' }}{{ 1_000 + 0x1f + 1e3 }}
    """,
    """
    {{ cycler('a', 'b').next() }}{% set j = joiner('; ') %}{{ j() }}{{ j() }}{{ dict(a=1, b=2) }}{{ range(10, 0, -3) | list }}
    {% for a, b in zip(words, items) %}{{ a }}{{ b }}{% endfor %}{{ lipsum(n=1, html=false, min=2, max=4) | length > 0 }}
    """,
    "{{ raise_exception('no ' ~ text) }}{{ strftime_now('%Y-%m-%d %H:%M:%S %%') }}",
    "{{ '%s and %05.2f %x %r %%' % (text, f, n, words) }}{{ '{:>10} {0!r} {a[0]}'.format(n, a=words) }}",
    "{{ '{0:+,.3e} {1:#b} {2:^20s} {3:_}'.format(f, n, text, big) }}{{ '%(a)s %(b)-10d|' % d }}",
    "{{ items[100] }}{{ d.no.no }}", "{{ missing }}{{ missing | default('x', true) }}{{ missing.a }}",
    "{% include 'x' %}", "{% import 'x' as y %}", "{% extends 'x' %}", "{% from 'x' import y %}",
  ]

  /// One small template for each filter, test and method.
  static let words: [String] =
    JinjaWords.filters.flatMap { name in
      ["text", "items", "n"].map { "{{ \($0) | \(name)\(arguments[name] ?? "") }} ||| {{ label }}" }
    }
    + JinjaWords.tests.map {
      "{{ n is \($0) }}{{ items is \($0)(2) }}{{ items | select('\($0)', 1) | list }}"
    }
    + JinjaWords.textMethods.map {
      "{{ text.\($0)(\(methodArguments[$0] ?? "")) }}{{ (u | e).\($0)(\(methodArguments[$0] ?? "")) }}"
    }
    + JinjaWords.listMethods.map { "{{ items.\($0)(\(methodArguments[$0] ?? "")) }}{{ items }}" }
    + JinjaWords.dictionaryMethods.map { "{{ d.\($0)(\(methodArguments[$0] ?? "")) }}{{ d }}" }

  private static let arguments: [String: String] = [
    "attr": "('x')", "batch": "(3, '-')", "center": "(80)", "default": "('x', true)", "d": "('x')",
    "dictsort": "(by='value')", "filesizeformat": "(true)", "float": "(0.0)", "format": "(1, 'a')",
    "groupby": "('name')", "indent": "(2, true, true)", "int": "(0, 16)", "join": "(', ')",
    "map": "('upper')",
    "replace": "('a', 'b', 1)", "round": "(2, 'floor')", "select": "('odd')", "reject": "('none')",
    "selectattr": "('name', 'eq', 'x')", "rejectattr": "('name')", "slice": "(3, 0)",
    "sort": "(true, attribute='a')",
    "sum": "(attribute='value')", "tojson": "(indent=2)", "trim": "('T ')", "truncate": "(10, true, '…', 0)",
    "unique": "(true)", "urlize": "(10, true)", "wordwrap": "(10, false, '\\n')", "xmlattr": "(false)",
    "regex_replace": "('(a|b)+', '<\\\\1>')", "max": "(attribute='a')",
  ]

  private static let methodArguments: [String: String] = [
    "append": "1", "center": "20, '*'", "count": "'a'", "encode": "'utf-8'", "endswith": "('a', 'b')",
    "expandtabs": "4", "extend": "[1, 2]", "find": "'o', 2, -2", "format": "1, a=2", "format_map": "d",
    "get": "'a', 0",
    "index": "'b'", "insert": "0, 'x'", "join": "words", "ljust": "9", "lstrip": "'T'", "partition": "' '",
    "pop": "0",
    "remove": "'b'", "removeprefix": "'The'", "removesuffix": "'end '", "replace": "'a', 'bb'",
    "rfind": "'o'",
    "rindex": "'o'", "rjust": "9, '.'", "rpartition": "' '", "rsplit": "' ', 2", "rstrip": "",
    "setdefault": "'q', 1",
    "sort": "reverse=true", "split": "none, 2", "splitlines": "true", "startswith": "'The', 1",
    "strip": "' T'",
    "translate": "{97: 'x'}", "update": "{'a': 2}, z=3", "zfill": "40", "__contains__": "'a'",
    "__getitem__": "0",
    "__add__": "'x'", "__eq__": "'x'", "__mod__": "1", "__setitem__": "0, 1", "fromkeys": "words, 0",
  ]
}
