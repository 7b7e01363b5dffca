"""The templates of templates.yaml as DuckDB's SQL: render_duckdb.py RECORDS TEMPLATES OUT THREADS."""

import sys

import duckdb

import template_file


def choices(*names):
    return "[" + ", ".join(f"'{name}'" for name in names) + "][label + 1]"


CERTAINTY = ("Yes", "Unclear", "No")
# Name of the template: (input, target); what does not depend on the record is written out, as one does by hand.
COLUMNS = {
    "judging_by_report": (
        """premise || E'\\n\\nJudging by this report alone, is it right to say "' || hypothesis || '"?'""",
        choices(*CERTAINTY),
    ),
    "claim_first": (
        """'Claim: ' || hypothesis || E'\\nEvidence: ' || premise || E'\\nPick one: Yes / Unclear / No.'""",
        choices(*CERTAINTY),
    ),
    "if_we_know": (
        """'If we know that ' || premise || ' then it is certain, possible or impossible that ' || lower(hypothesis)""",
        choices("certain", "possible", "impossible"),
    ),
    "lettered": (
        """premise || E'\\n\\n' || hypothesis || E'\\na) it follows\\nb) it may be\\nc) it cannot be'""",
        choices("a", "b", "c"),
    ),
    "dialogue": (
        """CASE WHEN label = 1 THEN 'A hard one. ' ELSE '' END || 'A: ' || premise || E'\\nB: So ' || hypothesis
        || E'\\nA:'""",
        choices("Correct", "Open", "Wrong"),
    ),
    "whenever": (
        """'Whenever ' || replace(premise, '.', '') || ', does it hold that ' || replace(hypothesis, ',', '')
        || ' Always, sometimes or never?'""",
        choices("Always", "Sometimes", "Never"),
    ),
    "bullet_points": (
        """'Statement: ' || hypothesis || E'\\nSource: ' || premise
        || E'\\nThe source leaves the statement\\n* SUPPORTED\\n* UNDECIDED\\n* REFUTED'""",
        choices("SUPPORTED", "UNDECIDED", "REFUTED"),
    ),
    "say_something": (
        """CASE label WHEN 0 THEN 'Say something that follows from this: '
        WHEN 2 THEN 'Say something that cannot be true if this is: '
        ELSE 'Say something that this leaves open: ' END || premise""",
        "hypothesis",
    ),
    "counted_words": (
        """'First text (' || len(string_split(premise, ' ')) || ' words): ' || premise || E'\\nSecond text: '
        || upper(hypothesis[1]) || lower(hypothesis[2:]) || E'\\nDoes the first entail the second?'""",
        choices("yes", "unknown", "no"),
    ),
    "what_of_this": (
        """premise || E'\\nWhat of this ' || CASE WHEN label = 1 THEN 'open' ELSE 'settled' END || ' sentence of '
        || length(hypothesis) || ' characters: ' || hypothesis || ' True, Neither or False?'""",
        choices("True", "Neither", "False"),
    ),
}


def main(records, templates, out, threads):
    connection = duckdb.connect()
    connection.execute(f"SET threads = {int(threads)}")
    connection.execute("SET preserve_insertion_order = false")
    examples = []
    for _, name, _, _ in template_file.load(templates):
        source, target = COLUMNS[name]
        examples.append(f"{{'template': '{name}', 'input': trim({source}, E' \\n'), 'target': {target}}}")
    connection.execute(
        f"""COPY (SELECT unnest([{", ".join(examples)}], recursive := true)
        FROM read_json('{records}', format = 'newline_delimited',
          columns = {{premise: 'VARCHAR', hypothesis: 'VARCHAR', label: 'INTEGER', idx: 'BIGINT'}}))
        TO '{out}' (FORMAT JSON)""")


if __name__ == "__main__":
    main(*sys.argv[1:])
