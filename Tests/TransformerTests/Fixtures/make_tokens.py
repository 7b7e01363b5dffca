#!/usr/bin/env python3
"""Writes texts.json and, once tokenizer.json stands beside it, tokens.json.

Needs `pip install tokenizers`. tokenizer.json is what our learner writes for texts.json (the test that compares it
names the file it wrote). This script learns the merges of the same texts again, naively, checks that tokenizer.json
has them, and keeps what Hugging Face's library encodes and decodes with that file.
"""

import json
import os
import re
from collections import Counter

here = os.path.dirname(os.path.abspath(__file__))
VOCABULARY = 420

TEXTS = [
    "The quick brown fox jumps over the lazy dog. The dog sleeps; the fox doesn't.",
    "Which of the two is larger, 1,024 or 998? Answer: 1,024.",
    "  two leading blanks,\ttabs\tand\n\nblank lines\r\n  and   runs   of them   ",
    "Größe, Übung, naïve café — „Zitat“ “quote” … 日本語のテキスト and Ελληνικά; привет!",
    "emoji 🙂🙃 and a flag 🇩🇪, a family 👨‍👩‍👧, combining e\u0301 and a non\u00a0breaking blank",
    "snake_case CamelCase x=1;y=[2,3]; if (a<b) { return \"c\\n\"; } // 50% #tag @me",
    "masculine feminine neuter masculine feminine neuter noun verb adjective adverb noun verb",
    "aaaaaaaa aaaa aaa aa a abababab ababab abab ab",
    "<|begin|> is text here, and so is <|end|>.",
    "0123456789 3.14159 -17 +5e10 1st 2nd 3rd",
    "", " ", "\n", "x", "7", "?!",
]
MORE = ["A text that the tokenizer has not seen: wholly new words, 4711 and ÆØÅ.", "a" * 200, "ab" * 90 + " " * 70 + "\n" * 5, "\u0000\u0001\u007f", "the theologian's otherworldly foxglove"]


def pieces(text):
    letters = "A-Za-z\u0080-\U0010ffff"
    blanks = " \\t\\n\\r\\x0b\\x0c"
    return re.findall(f" ?[{letters}]+|[0-9]| ?[^{letters}0-9{blanks}]+|[{blanks}]+(?![^{blanks}])|[{blanks}]", text)


def learnt():
    words = Counter()
    for text in TEXTS:
        assert "".join(pieces(text)) == text
        for piece in pieces(text):
            words[piece.encode()] += 1
    parts = {word: [bytes([b]) for b in word] for word in words}
    known = {bytes([b]) for b in range(256)}
    merges = []
    while len(merges) < VOCABULARY - 259:
        pairs = Counter()
        for word, split in parts.items():
            for pair in zip(split, split[1:]):
                pairs[pair] += words[word]
        pairs = {pair: n for pair, n in pairs.items() if n >= 2 and pair[0] + pair[1] not in known}
        if not pairs:
            break
        best = min(pairs, key=lambda pair: (-pairs[pair], pair))
        merges.append(best)
        known.add(best[0] + best[1])
        for word, split in parts.items():
            new, i = [], 0
            while i < len(split):
                if tuple(split[i : i + 2]) == best:
                    new.append(best[0] + best[1])
                    i += 2
                else:
                    new.append(split[i])
                    i += 1
            parts[word] = new
    return merges


def alphabet():
    printable = list(range(33, 127)) + list(range(161, 173)) + list(range(174, 256))
    rest = [b for b in range(256) if b not in printable]
    return {**{b: chr(b) for b in printable}, **{b: chr(256 + i) for i, b in enumerate(rest)}}


with open(os.path.join(here, "texts.json"), "w") as file:
    json.dump(TEXTS, file, ensure_ascii=True, indent=1)
    file.write("\n")
path = os.path.join(here, "tokenizer.json")
if os.path.exists(path):
    from tokenizers import Tokenizer

    names = alphabet()
    with open(path) as file:
        merges = json.load(file)["model"]["merges"]
    expected = [["".join(names[b] for b in part) for part in pair] for pair in learnt()]
    assert merges == expected, [pair for pair in zip(merges, expected) if pair[0] != pair[1]][:3]
    tokenizer = Tokenizer.from_file(path)
    # A mark's name inside a text is text to us; the library would take it for the mark.
    texts = [text for text in TEXTS + MORE if "<|" not in text]
    ids = [tokenizer.encode(text).ids for text in texts]
    assert [tokenizer.decode(i) for i in ids] == texts
    with open(os.path.join(here, "tokens.json"), "w") as file:
        json.dump([{"text": text, "ids": i} for text, i in zip(texts, ids)], file, ensure_ascii=True)
        file.write("\n")
    print(f"{len(merges)} merges and the ids of {len(texts)} texts agree")
