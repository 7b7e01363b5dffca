"""A mixture in DuckDB: mix_duckdb.py FOLDER TOTAL CAP OUT THREADS — the union of all tasks, each record as often as its
task's count asks for, a template each in turn, shuffled and written as JSON lines."""

import sys

import duckdb

import mixing
import render_duckdb


def main(folder, total, cap, out, threads):
    connection = duckdb.connect()
    connection.execute(f"SET threads = {int(threads)}")
    tasks = mixing.tasks(folder)
    sizes = [mixing.size(records) for _, records, _ in tasks]
    parts = []
    for (name, records, templates), size, count in zip(tasks, sizes, mixing.counts(sizes, int(total), int(cap))):
        names = mixing.templates(templates)
        cases = [
            f"WHEN {place} THEN {{'template': '{key}', 'input': trim({source}, E' \\n'), 'target': {target}}}"
            for place, (key, template) in enumerate(names)
            for source, target in [render_duckdb.COLUMNS[template]]
        ]
        # Record r is met in the visits r, r + size, r + 2 · size … below the count; each meets another template.
        parts.append(
            f"""SELECT '{name}' AS task, idx AS record,
              CASE (idx + visit) % {len(names)} {" ".join(cases)} END AS example
            FROM read_json('{records}', format = 'newline_delimited',
              columns = {{premise: 'VARCHAR', hypothesis: 'VARCHAR', label: 'INTEGER', idx: 'BIGINT'}}),
              range({-(-count // size)}) AS visits(visit)
            WHERE idx + visit * {size} < {count}""")
    connection.execute(
        f"""COPY (SELECT example.input, example.target, task, example.template, record
        FROM ({" UNION ALL ".join(parts)}) ORDER BY random()) TO '{out}' (FORMAT JSON)""")


main(*sys.argv[1:])
