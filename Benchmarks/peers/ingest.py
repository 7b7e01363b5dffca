"""Reads a file to its fields as texts and prints how many records there are and how many characters each field has:
ingest.py lxml|duckdb|polars|pyarrow|csv|orjson FILE
"""

import sys

who, path = sys.argv[1:]
FIELDS = ["id", "premise", "hypothesis", "label"]


def characters(records):
    count, sums = 0, [0] * len(FIELDS)
    for record in records:
        count += 1
        for place, value in enumerate(record):
            sums[place] += len(value)
    print(count, *sums)


if who == "lxml":
    from lxml import etree

    def records():
        for _, pair in etree.iterparse(path, tag="pair"):
            yield pair.get("id"), pair.findtext("t"), pair.findtext("h"), pair.get("value")
            pair.clear()
            while pair.getprevious() is not None:
                del pair.getparent()[0]

    characters(records())
elif who == "csv":
    import csv

    with open(path, newline="", encoding="utf-8") as file:
        rows = csv.reader(file)
        next(rows)
        characters(rows)
elif who == "orjson":
    import orjson

    with open(path, "rb") as file:
        characters([record[field] for field in FIELDS] for record in map(orjson.loads, file))
elif who == "pyarrow":
    import pyarrow.compute
    import pyarrow.csv

    table = pyarrow.csv.read_csv(
        path, read_options=pyarrow.csv.ReadOptions(use_threads=False),
        convert_options=pyarrow.csv.ConvertOptions(column_types={name: pyarrow.string() for name in FIELDS}))
    print(table.num_rows, *(pyarrow.compute.sum(pyarrow.compute.utf8_length(table[name])).as_py() for name in FIELDS))
elif who == "polars":
    import polars

    frame = polars.read_csv(path, infer_schema=False)
    print(frame.height, *(frame[name].str.len_chars().sum() for name in FIELDS))
elif who == "duckdb":
    import duckdb

    base = duckdb.connect()
    base.execute("SET threads = 1")
    base.execute(f"CREATE TABLE pairs AS SELECT * FROM read_csv('{path}', all_varchar = true, header = true)")
    sums = ", ".join(f"sum(length({name}))::BIGINT" for name in FIELDS)
    print(*base.execute(f"SELECT count(*), {sums} FROM pairs").fetchone())
