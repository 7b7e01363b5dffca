#!/usr/bin/env python3
"""Holds our metrics against the packages they are named after, on pairs of texts made from a seed.

sacreBLEU, rouge-score, scikit-learn and SciPy as they are; SQuAD's figures by transformers' copy of the official script
(and by its definition where a side is empty, which that copy treats as version 2 does). Installs the packages into a
private environment under .cache, writes the pairs with the packages' figures and lets the tests compare.

    Tests/check_metrics.py              1,000 pairs, through the built tests
    Tests/check_metrics.py --write      writes the smaller fixture of the tests
    Tests/check_metrics.py --seed N     other pairs
"""
import json
import math
import os
import random
import subprocess
import sys

import private_environment

here = os.path.dirname(os.path.abspath(__file__))
root = os.path.dirname(here)
packages = ["sacrebleu==2.6.0", "rouge-score", "nltk", "scikit-learn", "scipy", "transformers<5"]

private_environment.enter("metrics-packages", packages)

import numpy as np
import scipy.stats
import sklearn.metrics
from nltk.stem.porter import PorterStemmer
from rouge_score.rouge_scorer import RougeScorer
from sacrebleu.metrics import BLEU, CHRF
from transformers.data.metrics import squad_metrics

STEMS = """nation relat hope hop run happi fall agre plaster motor conflat troubl siz tann fil hiss fizz sky die lie fli
enjoy cri condit ration valenci digit radic differ vile analog vietnam predic oper feudal decis hope callous formal
sensit sensibl triplic form electr good reviv allow infer airlin gyroscop adjust defens irrit replac depend adopt
homolog commun activ angular effect bowdler probat rat ceas control roll archaeo geo theo canning news y yy say by""".split()
ENDINGS = """ s es ed ing ly ies ied ational tional enci anci izer bli alli entli eli ousli ization ation ator alism iveness
fulness ousness aliti iviti biliti fulli logi icate ative alize iciti ical ful ness al ance ence er ic able ible ant ement
ment ent sion tion ou ism ate iti ous ive ize e ll eed y""".split(" ")
ODD = """The the a An AN and O'Neil's don't it's e.g. U.S. 1,000 3.14 12-13 10% $5 &amp; &quot;so&quot; &lt;b&gt; <skipped>
co-op -- ... !? (hi) [x] {y} a/b c\\d naïve café Straße ΣΊΣΥΦΟΣ ΟΔΟΣ İstanbul KELVIN\u212a ½ ²x 数字 数 字 中文。 «quoted» “curly” –
— … № € ₽ 𝔘nicode 👍🏽 👩‍👩‍👧 a\u0301 ﬁne Ⅷ ٣٫١٤ हिन्दी ~tilde ^hat `tick` #tag @name x=y+z a_b _ the-end an. a,b ,a. .5 5. 1-a a-1
\u00a0 \u2003 \u200b \ufeff""".split(" ")


def word(rng):
    kind = rng.random()
    if kind < 0.55:
        return rng.choice(STEMS) + rng.choice(ENDINGS)
    if kind < 0.8:
        return rng.choice(["the", "cat", "sat", "on", "a", "mat", "red", "dog", "an", "old"])
    return rng.choice(ODD)


def text(rng):
    length = rng.choice([0, 1, 1, 2, 3, 4, 5, 8, 12, 20, 30])
    words = [word(rng) for _ in range(length)]
    if words and rng.random() < 0.3:
        words += [rng.choice(words)] * rng.randrange(1, 5)
    glue = [" "] * 8 + ["  ", "\n", "\n", "-\n", ", ", ". ", "\t"]
    made = "".join(w + rng.choice(glue) for w in words)
    made = made if rng.random() < 0.3 else made.rstrip()
    return made.upper() if rng.random() < 0.05 else made


def changed(rng, target):
    if rng.random() < 0.15:
        return target
    letters = target.split(" ")
    for _ in range(rng.randrange(0, 6)):
        act = rng.random()
        place = rng.randrange(len(letters) + 1)
        if act < 0.35:
            letters.insert(place, word(rng))
        elif act < 0.65 and place < len(letters):
            letters[place] = word(rng)
        elif act < 0.85 and place < len(letters):
            del letters[place]
        else:
            rng.shuffle(letters)
    made = " ".join(letters)
    return made.title() if rng.random() < 0.1 else made


def distance(one, other):
    row = list(range(len(other) + 1))
    for i, a in enumerate(one, 1):
        last, row[0] = row[0], i
        for j, b in enumerate(other, 1):
            last, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, last + (a != b))
    return row[-1]


def squad_f1(target, answer):
    if not squad_metrics.get_tokens(target) or not squad_metrics.get_tokens(answer):
        return 0.0  # version 1.1: without common words there is no F1
    return float(squad_metrics.compute_f1(target, answer))


SCORERS = {
    stem: RougeScorer(["rouge1", "rouge2", "rougeL", "rougeLsum"], use_stemmer=stem) for stem in (False, True)}
BLEUS = {"bleu": "13a", "bleu_intl": "intl", "bleu_char": "char", "bleu_none": "none"}


def figures(answer, targets):
    """What one answer is worth."""
    found = {
        "squad_exact_match": float(max(squad_metrics.compute_exact(t, answer) for t in targets)),
        "squad_f1": max(squad_f1(t, answer) for t in targets),
        "edit_similarity": max(
            1 - distance(t, answer) / max(len(t), len(answer)) if t or answer else 1.0 for t in targets),
    }
    for stem, scorer in SCORERS.items():
        for name, score in scorer.score_multi(targets, answer).items():
            found[name + ("_stem" if stem else "")] = float(score.fmeasure)
    for name, tokenizer in BLEUS.items():
        metric = BLEU(tokenize=tokenizer, effective_order=True)
        found[name] = metric.sentence_score(answer, targets).score / 100
    found["sentence_bleu"] = found["bleu"]
    found["chrf"] = CHRF().sentence_score(answer, targets).score / 100
    found["chrf++"] = CHRF(word_order=2).sentence_score(answer, targets).score / 100
    return found


def corpus(answers, targets):
    """What all answers together are worth, and signatures."""
    most = max(map(len, targets))
    streams = [[t[k] if k < len(t) else None for t in targets] for k in range(most)]
    found = {}
    signatures = {}
    for name, tokenizer in BLEUS.items():
        metric = BLEU(tokenize=tokenizer)
        found[name] = metric.corpus_score(answers, streams).score / 100
        signatures[name] = str(metric.get_signature())
    for name, order in [("chrf", 0), ("chrf++", 2)]:
        metric = CHRF(word_order=order)
        found[name] = metric.corpus_score(answers, streams).score / 100
        signatures[name] = str(metric.get_signature())
    return found, signatures


def classes(rng, count):
    names = ["yes", "no", "maybe", "été", ""]
    wanted = [rng.choice(names[:4]) for _ in range(count)]
    answered = [w if rng.random() < 0.5 else rng.choice(names) for w in wanted]
    return {
        "wanted": wanted, "answered": answered,
        "macro_f1": sklearn.metrics.f1_score(wanted, answered, average="macro", zero_division=0),
        "f1": dict(zip(sorted(set(wanted + answered)),
                       map(float, sklearn.metrics.f1_score(
                           wanted, answered, average=None, zero_division=0,
                           labels=sorted(set(wanted + answered)))))),
        "mcc": sklearn.metrics.matthews_corrcoef(wanted, answered),
        "accuracy": sklearn.metrics.accuracy_score(wanted, answered),
    }


def numbers(rng, count):
    wanted = [round(rng.choice([0, 1, 2, 3, 4, 5]) + rng.choice([0, 0.5, 0.25]), 2) for _ in range(count)]
    answered = [round(w * 0.7 + rng.gauss(0, 1), 1) for w in wanted]
    return {
        "wanted": wanted, "answered": answered,
        "pearson": float(scipy.stats.pearsonr(wanted, answered).statistic),
        "spearman": float(scipy.stats.spearmanr(wanted, answered).statistic),
    }


def calibration(rng, count, bins):
    confidence = np.array([round(rng.random(), 3) for _ in range(count)])
    right = np.array([rng.random() < c ** 1.5 for c in confidence])
    edges = np.linspace(0, 1, bins + 1)
    place = np.clip(np.digitize(confidence, edges, right=True) - 1, 0, bins - 1)
    error = sum(
        abs(right[place == k].mean() - confidence[place == k].mean()) * np.mean(place == k)
        for k in range(bins) if np.any(place == k))
    return {"bins": bins, "confidence": confidence.tolist(), "right": right.tolist(), "error": float(error)}


def make(seed, count):
    rng = random.Random(seed)
    targets, answers = [], []
    for _ in range(count):
        own = [text(rng)]
        while rng.random() < 0.15:
            own.append(changed(rng, own[0]))
        targets.append(own)
        answers.append(changed(rng, rng.choice(own)))
    whole, signatures = corpus(answers, targets)
    stemmer = PorterStemmer()
    words = sorted({s + e for s in rng.sample(STEMS, 20) for e in rng.sample(ENDINGS, 20)} if count < 1000 else
                   {s + e for s in STEMS for e in ENDINGS})
    return {
        "pairs": [
            {"answer": a, "targets": t, "figures": {k: float(v) for k, v in figures(a, t).items()}}
            for a, t in zip(answers, targets)],
        "corpus": whole, "signatures": signatures,
        "classes": [classes(rng, n) for n in (1, 7, count)],
        "numbers": [numbers(rng, n) for n in (3, 20, count)],
        "calibration": [calibration(rng, count, bins) for bins in (1, 10, 15)],
        "stems": {w: stemmer.stem(w) if len(w) > 3 else w for w in words},
    }


def main():
    write = "--write" in sys.argv
    seed = int(sys.argv[sys.argv.index("--seed") + 1]) if "--seed" in sys.argv else 7
    path = os.path.join(root, ".cache", "metric-pairs.json")
    if write:
        path = os.path.join(here, "MetricsTests", "Fixtures", "expected.json")
        os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="utf-8") as file:
        json.dump(make(seed, 60 if write else 1000), file, ensure_ascii=False, indent=0 if write else None)
        file.write("\n")
    if write:
        return
    environment = {**os.environ, "PHRASEBOOK_METRIC_PAIRS": path}
    sys.exit(subprocess.run(
        ["swift", "test", "-c", "release", "--skip-build", "--filter", "ReferencePackageTests", *os.environ.get("SWIFT_TEST", "").split()],
        cwd=root, env=environment).returncode)


main()
