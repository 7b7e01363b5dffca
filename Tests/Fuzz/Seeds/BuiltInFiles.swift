/// Small files of our own: corpora in every format with every key, templates and recipes with every key.
enum BuiltInFiles {
  static let templates = [
    """
    dataset: own
    subset: null
    templates:
      4e5c260d-eaea-4509-92be-d01062481b75: !Template
        answer_choices: "Yes ||| No \\u00e9"
        id: 4e5c260d-eaea-4509-92be-d01062481b75
        jinja: |-
          {{ text }}
            {% if n > 1 %}many{% else %}one{% endif %}
          |||
          {{ answer_choices[label] }}
        metadata: !TemplateMetadata
          choices_in_prompt: true
          languages: [en, de]
          metrics:
          - Accuracy
          original_task: true
        name: &first plain
        reference: ''
      00000000-0000-0000-0000-000000000002: !Template
        answer_choices: null
        jinja: "{{ text|upper }}\\n\\
          {{ words | join(', ') }}\\x21 ||| {{ label }}"
        metadata: !TemplateMetadata {choices_in_prompt: false, languages: null, metrics: [], original_task: false}
        name: quoted
        reference: a
      3: !Template
        jinja: '{{ "it''s" }} {{ d.a }}

          |||{{ nested | map(attribute="name") | list }}'
        name: single
      4: !Template
        jinja: >+
          folded {{ text }}
          lines |||

            {{ n }}
        name: folded
      5: !Template
        jinja: plain {{ text }} over
          two lines ||| {{ missing }}
        name: plain over lines

    """,
    """
    dataset: grammars
    templates:
      5: !Template
        answer_choices: a ||| b
        name: family
        limit: 5
        variants: |-
          {Say|{Name|Give}{ it|} {{ text }}|\\{ {# } #}} {% raw %} { {% endraw %}{{ {"a": "}}"} }}{.|!|}
          ||| {é|{{ n }}}
      6: !Template
        name: small
        variants: "{a\\n|b\\\\|c} {{ missing }} ||| {{ label }}"

    """,
    """
    dataset: harness
    environment: lm-eval
    templates:
      7: !Template
        answer_choices: "{{ [text, 'b', n] }}"
        jinja: "{{ text }}\\n"
        name: number
        target: "{{ n }}"
      8: !Template
        answer_choices: words
        jinja: "{{ n }}"
        name: field
        target: label
      9: !Template
        jinja: "{{ text }}"
        name: several
        target: "{{ words }}"

    """,
  ]

  static let recipes = [
    """
    name: all
    seed: 5
    corpora: c
    templates: t
    tasks:
      - one
      - {name: two, scale: 2.5}
    mixture: {total: 1000, cap: 50, temperature: 2, rates: {one: 1, two: 0.5}, shards: 2}
    hold_out: {templates: 0.3, names: [a, b], clusters: [nli], similarity: 0.7}
    records: {validation: 0.1, test: 0.2}
    model: {preset: small, dimension: 64, layers: 2, heads: 4, key_value_heads: 2, hidden_dimension: 128,
      vocabulary: 512, context: 64}
    training: {epochs: 1.5, steps: 10, tokens_per_step: 128, learning_rate: 1e-3, warm_up: 0.1, final_share: 0.2,
      weight_decay: 0.1, clip: 1, input_loss_weight: 0.1, checkpoint_every: 5}
    evaluation: {records: 10, validation_records: 5, resamples: 100, maximum_tokens: 8}

    """
  ]

  /// Descriptions with their data.
  static let corpora: [(description: String, data: String)] = [
    (
      head("jsonl", "fields: {t: t, n: {from: n, type: integer}, u: '/m/u', c: {value: 5}}")
        + "dedupe: [t]\ngroup: [t]\nlimit: 5\non_bad_record: quarantine\n",
      "{\"t\":\"aé\",\"n\":1,\"m\":{\"u\":[1]}}\r\n{\"t\":[1,{\"u\":\"\\u00e9\"}],\"n\":\"-2\"}\n\n{\"n\":null,\"t\":\"\"}\n"
    ),
    (
      head("json", "records: /d\nfields: {t: t, n: {from: n, map: {\"0\": a, \"3\": b}}}"),
      " {\"x\":[0,{\"d\":[]}],\"d\":[{\"t\":\"aé\",\"n\":0}, {\"t\":[1,{\"u\":\"\\\"\"}],\"n\":3}],\"y\":{}} "
    ),
    (
      head("csv", "fields: {t: t, n: {from: n, type: number}}\nwhere: {n: '^[^2]*$'}"),
      "t,n\r\n\"a\"\"é\",1\n\"x\ny\",2\r\n,\nb,1e5\n"
    ),
    (
      head(
        "csv",
        "columns: [t, n]\nquotes: false\nfields: {t: {from: t, replace: {a: b}}, n: {from: n, separator: ';'}}"
      ),
      "a,1;2\nb,3\n"
    ),
    (
      head("tsv", "fields: {t: t, n: {from: n, type: list}}\non_bad_record: quarantine"),
      "t\tn\nx\t1\n\"\t2\n"
    ),
    (
      head("lines", "pattern: '^(?<t>.+) (?<n>\\d+)$'\nfields: {t: t, n: {from: n, type: integer}}")
        + "on_no_match: skip\n",
      "a 1\r\né 22\n\nlonger words 333\n"
    ),
    (
      head("xml", "records: //p\nfields: {t: ., n: '@n', b: b}") + "on_bad_record: quarantine\n",
      "<?xml version='1.0'?>\n<!DOCTYPE r [<!ELEMENT p ANY>]>\n<r><p n='&amp;'>a<b>é</b><![CDATA[x]]></p>"
        + "<!-- p --><p n=\"1\"/>\n<p n=''>&#65;&lt;</p></r>\n"
    ),
    (
      head("xml", "records: /r/p\nfields: {t: t, n: {from: '@n', map: {\"A\": 0, \"B\": 1}}}")
        .replacing("source: data", with: "source: [{path: data, split: train, limit: 2, set: {k: 1}}]"),
      "<r>\n <p n='A'><t>one</t><t>two</t></p>\n <p n='B'><t> three\n </t></p>\n</r>\n"
    ),
    (
      head(
        "csv",
        "fields: {t: {join: [t, n], with: '-'}, l: {list: [t, n]}, e: {from: t, extract: 'a(b?)', default: 1}}"
      )
        + "separator: ';'\nquote: \"'\"\nescape: '\\'\ncomment: '#'\non_bad_record: quarantine\nmax_bad: 5\n",
      "t;n\n'a;b';1\n# no\n'it''s\n';x\\;y\r\n'open;2\n"
    ),
    (
      head("json", "layout: columns\nrecords: /d\nfields: {t: t, n: n}") + "sample: 0.7\nencoding: utf-16\n",
      "{\"d\":{\"t\":[\"a\",null],\"n\":[1,{\"x\":[]}]}}"
    ),
    (
      head("jsonl", "fields: {z: {zip: {a: /o/*/t, b: l}}, d: {from: d, default: null}}")
        + "on_bad_record: quarantine\ninvalid_utf8: replace\n",
      "{\"o\":[{\"t\":1},{\"t\":2}],\"l\":[3,4],\"l\":[5,6]}\n{\"o\":[],\"l\":[],\"d\":7}\n{\"o\":[{}],\"l\":[1]}\n"
    ),
    (
      head("lines", "fields: {t: line}")
        + "encoding: windows-1252\ncomment: ;\nmax_bad: 50%\non_bad_record: quarantine\n",
      "a\n;b\n\u{80}\u{81}\n"
    ),
    (
      head("xml", "records: //p\nfields: {m: markup(), l: {from: t/markup(), type: list}}")
        + "on_bad_record: quarantine\n",
      "<?xml version='1.0' encoding='ISO-8859-1'?><r><p>a<t>b<i/></t><t/></p><p/></r>"
    ),
  ]

  private static func head(_ format: String, _ fields: String) -> String {
    "name: own\ncluster: c\nsource: data\nformat: \(format)\n\(fields)\nmetric: accuracy\nlanguage: en\n"
  }

  static let records = [
    BuiltInTemplates.record.split(separator: "\n").joined(),
    "{\"messages\":[{\"role\":\"user\",\"content\":\"hi\"},{\"role\":\"assistant\",\"content\":null}],\"tools\":null}",
    "{\"a\":1,\"b\":-0.0,\"c\":1e-7,\"d\":[[],{},[{}]],\"e\":\"\\ud83d\\ude00\\u0000\\n\",\"f\":18446744073709551615}",
    "{}", "[1,2.5,\"x\"]", "\"text\"", "null",
  ]
}
