"""A mixture in polars: mix_polars.py FOLDER TOTAL CAP OUT THREADS — each task sampled to its count, divided among its
templates, formatted by expressions; all tasks in one frame, shuffled, numbered and written."""

import os
import sys


def main(folder, total, cap, out, threads):
    os.environ["POLARS_MAX_THREADS"] = threads  # read when the module is imported, so imported only now
    import polars as pl

    import mixing
    import render_polars

    render_polars.pl = pl
    schema = {"premise": pl.String, "hypothesis": pl.String, "label": pl.Int32, "idx": pl.Int64}
    known = render_polars.columns()
    tasks = mixing.tasks(folder)
    frames = [pl.read_ndjson(records, schema=schema) for _, records, _ in tasks]
    parts = []
    for (name, _, templates), frame, count in zip(
        tasks, frames, mixing.counts([len(frame) for frame in frames], int(total), int(cap))
    ):
        drawn = frame.sample(count, with_replacement=count > len(frame), shuffle=True, seed=1)
        names = mixing.templates(templates)
        for place, (key, template) in enumerate(names):
            text, target = known[template]
            start, end = place * count // len(names), (place + 1) * count // len(names)
            parts.append(
                drawn[start:end].select(
                    text.str.strip_chars().alias("input"), target.alias("target"), pl.lit(name).alias("task"),
                    pl.lit(key).alias("template"), pl.col("idx").alias("record")))
    whole = pl.concat(parts).sample(fraction=1, shuffle=True, seed=1)
    whole.with_row_index("index").write_ndjson(out)


main(*sys.argv[1:])
