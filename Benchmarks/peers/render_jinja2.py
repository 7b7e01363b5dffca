"""The best hand-written loop over Jinja2 and orjson: render_jinja2.py RECORDS TEMPLATES OUT."""

import sys

import jinja2
import orjson
import yaml


class Loader(yaml.SafeLoader):
    """PromptSource's tags are plain mappings here."""


Loader.add_multi_constructor("!", lambda loader, suffix, node: loader.construct_mapping(node, deep=True))


def main(records, templates, out):
    with open(templates, encoding="utf-8") as file:
        entries = list(yaml.load(file, Loader)["templates"].values())
    environment = jinja2.Environment()
    compiled = [
        (
            entry["name"],
            environment.from_string(entry["jinja"]).render,
            [choice.strip() for choice in entry["answer_choices"].split("|||")],
        )
        for entry in entries
    ]
    dumps = orjson.dumps
    with open(records, "rb") as source, open(out, "wb", buffering=1 << 20) as sink:
        for line in source:
            record = orjson.loads(line)
            for name, render, choices in compiled:
                parts = render(answer_choices=choices, **record).split("|||")
                example = {
                    "template": name,
                    "input": parts[0].strip(),
                    "targets": [part.strip() for part in parts[1:]],
                    "choices": choices,
                }
                sink.write(dumps(example) + b"\n")


main(*sys.argv[1:])
