"""Whether peers wrote the same examples as we did, in any order: same.py OURS COUNT=THEIRS …

COUNT: how many of our first lines the peer's file should hold. Compared are template, input and target.
"""

import sys

try:
    from orjson import loads
except ImportError:
    from json import loads


def examples(path, count=None):
    """(template, input, target) of the first lines, or of all."""
    with open(path, "rb") as file:
        for number, line in enumerate(file):
            if number == count:
                return
            example = loads(line)
            if "error" in example:
                raise SystemExit(f"{path}:{number + 1}: error: {example['error']}")
            yield example["template"], example["input"], example["target"]


def mark(example):
    """Of one joined text: hashes of tuples are so regular that their sum survives an exchange of targets."""
    return hash("\0".join(example))


def marks(path, counts):
    """{count: sum of the hashes of the first lines}; the sum does not depend on the order."""
    found, total, number = {}, 0, 0
    for number, example in enumerate(examples(path), 1):
        total += mark(example)
        if number in counts:
            found[number] = total
    return found


def difference(path, count, other):
    """The first example of each side that the other lacks."""
    mine, yours = set(map(mark, examples(path, count))), set(map(mark, examples(other)))
    return (
        next((example for example in examples(path, count) if mark(example) not in yours), None),
        next((example for example in examples(other) if mark(example) not in mine), None),
    )


def main(path, *others):
    others = [(int(count), other) for count, other in (word.split("=", 1) for word in others)]
    expected = marks(path, {count for count, _ in others})
    for count, other in others:
        total = number = 0
        for number, example in enumerate(examples(other), 1):
            total += mark(example)
        if number != count or total != expected.get(count):
            mine, yours = difference(path, count, other)
            raise SystemExit(f"different output: {other}: {number} examples for {count}\nours: {mine}\ntheirs: {yours}")


main(*sys.argv[1:])
