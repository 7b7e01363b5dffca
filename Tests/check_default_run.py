"""Holds a run of the default recipe to what the README promises: check_default_run.py FOLDER.

Everything is computed anew from the predictions and the manifest, not read from the program's figures.
"""

import collections
import json
import os
import statistics
import sys


def lines(path):
    with open(path, encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def main(folder):
    with open(os.path.join(folder, "manifest.json"), encoding="utf-8") as file:
        manifest = json.load(file)
    with open(os.path.join(folder, "evaluation", "results.json"), encoding="utf-8") as file:
        results = json.load(file)
    problems = []

    # Counts by the formula, largest remainder.
    trained = [task for task in manifest["tasks"] if task["records"]["train"]]
    weights = [min(task["records"]["train"], manifest["cap"]) for task in trained]
    exact = [manifest["total"] * weight / sum(weights) for weight in weights]
    drawn = collections.Counter()
    held_out = {template["id"] for task in manifest["tasks"] for template in task["templates"]["unseen"]}
    for shard in manifest["shards"]:
        for example in lines(os.path.join(folder, shard["path"])):
            drawn[example["task"]] += 1
            if example["template"] in held_out:
                problems.append(f"a held-out template in {shard['path']}: {example['template']}")
    for task, share in zip(trained, exact):
        if abs(drawn[task["name"]] - share) >= 1:
            problems.append(f"{task['name']}: {drawn[task['name']]} examples where the formula says {share:.2f}")

    # A task's figure: the median over its templates, from the predictions.
    right = collections.defaultdict(list)
    for prediction in lines(os.path.join(folder, "evaluation", "predictions.jsonl")):
        key = prediction["cell"], prediction["task"], prediction["template"]
        right[key].append(bool(prediction["correct"]))
    above = 0
    for task in results["tasks"]:
        accuracy = {
            cell: statistics.median(
                statistics.fmean(answers) for (c, name, _), answers in right.items()
                if name == task["name"] and c == cell)
            for cell in ("seen_templates", "unseen_templates")
        }
        for cell, key in (("seen_templates", "seen"), ("unseen_templates", "unseen")):
            if abs(accuracy[cell] - task[key]["median"]) > 1e-9:
                problems.append(f"{task['name']}: {key} is {task[key]['median']}, computed {accuracy[cell]}")
        # "Far above": at least a third of the way from guessing to perfection.
        chance = max(task["chance"], task["majority"])
        far = accuracy["seen_templates"] >= chance + (1 - chance) / 3
        above += far
        print(
            f"{task['name']:20} chance {task['chance']:.2f} majority {task['majority']:.2f} "
            f"seen {accuracy['seen_templates']:.2f} unseen {accuracy['unseen_templates']:.2f}{'' if far else '  (not far above)'}")
    if above * 2 <= len(results["tasks"]):
        problems.append(f"seen is far above chance on {above} of {len(results['tasks'])} tasks only")
    gap = results["gap"]
    if not gap["low"] <= gap["mean"] <= gap["high"]:
        problems.append(f"the interval {gap} does not hold its mean")
    with open(os.path.join(folder, "model", "training.json"), encoding="utf-8") as file:
        trained = json.load(file)
    print(f"model: {trained['model']}, {trained['examples']} examples, {trained['precision']}"
          + (f", in place of {trained['in_place_of']}: {trained['reason']}" if trained["in_place_of"] else ""))
    if trained["pretrained"] == bool(trained["in_place_of"]):
        problems.append(f"it is not clear which model was trained and why: {trained}")
    for key in ("seen", "unseen"):
        mean = statistics.fmean(task[key]["median"] for task in results["tasks"])
        if abs(mean - results[key]) > 1e-9:
            problems.append(f"{key} is {results[key]}, computed {mean}")
    # A model that knew English before is what unseen phrasings ask for.
    least = 0.5 if trained["pretrained"] else 0.3
    if results["unseen"] < least:
        problems.append(f"unseen is {results['unseen']:.3f}, expected {least} at least")
    for name in ("report.html", "README.md", "model/model.safetensors"):
        if not os.path.getsize(os.path.join(folder, name)):
            problems.append(f"{name} is empty")
    for problem in problems:
        print(f"error: {problem}", file=sys.stderr)
    sys.exit(1 if problems else 0)


main(sys.argv[1])
