#!/usr/bin/env python3
"""Counts faults of published templates independently of Phrasebook's rules.

Reads every templates.yaml below a folder with PyYAML, parses the templates with jinja2's own parser and prints, as
JSON: templates with a random choice, templates that define answer choices and never use them, templates near an
earlier one of their file, and the pairs of near-duplicates. Needs jinja2 and PyYAML.

    Tests/count_template_faults.py .cache/promptsource-0.2.3
"""
import json
import pathlib
import re
import sys
import unicodedata

import jinja2
import yaml
from jinja2 import nodes


class Loader(yaml.SafeLoader):
    pass


for tag in ("!Template", "!TemplateMetadata"):
    Loader.add_constructor(tag, lambda loader, node: loader.construct_mapping(node, deep=True))

ENVIRONMENT = jinja2.Environment()
RANDOM = {"choice", "random", "shuffle"}


def is_alone(character):
    """Whether a character of a script without spaces is a word by itself."""
    value = ord(character)
    if 0x0E00 <= value <= 0x0EFF or 0x1000 <= value <= 0x109F or 0x1780 <= value <= 0x17FF or 0x3041 <= value <= 0x30FF:
        return character.isalpha()
    return 0x3400 <= value <= 0x4DBF or 0x4E00 <= value <= 0x9FFF or 0xF900 <= value <= 0xFAFF


def words_of(text):
    words, word = [], ""
    for character in text + " ":
        if is_alone(character):
            words += [word.lower()] if word else []
            words.append(character)
            word = ""
        elif character == "_" or unicodedata.category(character)[0] in "LMN":
            word += character
        else:
            words += [word.lower()] if word else []
            word = ""
    return words


def pieces(source):
    """Texts and outputs in order, by jinja2's own lexer."""
    words = []
    for _, kind, value in ENVIRONMENT.lex(source):
        if kind == "variable_begin":
            words.append("{{}}")
        elif kind == "data":
            words += words_of(value)
    return words


def trigrams(words):
    if len(words) < 3:
        return {tuple(words)} if words else set()
    return {tuple(words[place : place + 3]) for place in range(len(words) - 2)}


def jaccard(a, b):
    return len(a & b) / len(a | b) if a | b else 1.0


def main():
    counts = {"files": 0, "templates": 0, "random": 0, "unused_choices": 0, "near_duplicates": 0, "pairs": 0,
              "pairs_0.9": 0}
    for path in sorted(pathlib.Path(sys.argv[1]).rglob("templates.yaml")):
        counts["files"] += 1
        earlier = []
        for template in yaml.load(path.read_text(encoding="utf-8"), Loader)["templates"].values():
            counts["templates"] += 1
            tree = ENVIRONMENT.parse(template["jinja"])
            trees = [tree]
            if template.get("answer_choices"):
                trees.append(ENVIRONMENT.parse(template["answer_choices"]))
                names = {node.name for node in tree.find_all(nodes.Name)}
                counts["unused_choices"] += "answer_choices" not in names
            filters = {node.name for one in trees for node in one.find_all(nodes.Filter)}
            counts["random"] += bool(filters & RANDOM)
            grams = trigrams(pieces(template["jinja"]))
            likeness = [jaccard(grams, other) for other in earlier]
            near = sum(value >= 0.6 for value in likeness)
            counts["pairs"] += near
            counts["pairs_0.9"] += sum(value >= 0.9 for value in likeness)
            counts["near_duplicates"] += near > 0
            earlier.append(grams)
    print(json.dumps(counts))


main()
