"""Reading PromptSource's template files for the peers; template_file.py FILE prints [name, source, choices] a line."""

import json
import sys

import yaml


class Loader(yaml.SafeLoader):
    """PromptSource's tags are plain mappings here."""


Loader.add_multi_constructor("!", lambda loader, suffix, node: loader.construct_mapping(node, deep=True))


def load(path):
    """[(id, name, source, choices or None)] in the file's order."""
    with open(path, encoding="utf-8") as file:
        entries = yaml.load(file, Loader)["templates"].values()
    return [
        (
            entry["id"],
            entry["name"],
            entry["jinja"],
            [choice.strip() for choice in entry["answer_choices"].split("|||")] if entry["answer_choices"] else None,
        )
        for entry in entries
    ]


if __name__ == "__main__":
    for _, name, source, choices in load(sys.argv[1]):
        print(json.dumps([name, source, choices], ensure_ascii=False))
