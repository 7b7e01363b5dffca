#!/usr/bin/env python3
"""Contextual calibration computed with numpy and nothing of ours.

    python3 Tests/check_calibration.py --write    writes Tests/EvaluationTests/Fixtures/calibration.json
    python3 Tests/check_calibration.py DIR        recomputes what an evaluation of DIR with --calibrate wrote

The formulas are those of Zhao et al. 2021: probabilities of the labels, renormalised; p_cf their mean over prompts
without content, renormalised; W = diag(p_cf)^-1, b = 0 (or W = I, b = -p_cf); the label of the highest Wp + b.
"""
import json
import pathlib
import sys

import numpy as np

FIXTURE = pathlib.Path(__file__).parent / "EvaluationTests" / "Fixtures" / "calibration.json"


def normalized(log_likelihoods):
    p = np.exp(np.array(log_likelihoods, dtype=np.float64))
    return p / p.sum()


def content_free(prompts):
    mean = np.mean([normalized(p) for p in prompts], axis=0)
    return mean / mean.sum()


def divided(p, p_cf):
    q = np.diag(1 / p_cf) @ p
    return q / q.sum()


def write():
    rng = np.random.default_rng(7)
    cases = []
    for labels in [2, 3, 4, 6, 2, 3]:
        scale = rng.choice([0.5, 3, 12])
        prompts = [(-scale * rng.random(labels) - 1).tolist() for _ in range(3)]
        values = (-scale * rng.random(labels) - 1).tolist()
        p, p_cf = normalized(values), content_free(prompts)
        cases.append({
            "content_free_prompts": prompts, "log_likelihoods": values, "p": p.tolist(), "p_cf": p_cf.tolist(),
            "divided": divided(p, p_cf).tolist(), "difference": (np.eye(labels) @ p - p_cf).tolist(),
            "choice": int(np.argmax(divided(p, p_cf))),
            "total_variation": float(np.abs(p - p_cf).sum() / 2),
        })
    FIXTURE.write_text(json.dumps({"cases": cases}, indent=1) + "\n")
    print(f"wrote {len(cases)} cases to {FIXTURE}")


def check(folder):
    folder = pathlib.Path(folder)
    results = json.loads((folder / "evaluation/results.json").read_text())
    method = results["calibration"]["method"]
    worst, count, changed = 0.0, 0, 0
    right = {}
    shares = {}
    for line in open(folder / "evaluation/predictions.jsonl"):
        line = json.loads(line)
        if "calibrated" not in line:
            continue
        p, p_cf = normalized(line["log_likelihoods"]), np.array(line["content_free"])
        assert abs(p_cf.sum() - 1) < 1e-9
        found = p - p_cf if method == "contextual_difference" else divided(p, p_cf)
        worst = max(worst, float(np.abs(found - np.array(line["calibrated"])).max()))
        assert line["calibrated_choice"] == int(np.argmax(np.array(line["calibrated"])))
        count += 1
        changed += line["calibrated_choice"] != line["choice"]
        key = (line["task"], line["cell"])
        before, after = shares.setdefault(key, ([0] * len(p), [0] * len(p)))
        if len(before) == len(p):
            before[line["choice"]] += 1
            after[line["calibrated_choice"]] += 1
        right.setdefault(key + (line["template"],), []).append(line["calibrated_choice"])
    assert count > 0, "nothing was calibrated"
    assert worst < 1e-6, worst
    for task in results["tasks"] + results["unseen_tasks"]:
        for name, cell in [("seen", "seen_templates"), ("unseen", "unseen_templates"), ("unseen", "unseen_tasks")]:
            shift = task.get("label_shift", {}).get(name)
            key = (task["name"], cell)
            if not shift or key not in shares or sum(shares[key][0]) != shift["n"]:
                continue
            for kind, counts in zip(("before", "after"), shares[key]):
                found = np.array(counts) / sum(counts)
                assert np.allclose(found, shift[kind], atol=1e-12), (task["name"], name, kind)
                distance = np.abs(found - np.array(shift["gold"])).sum() / 2
                assert abs(distance - shift[f"total_variation_{kind}"]) < 1e-12
    print(f"{count} calibrated answers equal numpy's to {worst:.1e}; {changed} differ from the uncalibrated ones")


if __name__ == "__main__":
    write() if sys.argv[1:] == ["--write"] else check(sys.argv[1])
