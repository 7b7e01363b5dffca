"""The templates of templates.yaml as polars expressions: render_polars.py RECORDS TEMPLATES OUT THREADS eager|lazy.

Eager reads everything and writes template by template; lazy streams, and computes on all threads. Which of them is
faster depends on the number of threads.
"""

import os
import sys


def columns():
    """Name of the template: (input, target); what does not depend on the record is written out, as by hand."""
    premise, hypothesis, label = pl.col("premise"), pl.col("hypothesis"), pl.col("label")
    text = pl.format

    def by_label(first, second, third):
        return pl.when(label == 0).then(pl.lit(first)).when(label == 1).then(pl.lit(second)).otherwise(pl.lit(third))

    return {
        "judging_by_report": (
            text('{}\n\nJudging by this report alone, is it right to say "{}"?', premise, hypothesis),
            by_label("Yes", "Unclear", "No"),
        ),
        "claim_first": (
            text("Claim: {}\nEvidence: {}\nPick one: Yes / Unclear / No.", hypothesis, premise),
            by_label("Yes", "Unclear", "No"),
        ),
        "if_we_know": (
            text(
                "If we know that {} then it is certain, possible or impossible that {}",
                premise, hypothesis.str.to_lowercase()),
            by_label("certain", "possible", "impossible"),
        ),
        "lettered": (
            text("{}\n\n{}\na) it follows\nb) it may be\nc) it cannot be", premise, hypothesis),
            by_label("a", "b", "c"),
        ),
        "dialogue": (
            text(
                "{}A: {}\nB: So {}\nA:",
                pl.when(label == 1).then(pl.lit("A hard one. ")).otherwise(pl.lit("")), premise, hypothesis),
            by_label("Correct", "Open", "Wrong"),
        ),
        "whenever": (
            text(
                "Whenever {}, does it hold that {} Always, sometimes or never?",
                premise.str.replace_all(".", "", literal=True), hypothesis.str.replace_all(",", "", literal=True)),
            by_label("Always", "Sometimes", "Never"),
        ),
        "bullet_points": (
            text(
                "Statement: {}\nSource: {}\nThe source leaves the statement\n* SUPPORTED\n* UNDECIDED\n* REFUTED",
                hypothesis, premise),
            by_label("SUPPORTED", "UNDECIDED", "REFUTED"),
        ),
        "say_something": (
            text(
                "Say something that {}: {}",
                by_label("follows from this", "this leaves open", "cannot be true if this is"), premise),
            hypothesis,
        ),
        "counted_words": (
            text(
                "First text ({} words): {}\nSecond text: {}{}\nDoes the first entail the second?",
                premise.str.count_matches(" ", literal=True) + 1, premise,
                hypothesis.str.slice(0, 1).str.to_uppercase(), hypothesis.str.slice(1).str.to_lowercase()),
            by_label("yes", "unknown", "no"),
        ),
        "what_of_this": (
            text(
                "{}\nWhat of this {} sentence of {} characters: {} True, Neither or False?",
                premise, by_label("settled", "open", "settled"), hypothesis.str.len_chars(), hypothesis),
            by_label("True", "Neither", "False"),
        ),
    }


def main(records, templates, out, form):
    schema = {"premise": pl.String, "hypothesis": pl.String, "label": pl.Int32, "idx": pl.Int64}
    known = columns()
    selections = []
    for _, name, _, _ in template_file.load(templates):
        text, target = known[name]
        selections.append(
            (pl.lit(name).alias("template"), text.str.strip_chars().alias("input"), target.alias("target")))
    if form == "lazy":
        source = pl.scan_ndjson(records, schema=schema)
        pl.concat([source.select(*selection) for selection in selections]).sink_ndjson(out)
    else:
        source = pl.read_ndjson(records, schema=schema)
        with open(out, "wb") as sink:
            for selection in selections:
                source.select(*selection).write_ndjson(sink)


if __name__ == "__main__":
    *paths, threads, form = sys.argv[1:]
    os.environ["POLARS_MAX_THREADS"] = threads  # read when the module is imported, so imported only now
    import polars as pl

    import template_file

    main(*paths, form)
