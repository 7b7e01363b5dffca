#!/usr/bin/env python3
"""Writes rules.json: what Hugging Face's `tokenizers` encodes with the pre-tokenizations of well-known models.

Needs `pip install tokenizers`. The vocabulary is that of tokenizer.json beside it, with the rules and marks of GPT-2,
SmolLM, Llama 3 (whole pieces first, a mark before every text) and Qwen 2 (composed text, words among the added
tokens). The texts are drawn from the pieces on which the rules differ.
"""

import json
import os
import random

from tokenizers import Tokenizer

here = os.path.dirname(os.path.abspath(__file__))
with open(os.path.join(here, "tokenizer.json")) as file:
    own = json.load(file)
VOCABULARY = {name: id - 3 for name, id in own["model"]["vocab"].items() if id >= 3}
MERGES = own["model"]["merges"]
BYTES = {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": True}
LATER = (r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|%s| ?[^\s\p{L}\p{N}]+[\r\n]*|"
         r"\s*[\r\n]+|\s+(?!\S)|\s+")


def tokenizer(pre, added, normalizer=None, processor=None, extra=(), **model):
    vocabulary = dict(VOCABULARY)
    for name in extra:
        vocabulary[name] = len(vocabulary)
    tokens = []
    for name, options in added:
        tokens.append({
            "id": len(vocabulary) + len(tokens), "content": name, "single_word": False, "lstrip": False,
            "rstrip": False, "normalized": False, "special": True, **options})
    return {
        "version": "1.0", "truncation": None, "padding": None, "added_tokens": tokens, "normalizer": normalizer,
        "pre_tokenizer": pre, "post_processor": processor, "decoder": BYTES,
        "model": {
            "type": "BPE", "dropout": None, "unk_token": None, "continuing_subword_prefix": None,
            "end_of_word_suffix": None, "fuse_unk": False, "byte_fallback": False, "ignore_merges": False,
            "vocab": vocabulary, "merges": MERGES, **model}}


def split(pattern):
    return {"type": "Sequence", "pretokenizers": [
        {"type": "Split", "pattern": {"Regex": pattern}, "behavior": "Isolated", "invert": False},
        {**BYTES, "use_regex": False}]}


BEGIN = {"SpecialToken": {"id": "<|begin_of_text|>", "type_id": 0}}
TEXT = {"Sequence": {"id": "A", "type_id": 0}}
CASES = {
    "gpt2": tokenizer(BYTES, [("<|endoftext|>", {})], merges=[" ".join(pair) for pair in MERGES]),
    "smollm": tokenizer(
        {"type": "Sequence", "pretokenizers": [{"type": "Digits", "individual_digits": True}, BYTES]},
        [("<|endoftext|>", {}), ("<|im_start|>", {}), ("<|im_end|>", {})]),
    "llama3": tokenizer(
        split(LATER % r"\p{N}{1,3}"),
        [("<|begin_of_text|>", {}), ("<|start_header_id|>", {}), ("<|end_header_id|>", {}), ("<|eot_id|>", {})],
        processor={
            "type": "TemplateProcessing", "single": [BEGIN, TEXT], "pair": [BEGIN, TEXT],
            "special_tokens": {"<|begin_of_text|>": {
                "id": "<|begin_of_text|>", "ids": [2 + len(VOCABULARY)], "tokens": ["<|begin_of_text|>"]}}},
        extra=["Ġwhole", "123"], ignore_merges=True),
    "qwen2": tokenizer(
        split(LATER % r"\p{N}"),
        [("<|endoftext|>", {}), ("<|im_start|>", {}), ("<|im_end|>", {}), ("<tool_call>", {"special": False}),
         ("<tool", {"special": False}), ("[strip]", {"special": False, "lstrip": True, "rstrip": True})],
        normalizer={"type": "NFC"}),
}
PARTS = [
    "'s", "'S", "'\u017f", "'LL", "'re", "'rE", "'v", " ", "  ", "\t", "\n", "\r\n", "\r", "\u00a0", "\u2003", "\u3000",
    "\u0085", "1", "12", "123", "1234", "\u00bd", "\u2167", "\u0663", "\u00b2", "a", "B", "the", " fox", "\u00e9",
    "e\u0301", "\u65e5\u672c", "\u00df", "\ufb01", "\u01c5", "_", "-", "!", "...", "\U0001f642", "\U0001f1e9\U0001f1ea",
    "<|endoftext|>", "<|im_end|>", "<|eot_id|>", "<tool_call>", "<tool", "[strip]", "\u0300", "\u200b", "\ufeff", "\x00",
    "\x1f", "\u0e04", "\u0e01\u0e33", "\u1100\u1161\u11a8", "\uac01", "A\u030a", "\u0929", "\U0001d7d8", "\U00020000",
    " whole", "masculine"]

results = []
for number, (rule, content) in enumerate(CASES.items()):
    generator = random.Random(number)
    library = Tokenizer.from_str(json.dumps(content))
    cases = []
    for _ in range(120):
        text = "".join(generator.choice(PARTS) for _ in range(generator.randint(1, 12)))
        library.encode_special_tokens = False
        ids = library.encode(text, add_special_tokens=False).ids
        library.encode_special_tokens = True
        cases.append({"text": text, "ids": library.encode(text, add_special_tokens=False).ids, "with_marks": ids})
    results.append({"rule": rule, "tokenizer": content, "cases": cases})
with open(os.path.join(here, "rules.json"), "w") as file:
    json.dump(results, file, ensure_ascii=True, separators=(",", ":"))
    file.write("\n")
