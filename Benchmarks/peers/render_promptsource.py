"""PromptSource 0.2.3 as shipped, Template.apply: render_promptsource.py RECORDS TEMPLATES OUT."""

import json
import sys
import types

import yaml

# Imported by PromptSource for what is not used here; pandas would take a second to import.
sys.modules["pandas"] = types.SimpleNamespace(DataFrame=None)
sys.modules["pkg_resources"] = types.SimpleNamespace(resource_filename=lambda package, name: name)

from promptsource.templates import Template  # noqa: E402  (registers the tags with yaml)


def main(records, templates, out):
    with open(templates, encoding="utf-8") as file:
        loaded: list[Template] = list(yaml.load(file, yaml.Loader)["templates"].values())
    with open(records, encoding="utf-8") as source, open(out, "w", encoding="utf-8") as sink:
        for line in source:
            record = json.loads(line)
            for template in loaded:
                parts = template.apply(record)
                example = {"template": template.name, "input": parts[0], "target": parts[1]}
                sink.write(json.dumps(example, ensure_ascii=False) + "\n")


main(*sys.argv[1:])
