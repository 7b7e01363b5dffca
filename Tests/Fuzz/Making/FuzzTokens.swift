/// What texts of each syntax are made of, and what is hard to read in any of them.
enum FuzzTokens {
  static func bytes(_ words: [String]) -> [[UInt8]] { words.map { Array($0.utf8) } }

  static let numbers = [
    "0", "1", "-1", "2", "3", "7", "10", "64", "100", "255", "256", "1000", "65536", "2147483647",
    "2147483648", "-2147483649", "4294967296", "9223372036854775807", "9223372036854775808",
    "-9223372036854775808", "-9223372036854775809", "18446744073709551616", "0.0", "-0.0", "0.1", "1.5",
    "2.5", "1e16", "1e22", "1e308", "1.7976931348623157e308", "1e309", "-1e309", "5e-324", "1e-400", "0x1f",
    "0b11", "0o17", "1_000", "00", "123456789012345678901234567890123456789012345678901234567890",
    "99999999999999999999", "1e5", "0.30000000000000004", "1E+3", "9007199254740993",
  ]

  /// Arguments at the edges of what can be computed with.
  static let edges = [
    "0", "1", "-1", "2", "-2", "3", "5", "9223372036854775807", "-9223372036854775808", "9223372036854775800",
    "-9223372036854775807", "4611686018427387904", "9223372036854775808", "(10 ** 30)", "-(10 ** 30)",
    "1e308",
    "(1e308 * 10)", "-(1e308 * 10)", "(1e308 * 10 - 1e308 * 10)", "0.5", "-0.0", "5e-324", "9e18", "1e19",
    "1000",
    "70000", "5000000", "''", "' '", "'a'", "'é'", "none", "true", "[]", "[1]", "{}", "missing", "text",
    "items",
  ]

  static let scalars = [
    "\u{0}", "\u{1}", "\u{7F}", "\u{85}", "\u{A0}", "\u{AD}", "é", "e\u{301}", "ß", "ẞ", "İ", "ı", "ǆ", "ǅ",
    "ﬃ", "Σ", "ς", "Ω", "\u{2028}", "\u{2029}", "\u{200B}", "\u{200D}", "\u{FEFF}", "\u{FFFD}", "\u{FFFF}",
    "😀", "👩‍👩‍👧", "🇩🇪", "\u{10FFFF}", "٣", "१", "²", "½", "Ⅷ", "中文", "\r", "\r\n", "\n", "\t", "\u{B}", "\u{C}",
    "\u{1C}", "\u{202E}", "한", "\u{1D7D8}", "a\u{300}\u{301}\u{302}", "3ed2dface8203c4c9dfb1a5dc58e41e0",
  ]

  /// No UTF-8.
  static let malformed: [[UInt8]] = [
    [0x80], [0xFF], [0xC3], [0xC0, 0xAF], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80], [0xE2, 0x82],
    [0xF0, 0x9F], [0xFE, 0xFF], [0xFF, 0xFE], [0xEF, 0xBB, 0xBF],
  ]

  /// Openings and closings that can stand inside each other.
  static let brackets: [(String, String)] = [
    ("(", ")"), ("[", "]"), ("{", "}"), ("{{", "}}"), ("{{ (", ") }}"), ("[[", "]]"), ("{'a':", "}"),
    ("{\"a\":", "}"), ("[1,", "]"), ("-", ""), ("not ", ""), ("+", ""), ("~", "~"), ("1+", ""), ("2**", ""),
    ("a.", ""), ("", ".a"), ("", "[0]"), ("", "|e"), ("", "(1)"), ("", "|list"), ("", " is none"), ("'", "'"),
    ("\"", "\""), ("a if b else ", ""), ("x and ", ""), ("1 < ", ""), ("(a,", ")"), ("[a]|map(", ")"),
    ("{% if a %}", "{% endif %}"), ("{% for a in [1] %}", "{% endfor %}"), ("{% if a %}", ""),
    ("{% set a %}", "{% endset %}"), ("{% filter e %}", "{% endfilter %}"), ("{% with %}", "{% endwith %}"),
    ("{% macro m() %}", "{% endmacro %}"), ("{% call m() %}", "{% endcall %}"),
    ("{% if a %}{% elif b %}", "{% endif %}"), ("{#", "#}"), ("{% raw %}", "{% endraw %}"), ("<", ">"),
    ("<a>", "</a>"), ("<a", ""), ("&", ";"), ("- ", ""), ("? ", ""), ("a: ", ""), ("\n ", ""), ("*", ""),
    ("&a ", ""), ("!t ", ""), ("  ", ""), ("/", ""), ("(?:", ")"), ("(", "+)+"), ("{a|", "}"), ("%(a)s", ""),
    ("{0:", "}"),
  ]

  static let jinja = bytes(
    JinjaWords.statements + JinjaWords.operators + JinjaWords.filters.map { "|" + $0 } + JinjaWords.filters
      + JinjaWords.tests.map { " is " + $0 } + JinjaWords.textMethods.map { "." + $0 }
      + JinjaWords.listMethods.map { "." + $0 } + JinjaWords.dictionaryMethods.map { "." + $0 }
      + JinjaWords.globals + JinjaWords.fields + JinjaWords.literals + numbers)

  static let yaml = bytes(
    [
      ": ", ":", "- ", "-", "|", "|-", "|+", ">", ">-", ">2", "|2-", "? ", "& a", "&a ", "*a", "&b ", "*b",
      "!Template", "!TemplateMetadata", "!!str", "!!int", "!!binary", "!", "!<tag:yaml.org,2002:str>",
      "<<: *a",
      "\"", "'", "\"\\u00e9\"", "\"\\x41\"", "\"\\ud800\"", "\"\\U0010FFFF\"", "\"\\0\"", "\\", "''", "{",
      "}", "[",
      "]", ",", "{a: 1}", "[1, 2]", "#", " # a", "---\n", "...\n", "%YAML 1.1\n---\n", "%TAG ! !a\n---\n",
      "\t", "\n",
      "\n  ", "\n    ", "  ", "~", "null", "yes", "no", "true", "false", "on", ".inf", "-.inf", ".nan", "0o7",
      "0x1F", "1:30", "2001-01-01", "@", "`", "=", "|||", "{{ a }}", "{% if a %}", "{{", "}}",
    ] + yamlKeys.map { $0 + ": " } + yamlKeys + numbers)

  private static let yamlKeys = [
    "templates", "dataset", "subset", "id", "name", "jinja", "answer_choices", "reference", "metadata",
    "choices_in_prompt", "languages", "metrics", "original_task", "variants", "style", "extract", "steps",
    "cluster", "source", "path", "deb", "set", "split", "limit", "format", "records", "fields", "from", "map",
    "type", "value", "replace", "separator", "where", "pattern", "on_no_match", "on_bad_record", "columns",
    "quotes", "group", "dedupe", "splits", "metric", "licence", "citation", "language", "encoding", "jsonl",
    "json", "csv", "tsv", "xml", "lines", "train", "validation", "test", "stop", "skip", "quarantine",
    "string",
    "integer", "number", "boolean", "list", "dictionary", "accuracy", "exact_match", "seed", "corpora",
    "tasks",
    "all", "mixture", "total", "cap", "temperature", "rates", "proportional", "equal", "shards", "hold_out",
    "names", "clusters", "similarity", "model", "preset", "tiny", "vocabulary", "context", "training",
    "epochs",
    "tokens_per_step", "learning_rate", "warm_up", "weight_decay", "clip", "evaluation", "validation_records",
    "resamples", "maximum_tokens", "text()", "@value", ".", "..", "//a", "/a/b", "data", "t", "n", "utf-8",
  ]

  static let json =
    bytes(
      [
        "{", "}", "[", "]", ",", ":", "\"", "\\", "null", "true", "false", "nul", "tru", "NaN", "Infinity",
        "\\u0000",
        "\\ud800", "\\udc00", "\\ud83d\\ude00", "\\u00e9", "\\uZZZZ", "\\x", "\\n", "\\/", "\"a\":1",
        "\"a\":1,\"a\":2",
        "\"\":\"\"", "[]", "{}", "[[]]", "[1,2,]", "{\"a\":}", " ", "\n", "\t", "//", "/*", "'", "+1", "-",
        "01", "1.", ".5",
        "1e", "\"|||\"", "\"{{ a }}\"", "\"<b>&amp;\"", "\"a b c\"",
      ] + numbers)

  static let tables = bytes(
    ["\"", "\"\"", ",", "\t", "\n", "\r\n", "\r", ";", " ", "a", "a,b", "\"a\nb\"", "\"a\"b", "\u{FEFF}"]
      + numbers)

  static let xml = bytes(
    [
      "<", ">", "/>", "</", "<a>", "</a>", "<r>", "</r>", "<p>", "</p>", "<p n=\"1\">", "n=\"2\"", "n='",
      "&amp;",
      "&lt;", "&#65;", "&#x10FFFF;", "&#0;", "&#xD800;", "&e;", "&", "<![CDATA[", "]]>", "<!--", "-->", "--",
      "<?a b?>",
      "<?xml version='1.0' encoding='utf-8'?>", "<?xml version='1.0' encoding='iso-8859-1'?>",
      "<?xml version='1.0' encoding='utf-16'?>", "<!DOCTYPE r [<!ENTITY e 'x'>]>",
      "<!DOCTYPE r [<!ENTITY a 'b'><!ENTITY e '&a;&a;&a;&a;'>]>", "<!DOCTYPE r SYSTEM 'x.dtd'>", "xmlns='u'",
      "xmlns:q='v'", "<q:p>", "</q:p>", "xml:space='preserve'", "=", "\"", "'", ":", "\n",
    ] + numbers)
}
