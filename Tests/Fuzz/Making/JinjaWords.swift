/// The words of the template language, for seeds, tokens and generated templates.
enum JinjaWords {
  static let filters = words(
    """
    abs attr batch capitalize center count d default dictsort e escape filesizeformat first float forceescape
    format groupby indent int items join last length list lower map max min pprint random reject rejectattr
    replace reverse round safe select selectattr slice sort string striptags sum title tojson trim truncate
    unique upper urlencode urlize wordcount wordwrap xmlattr choice highlight most_frequent shuffle
    regex_replace
    """)

  static let tests = words(
    """
    odd even divisibleby defined undefined filter test none boolean false true integer float lower upper string
    mapping number sequence iterable callable sameas escaped in == eq equalto != ne > gt greaterthan >= ge < lt
    lessthan <= le
    """)

  static let textMethods = words(
    """
    capitalize casefold center count encode endswith expandtabs find format format_map index isalnum isalpha
    isascii isdecimal isdigit isidentifier islower isnumeric isprintable isspace istitle isupper join ljust lower
    lstrip partition removeprefix removesuffix replace rfind rindex rjust rpartition rsplit rstrip split
    splitlines startswith strip swapcase title translate upper zfill __len__ __contains__ __getitem__ __add__
    __str__ __repr__ __eq__ __mod__ striptags unescape __html__
    """)

  static let listMethods = words(
    """
    append clear copy count extend index insert pop remove reverse sort __len__ __getitem__ __contains__
    __setitem__
    """)

  static let dictionaryMethods = words(
    """
    clear copy get items keys pop popitem setdefault update values fromkeys __len__ __getitem__ __contains__
    __setitem__
    """)

  /// Attributes of numbers, loops, cyclers and what else there is.
  static let attributes = words(
    """
    real imag numerator denominator bit_length conjugate is_integer as_integer_ratio hex index index0 revindex
    revindex0 first last length depth depth0 previtem nextitem cycle changed next reset current start stop step
    name arguments catch_kwargs catch_varargs caller __class__ a b text 0
    """)

  static let globals = words(
    """
    range dict lipsum cycler joiner namespace zip raise_exception strftime_now loop caller varargs kwargs self
    super answer_choices true false none True None
    """)

  /// Names of the arguments of filters and functions.
  static let keywords = words(
    """
    name linecount fill_with width default_value boolean case_sensitive by reverse binary default attribute
    first blank base d old new count precision method slices start chars length killwords end leeway
    trim_url_limit nofollow target rel extra_schemes break_long_words wrapstring break_on_hyphens autospace
    pattern repl sep maxsplit keepends ensure_ascii indent separators sort_keys n html min max
    """)

  /// The fields of `BuiltInSeeds.record`.
  static let fields = words("text label items words n f big t u none d nested empty html spaces missing")

  static let statements = [
    "{%", "%}", "{{", "}}", "{#", "#}", "{%-", "-%}", "{{-", "-}}", "{%+", "+%}", "{#-", "-#}", "|||",
    "{% if a %}", "{% elif b %}", "{% else %}", "{% endif %}", "{% for i in items %}", "{% endfor %}",
    "{% for k, v in d.items() recursive %}", "{{ loop(v) }}", "{% for i in items if i %}", "{% break %}",
    "{% continue %}", "{% set x = 1 %}", "{% set x, y = 1, 2 %}", "{% set ns.x = 1 %}", "{% set x %}",
    "{% set x | upper %}", "{% endset %}", "{% macro m(a, b=1) %}", "{% endmacro %}", "{% call m() %}",
    "{% call(x) m() %}", "{% endcall %}", "{% filter upper %}", "{% endfilter %}", "{% with a = 1 %}",
    "{% endwith %}", "{% raw %}", "{% endraw %}", "{% include 'a' %}", "{% import 'a' as b %}",
    "{% extends 'a' %}", "{% block a %}", "{% endblock %}", "{% do x %}", "{% generation %}",
    "{% endgeneration %}", "{% autoescape true %}", "{% endautoescape %}", "recursive", "if", "else", "elif",
    "for",
    "in", "is", "not", "and", "or", "set", "macro", "call", "filter", "scoped", "ignore missing",
    "with context",
    "\n",
  ]

  static let operators = [
    "+", "-", "*", "/", "//", "%", "**", "~", "|", ".", ",", ":", "(", ")", "[", "]", "{", "}", "==", "!=",
    "<", "<=",
    ">", ">=", "=", " not ", " and ", " or ", " in ", " not in ", " is ", " is not ", " if ", " else ",
    "[1:]", "[:-1]",
    "[::2]", "[::-1]", "()", "(1)", "(a=1)", "*a", "**a", "!", ";", "\\", "$",
  ]

  static let literals = [
    "''", "'a'", "\"b\"", "'a b c'", "'a,b'", "'\\n'", "'\\x41'", "'\\u00e9'", "'\\N{BULLET}'", "'\\ud800'",
    "'\\U00110000'", "'%s'", "'%d %5.2f'", "'%(a)s'", "'%-+05d'", "'%*d'", "'%99999d'", "'{}'", "'{0}'",
    "'{a}'",
    "'{!r:>10}'", "'{:,.2f}'", "'{:%}'", "'{:#x}'", "'{0[a].b}'", "'{:{}}'", "[]", "[1]", "[1, 2, 3]",
    "['b', 'a']",
    "()", "(1,)", "(1, 'a')", "{}", "{'a': 1}", "{'a': {'b': [1]}}", "none", "true", "false", "[[1, 2], [3]]",
    "'<b>&amp;\"'", "'http://a.b/c?d=e'", "'İstanbul ǆ ß ﬃ'", "'(a|b)+'", "'\\\\1\\\\g<0>'", "'[a-z'", "'😀é'",
  ]

  private static func words(_ text: String) -> [String] {
    text.split { $0 == " " || $0 == "\n" }.map(String.init)
  }
}
