#!/usr/bin/env python3
"""Writes the five skill corpora: list_count, larger_number, alphabetical_first, list_item, word_letter.

    python3 corpora/make_skills.py            write the files
    python3 corpora/make_skills.py --check    exit 1 if a committed file is not what this script makes

Every corpus has its own generator, seeded with its name, so that a change to one leaves the others as they
are. The draws use random() alone, the one method of random.Random whose sequence Python promises to keep.
"""

import csv
import io
import json
import pathlib
import random
import sys

FOLDER = pathlib.Path(__file__).resolve().parent
SIZE = 1500

NOUNS = """
    apple arm axe baby ball banana bag basket bath bean bear bed bee bell belt bird boat book boot bottle
    bowl box bread brush bucket bus butter button cake candle car carrot cat chair cheese clock cloud coat
    coin cow cup desk dish dog doll door dress drum duck ear egg engine eye feather fence finger fire fish
    flag flower fork fox frog garden gate glass glove goat hammer hand hat heart hen hill honey horse house
    island jacket jam jar jug kettle key king kite knife ladder lake lamp leaf lemon letter lion lock map
    milk mirror moon mouse nail needle nest nose nut onion orange oven owl page paint pan paper pear pen
    pencil piano pig pillow pipe plate pocket pot queen rabbit radio rain ring river road roof rope rose
    salt sand scarf sea seed sheep shell ship shirt shoe soap sock soup spoon stamp star stone sugar table
    tent tiger towel train tree truck umbrella vase wagon wall watch wheel whistle window wool zebra
""".split()


class Draw:
    """Draws that depend on nothing but the seed."""

    def __init__(self, seed):
        self.uniform = random.Random(seed).random

    def below(self, count):
        """A whole number from 0 to count - 1."""
        return int(self.uniform() * count)

    def shuffled(self, items):
        items = list(items)
        for last in range(len(items) - 1, 0, -1):
            other = self.below(last + 1)
            items[last], items[other] = items[other], items[last]
        return items

    def sample(self, items, count):
        """`count` different members of `items`, in random order."""
        items = list(items)
        for place in range(count):
            other = place + self.below(len(items) - place)
            items[place], items[other] = items[other], items[place]
        return items[:count]

    def balanced(self, values):
        """SIZE values in random order, each of `values` as often as any other (or once more)."""
        return self.shuffled(values[index % len(values)] for index in range(SIZE))


def list_count():
    draw, seen, records = Draw("list_count"), set(), []
    for count in draw.balanced(range(2, 8)):
        while (items := tuple(draw.sample(NOUNS, count))) in seen:
            pass
        seen.add(items)
        records.append({"items": list(items), "count": count})
    return json_lines(records)


def larger_number():
    """Mixed lengths, chosen so that there are enough different pairs of each kind (36 of two single digits)."""
    draw, seen, rows = Draw("larger_number"), set(), []
    pairs_of_lengths = {(1, 1): 30, (1, 2): 200, (1, 3): 200, (2, 2): 320, (2, 3): 300, (3, 3): 450}
    lengths = draw.shuffled(pair for pair, share in pairs_of_lengths.items() for _ in range(share))
    for (short, long), larger_first in zip(lengths, draw.balanced([True, False])):
        while True:
            pair = tuple(sorted(number_of_length(draw, length) for length in (short, long)))
            if pair[0] != pair[1] and pair not in seen:
                break
        seen.add(pair)
        rows.append(pair[::-1] if larger_first else pair)
    return table(["a", "b"], rows, ",")


def number_of_length(draw, length):
    least = 10 ** (length - 1)
    return least + draw.below(9 * least)


def alphabetical_first():
    """Three pairs in twenty share their first letter, so that the first letter alone does not settle them."""
    draw, seen, rows = Draw("alphabetical_first"), set(), []
    same_letter = draw.shuffled(index % 20 < 3 for index in range(SIZE))
    for same, in_order in zip(same_letter, draw.balanced([True, False])):
        while True:
            pair = tuple(sorted(draw.sample(NOUNS, 2)))
            if (pair[0][0] == pair[1][0]) == same and pair not in seen:
                break
        seen.add(pair)
        rows.append(pair if in_order else pair[::-1])
    return table(["first", "second"], rows, "\t")


def list_item():
    draw, seen, records = Draw("list_item"), set(), []
    kinds = [(length, position) for length in (3, 4, 5) for position in ("first", "second", "third", "last")]
    for length, position in draw.balanced(kinds):
        while (items := tuple(draw.sample(NOUNS, length))) in seen:
            pass
        seen.add(items)
        place = {"first": 0, "second": 1, "third": 2, "last": -1}[position]
        records.append({"items": list(items), "position": position, "answer": items[place]})
    return json_lines(records)


def word_letter():
    draw = Draw("word_letter")
    words = (FOLDER / "word_pool.txt").read_text(encoding="ascii").split()
    records = [{"word": word, "which": "first", "letter": word[0]} for word in draw.sample(words, SIZE // 2)]
    records += [{"word": word, "which": "last", "letter": word[-1]} for word in draw.sample(words, SIZE // 2)]
    return json_lines(draw.shuffled(records))


def json_lines(records):
    return "".join(json.dumps(record) + "\n" for record in records)


def table(header, rows, delimiter):
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter, lineterminator="\n").writerows([header, *rows])
    return text.getvalue()


FILES = {
    "list_count/lists.jsonl": list_count,
    "larger_number/numbers.csv": larger_number,
    "alphabetical_first/pairs.tsv": alphabetical_first,
    "list_item/lists.jsonl": list_item,
    "word_letter/words.jsonl": word_letter,
}


def main(arguments):
    if arguments not in ([], ["--check"]):
        print(__doc__, file=sys.stderr)
        return 2
    different = 0
    for name, make in FILES.items():
        path, made = FOLDER / name, make().encode("ascii")
        if arguments:
            if not path.is_file() or path.read_bytes() != made:
                print(f"{path}: not what make_skills.py makes; run it without --check", file=sys.stderr)
                different += 1
        else:
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(made)
    return 1 if different else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
