"""Data that the benchmarks make from a seed; the same seed gives the same bytes everywhere.

Sentences are of made-up words, half of them from a few short common ones, as in text. Some need care: about one in
25 has a quoted word, one in a hundred a word outside ASCII, one in 500 a line break.
"""

import json
import os
import random

COMMON = (
    "the a of and to in is was that for it on as with by at from his her they this not are or had be one all when "
    "there who which more some into only over such time than them two may then do first any now new like our most"
).split()
STARTS = "b br c ch d dr f fl g gr h j k l m n p pl qu r s sh st t tr v w z".split()
MIDDLES = "a e i o u ai ea ee ou oa".split()
ENDS = "n r l s t m d ck nd rt st sh ng p x".split()
FOREIGN = ["café", "Straßenbahn", "naïve", "señor", "Łódź", "東京", "Ελλάδα", "— then —", "½", "crème"]


class Text:
    """Sentences drawn from a seed."""

    def __init__(self, seed):
        self.source = random.Random(seed)
        syllables = [start + middle + end for start in STARTS for middle in MIDDLES for end in ENDS]
        draw = random.Random(0)  # the words are the same for every seed
        self.words = ["".join(draw.sample(syllables, draw.choice((1, 2, 2, 3)))) for _ in range(20_000)]

    def sentence(self, low, high):
        """That many words, the first in upper case, and a full stop."""
        source = self.source
        count = source.randint(low, high)
        words = [source.choice(COMMON if source.random() < 0.6 else self.words) for _ in range(count)]
        words[0] = words[0].capitalize()
        if count > 6 and source.random() < 0.5:
            words[count // 2] += ","
        oddity = source.random()
        if oddity < 0.04:
            words[count // 3] = f'"{words[count // 3]}"'
        elif oddity < 0.05:
            words[count // 3] = source.choice(FOREIGN)
        elif oddity < 0.052:
            words[count // 3] += "\n"
        return " ".join(words) + "."

    def pair(self, index):
        """Two sentences and whether the second follows from the first: 0 yes, 1 unknown, 2 no."""
        return {
            "premise": self.sentence(13, 25),
            "hypothesis": self.sentence(7, 13),
            "label": self.source.randrange(3),
            "idx": index,
        }

    def question(self, index):
        """A question over a passage with its sentences, answers with votes, and tags."""
        source = self.source
        sentences = [self.sentence(7, 13) for _ in range(source.randint(2, 4))]
        answers = [
            {"text": self.sentence(3, 6), "votes": source.randrange(100), "right": source.random() < 0.4}
            for _ in range(source.randint(2, 5))
        ]
        return {
            "title": self.sentence(6, 10),
            "passage": " ".join(sentences),
            "sentences": sentences,
            "answers": answers,
            "tags": [source.choice(COMMON) for _ in range(source.randint(2, 6))],
            "idx": index,
        }


def write(path, count, seed=1, record="pair"):
    """JSON lines of that many records; record: "pair" or "question"."""
    make = getattr(Text(seed), record)
    with open(path + ".partial", "w", encoding="utf-8") as file:
        for index in range(count):
            file.write(json.dumps(make(index), ensure_ascii=False) + "\n")
    os.replace(path + ".partial", path)


def write_first(path, count, whole):
    """The first lines of a file of records."""
    with open(whole, "rb") as source, open(path + ".partial", "wb") as file:
        for _ in range(count):
            file.write(source.readline())
    os.replace(path + ".partial", path)
