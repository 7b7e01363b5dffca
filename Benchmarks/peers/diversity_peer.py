"""One peer's run on a file of texts, a text a line: prints the seconds, then the results.

    diversity_peer.py nltk|sacrebleu|fast-bleu FILE
    diversity_peer.py rensa|datasketch FILE SIMILARITY BANDS COUNT
"""

import sys
import time

peer, path = sys.argv[1:3]
with open(path, encoding="utf-8") as file:
    texts = [line.split() for line in file]


def nltk():
    from nltk.translate.bleu_score import SmoothingFunction, sentence_bleu

    smooth = SmoothingFunction().method1
    start = time.perf_counter()
    scores = [sentence_bleu(texts[:i] + texts[i + 1 :], text, smoothing_function=smooth) for i, text in enumerate(texts)]
    return start, [sum(scores) / len(scores)]


def sacrebleu():
    import logging

    from sacrebleu.metrics import BLEU

    # It recommends another setting once a sentence.
    logging.disable(logging.WARNING)

    lines = [" ".join(text) for text in texts]
    bleu = BLEU(smooth_method="floor", smooth_value=0.1, tokenize="none", effective_order=False, force=True)
    start = time.perf_counter()
    scores = [bleu.sentence_score(line, lines[:i] + lines[i + 1 :]).score / 100 for i, line in enumerate(lines)]
    return start, [sum(scores) / len(scores)]


def fast_bleu():
    from fast_bleu import SelfBLEU

    start = time.perf_counter()
    scores = SelfBLEU(texts).get_score()[4]
    return start, [sum(scores) / len(scores)]


def rensa():
    import rensa

    similarity, bands, count = float(sys.argv[3]), int(sys.argv[4]), int(sys.argv[5])
    start = time.perf_counter()
    matrix = rensa.RMinHash.digest_matrix_from_token_sets(texts[:count], 128, 42)
    index = rensa.RMinHashLSH(similarity, 128, bands)
    flags = index.query_duplicate_flags_matrix_one_shot(matrix)
    return start, [place for place, flag in enumerate(flags) if flag]


def datasketch():
    from datasketch import MinHash, MinHashLSH

    similarity, count = float(sys.argv[3]), int(sys.argv[5])
    start = time.perf_counter()
    index = MinHashLSH(threshold=similarity, num_perm=128)
    hashes = MinHash.bulk([[word.encode() for word in text] for text in texts[:count]], num_perm=128)
    found = set()
    for place, one in enumerate(hashes):
        for other in index.query(one):
            if one.jaccard(hashes[other]) >= similarity:
                found |= {place, other}
        index.insert(place, one)
    return start, sorted(found)


start, results = {"nltk": nltk, "sacrebleu": sacrebleu, "fast-bleu": fast_bleu, "rensa": rensa,
                  "datasketch": datasketch}[peer]()
print(time.perf_counter() - start)
for result in results:
    print(result)
