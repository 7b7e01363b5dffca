"""A mixture by hand: mix_jinja2.py FOLDER TOTAL CAP OUT — rates by the capped formula, records and templates
drawn at random, examples in random order, Jinja2 and orjson doing the work."""

import os
import random
import sys

import jinja2
import orjson

import mixing
import template_file


def main(folder, total, cap, out):
    draw = random.Random(1)
    environment = jinja2.Environment()
    tasks = []
    for name in sorted(os.listdir(os.path.join(folder, "corpora"))):
        with open(os.path.join(folder, "corpora", name, "pairs.jsonl"), "rb") as file:
            records = [orjson.loads(line) for line in file]
        compiled = [
            (key, environment.from_string(source).render, choices)
            for key, _, source, choices in template_file.load(os.path.join(folder, "templates", name, "templates.yaml"))
        ]
        tasks.append((name, records, compiled))
    plan = []
    for task, count in enumerate(mixing.counts([len(task[1]) for task in tasks], int(total), int(cap))):
        plan += [task] * count
    draw.shuffle(plan)
    with open(out, "wb", buffering=1 << 20) as sink:
        for index, task in enumerate(plan):
            name, records, compiled = tasks[task]
            place = draw.randrange(len(records))
            template, render, choices = draw.choice(compiled)
            parts = render(answer_choices=choices, **records[place]).split("|||")
            example = {
                "input": parts[0].strip(),
                "target": parts[1].strip(),
                "task": name,
                "template": template,
                "record": place,
                "index": index,
                "choices": choices,
            }
            sink.write(orjson.dumps(example) + b"\n")


main(*sys.argv[1:])
