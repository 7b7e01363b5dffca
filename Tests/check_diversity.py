#!/usr/bin/env python3
"""Computes the figures that the tests of Diversity hold ours against, by the packages they are named after.

Self-BLEU by NLTK and fast-bleu, the Vendi score by vendi-score, distinct-n and trigram Jaccard directly. Installs the
packages into a private environment under .cache and prints the figures as JSON; `--write` puts them into the fixture.

    Tests/check_diversity.py [--write]
"""
import json
import os
import sys
import types

import private_environment

here = os.path.dirname(os.path.abspath(__file__))
fixtures = os.path.join(here, "DiversityTests", "Fixtures")
packages = ["nltk", "fast-bleu", "vendi-score", "scikit-learn", "scipy"]

private_environment.enter("diversity-packages", packages)

import numpy as np
import scipy.sparse
from fast_bleu import SelfBLEU
from nltk.translate.bleu_score import SmoothingFunction, sentence_bleu

# vendi-score asks for models and data sets that its n-gram score does not use, and for names that newer releases of
# SciPy no longer have.
for name in ("datasets", "torch", "transformers"):
    stub = types.ModuleType(name)
    stub.AutoModel = stub.AutoTokenizer = None
    sys.modules[name] = stub
scipy.sparse.csr = types.SimpleNamespace(csr_matrix=scipy.sparse.csr_matrix)
scipy.sparse.csr_matrix.A = property(lambda matrix: matrix.toarray())
for name in ("csr_array",):
    setattr(getattr(scipy.sparse, name), "A", property(lambda matrix: matrix.toarray()))
from vendi_score import text_utils

with open(os.path.join(fixtures, "texts.txt"), encoding="utf-8") as file:
    lines = file.read().splitlines()
texts = [line.split() for line in lines]
smooth = SmoothingFunction().method1


def grams(text, order):
    return [tuple(text[place : place + order]) for place in range(len(text) - order + 1)]


def jaccard(a, b):
    a, b = (set(grams(text, 3)) or {tuple(text)} for text in (a, b))
    return len(a & b) / len(a | b)


def distinct(order):
    every = [gram for text in texts for gram in grams(text, order)]
    return len(set(every)) / len(every)


def vendi(some):
    return float(text_utils.ngram_vendi_score([" ".join(text) for text in some], tokenizer=str.split))


found = {
    "self_bleu_nltk": [
        sentence_bleu(texts[:i] + texts[i + 1 :], text, smoothing_function=smooth) for i, text in enumerate(texts)
    ],
    "self_bleu_fast_bleu": SelfBLEU(texts).get_score()[4],
    "vendi": vendi(texts),
    # Without the texts that have no n-gram of some order.
    "vendi_long": vendi([text for text in texts if len(text) >= 4]),
    "distinct": [distinct(order) for order in (1, 2, 3)],
    "jaccard": [[jaccard(a, b) for b in texts[:i]] for i, a in enumerate(texts)],
}
difference = max(abs(a - b) for a, b in zip(found["self_bleu_nltk"], found["self_bleu_fast_bleu"]))
print(f"NLTK and fast-bleu differ by {difference:.1e} at most", file=sys.stderr)
if "--write" in sys.argv:
    with open(os.path.join(fixtures, "figures.json"), "w") as file:
        json.dump(found, file)
        file.write("\n")
else:
    print(json.dumps(found))
