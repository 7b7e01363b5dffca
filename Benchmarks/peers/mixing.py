"""What the peers of the mix benchmark share: the tasks of a folder, their counts by the capped formula."""

import os

import template_file


def counts(sizes, total, cap):
    """Largest remainder over min(size, cap)."""
    weights = [min(size, cap) for size in sizes]
    exact = [total * weight / sum(weights) for weight in weights]
    whole = [int(share) for share in exact]
    order = sorted(range(len(sizes)), key=lambda task: whole[task] - exact[task])
    for task in order[: total - sum(whole)]:
        whole[task] += 1
    return whole


def tasks(folder):
    """[(name, file of records, file of templates)]."""
    return [
        (
            name,
            os.path.join(folder, "corpora", name, "pairs.jsonl"),
            os.path.join(folder, "templates", name, "templates.yaml"),
        )
        for name in sorted(os.listdir(os.path.join(folder, "corpora")))
    ]


def size(path):
    """Records of a file."""
    with open(path, "rb") as file:
        return sum(block.count(b"\n") for block in iter(lambda: file.read(1 << 20), b""))


def templates(path):
    """[(id, name)] in the file's order."""
    return [(key, name) for key, name, _, _ in template_file.load(path)]
