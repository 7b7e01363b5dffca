"""Makes a small mixture and what an evaluation of it must find, computed with numpy and nothing of ours.

    python3 make.py      writes mixture/ and expected.json beside itself

The model is a hash of prompt and answer, so that both sides can compute it. Bootstrap intervals come twice:
with our generator's draws (mix64 below is SplitMix64's finalizer), which must agree to the last digits, and
with numpy's own generator, which must agree within sampling error.
"""
import json
import pathlib
import random

import numpy as np
import scipy.stats

HERE = pathlib.Path(__file__).parent
M64 = (1 << 64) - 1
GOLDEN = 0x9E3779B97F4A7C15
SEED = 11
EXACT_RESAMPLES, FREE_RESAMPLES = 300, 40_000


def mix64(z):
    z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & M64
    z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & M64
    return z ^ (z >> 31)


def key_of_seed(seed):
    return mix64((seed + GOLDEN) & M64)


def number_part(key, number):
    return mix64(key ^ mix64((number + GOLDEN) & M64))


def text_part(key, text):
    value = key ^ 0xCBF29CE484222325
    data = text.encode()
    for byte in data:
        value = mix64(value ^ byte)
    return mix64(value ^ len(data))


class Draws:
    def __init__(self, key):
        self.state = key

    def below(self, bound):
        self.state = (self.state + GOLDEN) & M64
        return (mix64(self.state) * bound) >> 64


def fnv(text):
    value = 0xCBF29CE484222325
    for byte in text.encode():
        value = ((value ^ byte) * 0x100000001B3) & M64
    return value


def log_likelihood(prompt, choice):
    return -(fnv(prompt + "\x01" + choice) % 64) / 8 - 0.5


def generated(prompt):
    words = prompt.split(" ")
    return " " + words[-1] + "\n" if fnv(prompt) % 3 else words[0]


def quantile(values, level):
    return float(np.quantile(np.array(values), level))


def make_examples():
    rng = random.Random(3)
    cells = {"seen_templates": [], "unseen_templates": [], "unseen_tasks": []}
    tasks = [
        ("sky", "weather", "accuracy", ["clear", "cloudy", "rainy"], 5, 3, 12),
        ("pairs", "order", "accuracy", None, 4, 2, 9),
        ("echo", "words", "exact_match", [], 3, 2, 10),
        ("single", "words", "exact_match", [], 1, 1, 6),
        ("only_seen", "order", "accuracy", ["yes", "no"], 3, 0, 5),
        ("never", "held", "accuracy", ["left", "right"], 0, 4, 8),
    ]
    manifest = {
        "format_version": 1, "phrasebook_version": "0", "seed": SEED, "cap": None, "temperature": 1,
        "total": 100, "tasks": [], "inputs": [], "shards": [],
    }
    for name, cluster, metric, choices, seen, unseen, count in tasks:
        templates = [{"id": f"{name}-{k}", "name": f"wording {k} of {name}", "family": f"f{k}"}
                     for k in range(seen + unseen)]
        held = name == "never"
        manifest["tasks"].append({
            "name": name, "cluster": cluster, "metric": metric,
            "records": {"train": 10, "validation": 0, "test": count, "quarantined": 0},
            "rate": 0 if held else 0.2, "count": 0 if held else 20, "epochs": 1,
            "templates": {"seen": templates[:seen], "unseen": templates[seen:]},
        })
        for record in range(count):
            own = choices if choices is not None else [f"first {record}", f"the second {record}"]
            right = rng.choice(own) if own else f"word{record}"
            for place, template in enumerate(templates):
                # One template does not speak of some records; the last record of sky has no unseen templates.
                if name == "sky" and (place == 1 and record % 5 == 2 or place >= seen and record == 11):
                    continue
                cell = "unseen_tasks" if held else "seen_templates" if place < seen else "unseen_templates"
                line = {
                    "input": f"{template['name']}: {record} says {right if not own else place}",
                    "target": right, "task": name, "template": template["id"],
                    "record": f"{fnv(name + str(record)):032x}", "index": len(cells[cell]),
                }
                if own:
                    line["choices"] = own
                elif record == 4:
                    line["target"] = "other"
                    line["targets"] = ["other", f" {right} "]
                cells[cell].append(line)
    # A target that no choice equals.
    cells["seen_templates"][2]["target"] = "snowy"
    return manifest, cells


def judge(line):
    targets = [t.strip() for t in line.get("targets", [line["target"]])]
    choices = line.get("choices")
    if not choices:
        text = generated(line["input"])
        return {"answer": text, "right": text.strip() in targets}
    scores = np.array([log_likelihood(line["input"], c) for c in choices])
    rankings = {
        "right": scores,
        "acc_norm": scores / [len(c) for c in choices],
        "acc_bytes": scores / [len(c.encode()) for c in choices],
    }
    found = {kind: choices[int(np.argmax(s))].strip() in targets for kind, s in rankings.items()}
    return {"answer": choices[int(np.argmax(scores))], **found}


def distribution(values):
    return {
        "median": float(np.median(values)), "mean": float(np.mean(values)), "q1": quantile(values, 0.25),
        "q3": quantile(values, 0.75), "worst": float(np.min(values)), "best": float(np.max(values)),
    }


def cell_figures(rows, task):
    templates = task["templates"]["seen"] + task["templates"]["unseen"]
    figures = []
    for template in templates:
        mine = [r for r in rows if r["template"] == template["id"]]
        if not mine:
            continue
        figure = {"id": template["id"], "n": len(mine), "value": float(np.mean([r["right"] for r in mine]))}
        for kind in ("acc_norm", "acc_bytes"):
            if kind in mine[0]:
                figure[kind] = float(np.mean([r[kind] for r in mine]))
        figures.append(figure)
    return {**distribution([f["value"] for f in figures]), "templates": figures}


def baselines(rows):
    chance = np.mean([1 / len(r["choices"]) if r.get("choices") else 0 for r in rows])
    shares = []
    for template in sorted({r["template"] for r in rows}):
        mine = [r for r in rows if r["template"] == template]
        texts = [r["target"] for r in mine]
        places = [r["choices"].index(r["target"]) for r in mine
                  if r.get("choices") and r["target"] in r["choices"]]
        best = max([texts.count(t) for t in texts] + [places.count(p) for p in places])
        shares.append(best / len(mine))
    return {"chance": float(chance), "majority": float(np.mean(shares))}


def grid(seen_rows, unseen_rows):
    """Records by templates, NaN where there is no example; records in the order of the files."""
    records = list(dict.fromkeys(r["record"] for r in seen_rows + unseen_rows))
    def columns(rows, ids):
        table = np.full((len(records), len(ids)), np.nan)
        for r in rows:
            table[records.index(r["record"]), ids.index(r["template"])] = r["right"]
        return table
    seen_ids = list(dict.fromkeys(r["template"] for r in seen_rows))
    unseen_ids = list(dict.fromkeys(r["template"] for r in unseen_rows))
    # The manifest's order, which is that of the ids' numbers.
    by_number = lambda i: int(i.split("-")[1])
    return columns(seen_rows, sorted(seen_ids, key=by_number)), columns(unseen_rows, sorted(unseen_ids, key=by_number))


def column_means(table, records):
    drawn = table[records]
    there = ~np.isnan(drawn)
    counts = there.sum(axis=0)
    sums = np.where(there, drawn, 0).sum(axis=0)
    return np.where(counts > 0, sums / np.maximum(counts, 1), np.nanmean(table, axis=0))


# For medians of n normally distributed values: the true variance over the bootstrap's mean one, and the bootstrap's
# degrees of freedom (see MedianVariance.swift; `median_factors` below is the computation).
FACTORS = {1: 1, 2: 1.985, 3: 0.834, 4: 0.873, 5: 0.742}
DEGREES = {1: np.inf, 2: 1.0, 3: 1.99, 4: 2.9, 5: 3.29}


class Task:
    """Replicates of one task's figures and what their variance should be."""

    def __init__(self, seen, unseen, draws):
        self.n, self.s, self.u = len(seen), seen.shape[1], unseen.shape[1]
        whole = np.concatenate([np.nanmean(seen, axis=0), np.nanmean(unseen, axis=0)])
        self.point, self.drawn, only = {}, {}, []
        values = np.array([
            np.concatenate([column_means(seen, r), column_means(unseen, r)]) for r, _, _ in draws])
        for name, average in [("median", np.median), ("mean", np.mean)]:
            self.point[name] = np.array([average(whole[:self.s]), average(whole[self.s:])])
            self.drawn[name] = np.array([
                [average(v[a]), average(v[self.s + np.array(b)])] for v, (_, a, b) in zip(values, draws)])
        only = np.array([
            [np.median(whole[a]), np.median(whole[self.s + np.array(b)])] for _, a, b in draws])
        spread = lambda x: np.var(x, ddof=1) / len(x) if len(x) > 1 else 0.0
        self.templates = {
            "median": [FACTORS[self.s] * only[:, 0].var(), FACTORS[self.u] * only[:, 1].var()],
            "mean": [spread(whole[:self.s]), spread(whole[self.s:])]}
        self.degrees = {"median": [DEGREES[self.s], DEGREES[self.u]],
                        "mean": [max(1, self.s - 1), max(1, self.u - 1)]}
        matrix = np.cov(values.T, ddof=0) * self.n / (self.n - 1)
        def shared(block):
            k = len(block)
            return block[0, 0] if k == 1 else (block.sum() - np.trace(block)) / (k * (k - 1))
        ss, uu = shared(matrix[:self.s, :self.s]), shared(matrix[self.s:, self.s:])
        self.records = {"seen": ss, "unseen": uu, "gap": ss + uu - 2 * matrix[:self.s, self.s:].mean()}


SIDES = {"seen": [1, 0], "unseen": [0, 1], "gap": [1, -1]}


def estimate(tasks, average, side, level=0.95):
    """The figure's mean over tasks and its interval."""
    signs = np.array(SIDES[side])
    point = np.mean([t.point[average] @ signs for t in tasks])
    drawn = np.mean([t.drawn[average] @ signs for t in tasks], axis=0)
    k = len(tasks)
    parts = [(t.templates[average][i] / k**2, t.degrees[average][i])
             for t in tasks for i in (0, 1) if signs[i]]
    common = [(t.records[side] / k**2, t.n - 1) for t in tasks]
    shared = sum(v for v, _ in common)
    if shared > 0:
        squares = sum(v * v / d for v, d in parts + common)
    else:
        shared, squares = 0, sum(v * v / d for v, d in parts)
    total = sum(v for v, _ in parts) + shared
    degrees = max(1, total**2 / squares) if squares > 0 else np.inf
    q = (1 + level) / 2
    scale = 0 if drawn.var() == 0 else np.sqrt(total / drawn.var()) * scipy.stats.t.ppf(q, degrees) / scipy.stats.norm.ppf(q)
    low = point + scale * (quantile(drawn, 1 - q) - drawn.mean())
    high = point + scale * (quantile(drawn, q) - drawn.mean())
    return float(point), [float(min(point, low)), float(max(point, high))]


def exact_draws(task, seen, unseen):
    key = text_part(text_part(key_of_seed(SEED), "bootstrap"), task)
    found = []
    for b in range(EXACT_RESAMPLES):
        draws = Draws(number_part(key, b))
        found.append((
            [draws.below(len(seen)) for _ in range(len(seen))],
            [draws.below(seen.shape[1]) for _ in range(seen.shape[1])],
            [draws.below(unseen.shape[1]) for _ in range(unseen.shape[1])]))
    return found


def free_draws(seen, unseen, rng):
    return [(rng.integers(0, len(seen), len(seen)), rng.integers(0, seen.shape[1], seen.shape[1]),
             rng.integers(0, unseen.shape[1], unseen.shape[1])) for _ in range(FREE_RESAMPLES)]


def median_factors(n, samples=200_000, resamples=2_000_000):
    """The true variance of the median of n normal values over the mean of the bootstrap's, and its degrees of freedom."""
    rng = np.random.default_rng(0)
    values = np.sort(rng.normal(size=(samples, n)), axis=1)
    places = np.sort(rng.integers(0, n, (resamples, n)), axis=1)
    pairs = np.zeros((n, n))
    np.add.at(pairs, (places[:, (n - 1) // 2], places[:, n // 2]), 1 / resamples)
    mean, square = np.zeros(samples), np.zeros(samples)
    for i, j in zip(*np.nonzero(pairs)):
        median = (values[:, i] + values[:, j]) / 2
        mean += pairs[i, j] * median
        square += pairs[i, j] * median**2
    spread = square - mean**2
    return np.median(values, axis=1).var() / spread.mean(), 2 * spread.mean()**2 / spread.var()


def main():
    manifest, cells = make_examples()
    folder = HERE / "mixture"
    (folder / "evaluation").mkdir(parents=True, exist_ok=True)
    (folder / "manifest.json").write_text(json.dumps(manifest, indent=1) + "\n")
    for cell, lines in cells.items():
        text = "".join(json.dumps(line) + "\n" for line in lines)
        (folder / "evaluation" / f"{cell}.jsonl").write_text(text)
    rows = {cell: [{**line, **judge(line)} for line in lines] for cell, lines in cells.items()}
    expected = {"tasks": {}, "unseen_tasks": {}, "answers": {
        cell: [[r["answer"], bool(r["right"])] for r in found] for cell, found in rows.items()}}
    exact, free = [], []
    rng = np.random.default_rng(5)
    for task in manifest["tasks"]:
        mine = {cell: [r for r in found if r["task"] == task["name"]] for cell, found in rows.items()}
        seen, unseen = mine["seen_templates"], mine["unseen_templates"]
        if mine["unseen_tasks"]:
            expected["unseen_tasks"][task["name"]] = {
                **baselines(mine["unseen_tasks"]), "unseen": cell_figures(mine["unseen_tasks"], task)}
            continue
        if seen and unseen:
            both = {r["record"] for r in seen} & {r["record"] for r in unseen}
            seen = [r for r in seen if r["record"] in both]
            unseen = [r for r in unseen if r["record"] in both]
        figures = {**baselines(seen + unseen), "n": len({r["record"] for r in seen + unseen}),
                   "seen": cell_figures(seen, task)}
        if unseen:
            figures["unseen"] = cell_figures(unseen, task)
            figures["gap"] = figures["seen"]["median"] - figures["unseen"]["median"]
            tables = grid(seen, unseen)
            exact.append(Task(*tables, exact_draws(task["name"], *tables)))
            free.append(Task(*tables, free_draws(*tables, rng)))
            figures["gap_interval"] = estimate([exact[-1]], "median", "gap")[1]
        expected["tasks"][task["name"]] = figures
    for kind, average, side in [("gap", "median", "gap"), ("gap_of_means", "mean", "gap"),
                                ("seen", "median", "seen"), ("unseen", "median", "unseen")]:
        mean, ends = estimate(exact, average, side)
        expected[kind] = {"mean": mean, "exact": ends, "free": estimate(free, average, side)[1]}
    expected["exact_resamples"] = EXACT_RESAMPLES
    samples = [np.random.default_rng(k).normal(size=k).round(3 if k % 2 else 12).tolist() for k in range(1, 12)]
    expected["quantiles"] = [
        {"values": s, "level": q, "quantile": quantile(s, q)}
        for s in samples for q in (0, 0.025, 0.25, 0.5, 0.75, 0.975, 1)]
    (HERE / "expected.json").write_text(json.dumps(expected, indent=1) + "\n")


main()
