#!/usr/bin/env python3
"""Holds our scores against lm-evaluation-harness' `hf` back end: python3 Tests/check_evaluation.py [ITEMS [TASK…]]

The same model file and prompts, 300 items each of SST-2, RTE, AG News, COPA and TREC from ../shared/corpora, and AG
News once more with four exemplars (a tenth of the items): log-likelihoods of every choice, predictions, acc, acc_norm
and their standard errors. An hour on two cores; needs a network the first time.
"""

import csv
import json
import os
import statistics
import subprocess
import sys
import xml.etree.ElementTree as ElementTree

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, os.path.join(ROOT, "Benchmarks"))
sys.path.insert(0, os.path.join(ROOT, "Tests"))
import evaluation_peers
import torch_environment

SHARED = os.environ.get("PHRASEBOOK_SHARED", os.path.join(os.path.dirname(ROOT), "shared"))
CORPORA = os.path.join(SHARED, "corpora")
FOLDER = os.path.join(ROOT, ".cache", "check-evaluation")
items = int(sys.argv[1]) if len(sys.argv) > 1 else 300
wanted = sys.argv[2:]


def lines(*place):
    with open(os.path.join(CORPORA, *place), encoding="utf-8", errors="replace") as file:
        return file.read().splitlines()


def request(prompt, choices, right):
    return {"prompt": prompt, "choices": choices, "framing": "continued", "right": right}


def sst2():
    for line in lines("sent-conv", "stsa.binary.test"):
        label, text = line.split(" ", 1)
        yield request(f"Review: {text}\nIs the review bad or good?", [" bad", " good"], int(label))


def rte():
    for line in lines("superglue", "RTE", "val.jsonl") + lines("superglue", "RTE", "train.jsonl"):
        item = json.loads(line)
        prompt = f"{item['premise']}\nQuestion: {item['hypothesis']} True or False?\nAnswer:"
        yield request(prompt, [" True", " False"], int(item["label"] != "entailment"))


def ag_news():
    topics = [" World politics", " Sports", " Business", " Science and technology"]
    with open(os.path.join(CORPORA, "ag_news", "test.csv"), encoding="utf-8") as file:
        for label, title, text in csv.reader(file):
            yield request(f"Article: {title}. {text}\nTopic:", topics, int(label) - 1)


def copa():
    root = ElementTree.parse(os.path.join(CORPORA, "copa-xml", "balanced-copa-dev-all.xml")).getroot()
    for item in root.iter("item"):
        word = "because" if item.get("asks-for") == "cause" else "so"
        premise = item.find("p").text.strip().rstrip(".")
        choices = [" " + c[0].lower() + c[1:] for c in (item.find(name).text.strip() for name in ("a1", "a2"))]
        yield request(f"{premise} {word}", choices, int(item.get("most-plausible-alternative")) - 1)


def trec():
    kinds = {"ABBR": " abbreviation", "ENTY": " entity", "DESC": " description", "HUM": " person",
             "LOC": " location", "NUM": " number"}
    for line in lines("calibrate-before-use", "trec", "test.txt"):
        label, question = line.split(" ", 1)
        yield request(
            f"Question: {question}\nThe answer is a", list(kinds.values()), list(kinds).index(label.split(":")[0]))


def ag_news_4():
    all_items = list(ag_news())
    # From the end of the file, which is not asked.
    solved = [{"input": e["prompt"], "target": e["choices"][e["right"]]} for e in all_items[-4:]]
    for item in all_items[:max(1, items // 10)]:
        yield item | {"exemplars": solved}


TASKS = {"sst2": sst2, "rte": rte, "ag_news": ag_news, "copa": copa, "trec": trec, "ag_news_4_shots": ag_news_4}


def best(values):
    """The place of the highest, the first of equals."""
    return values.index(max(values))


def stderr(hits):
    return (statistics.variance(hits) / len(hits)) ** 0.5


def figures(requests, answers, rounded):
    """(prediction, prediction by characters, acc, acc's error, acc_norm, its error) as evaluate ranks."""
    values = [[round(v, 4) if rounded else v for v in a["log_likelihoods"]] for a in answers]
    plain = [best(v) for v in values]
    normed = [best([x / len(c) for x, c in zip(v, r["choices"])]) for v, r in zip(values, requests)]
    hits = [[float(p == r["right"]) for p, r in zip(found, requests)] for found in (plain, normed)]
    return plain, normed, *(f(h) for h in hits for f in (statistics.mean, stderr))


def check(name, requests, peer, checks):
    path = os.path.join(FOLDER, name + ".jsonl")
    with open(path, "w") as file:
        for item in requests:
            file.write(json.dumps({k: v for k, v in item.items() if k != "right"}) + "\n")
    model = evaluation_peers.pretrained()
    out = subprocess.run(
        [torch_environment.program(), "score", path, "--model", model, "--quiet"], check=True, capture_output=True,
        text=True).stdout
    ours = [json.loads(line) for line in out.splitlines()]
    _, theirs = peer.run("score", path, 16)
    differences = [
        abs(a - b) for x, y in zip(ours, theirs) for a, b in zip(x["log_likelihoods"], y["log_likelihoods"])]
    mine, yours = figures(requests, ours, True), figures(requests, theirs, False)
    agreement = statistics.mean(a == b for a, b in zip(mine[0], yours[0]))
    greedy = statistics.mean(x["greedy"] == y["greedy"] for x, y in zip(ours, theirs))
    print(f"{name}: {len(requests)} items; acc {mine[2]:.4f} ± {mine[3]:.4f} (lm-eval {yours[2]:.4f} ± {yours[3]:.4f}), "
          f"acc_norm {mine[4]:.4f} ± {mine[5]:.4f} ({yours[4]:.4f} ± {yours[5]:.4f})")
    checks.most(f"{name}: largest difference of log-likelihoods", max(differences), 2e-2)
    checks.most(f"{name}: share of other predictions", 1 - agreement, 0.01)
    checks.most(f"{name}: share of other answers to what is greedy", 1 - greedy, 0.01)
    if (mine[0], mine[1]) == (yours[0], yours[1]):
        checks.true(f"{name}: acc, acc_norm and standard errors to four digits",
                    all(f"{a:.4f}" == f"{b:.4f}" for a, b in zip(mine[2:], yours[2:])))


if not os.path.isdir(CORPORA):
    print("skipped: no ../shared")
    sys.exit(0)
os.makedirs(FOLDER, exist_ok=True)
# The model's own rules for dividing texts, read and applied by Hugging Face's tokenizers.
folder = os.path.join(FOLDER, "model")
torch_environment.phrasebook("convert", evaluation_peers.pretrained(), "--to", "huggingface", "--output", folder, "--quiet")
peer = evaluation_peers.LMEval(2, folder)
checks = torch_environment.Checks()
for name, task in TASKS.items():
    if not wanted or name in wanted:
        check(name, list(task())[:items], peer, checks)
peer.end()
checks.finish()
