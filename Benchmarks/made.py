"""Data that the benchmarks make from a seed: sentence pairs with a label."""

import json
import random

NAMES = "Anna Bela Carlos Dina Emil Farah Goran Hana Ivo Jana Karim Lena Milan Nora Omar Petra".split()
VERBS = "repairs paints carries sells finds loses borrows hides washes draws opens closes".split()
THINGS = "bicycle lantern kettle ladder violin carpet basket mirror engine window bottle hammer".split()
PLACES = "market harbour station garden library workshop kitchen bridge museum school forest square".split()
DAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()


def sentence(random_source):
    pick = random_source.choice
    return (
        f"On {pick(DAYS)} {pick(NAMES)} {pick(VERBS)} the {pick(THINGS)} near the {pick(PLACES)}, "
        f"and {pick(NAMES)} {pick(VERBS)} {random_source.randint(2, 99)} \"old\" {pick(THINGS)}s."
    )


def write_pairs(path, count, seed=1):
    """JSON lines {premise, hypothesis, label}."""
    source = random.Random(seed)
    with open(path, "w", encoding="utf-8") as file:
        for _ in range(count):
            record = {
                "premise": sentence(source) + " " + sentence(source),
                "hypothesis": sentence(source),
                "label": source.randrange(3),
            }
            file.write(json.dumps(record, ensure_ascii=False) + "\n")
