"""Holds `phrasebook handoff` to its word: python3 Tests/check_handoff.py

Our own trainer and the PyTorch script take the same steps: one process, two processes (torchrun, gloo) with the model
in each or divided among them, with adapters, with other objectives and shapes, cut off and resumed. TRL, Axolotl and
LLaMA-Factory are given their files as far as they are installed. Minutes; needs a network the first time.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile

import torch_environment as environment

environment.enter()

import torch
from safetensors.torch import load_file

checks = environment.Checks()


def lines(path):
    with open(path) as file:
        return [json.loads(line) for line in file]


def torchrun(folder, *words, processes=2):
    """Runs the handed-off script."""
    runner = [os.path.join(environment.PLACE, "bin", "torchrun"), "--nproc-per-node", str(processes)]
    start = runner if processes > 1 else [sys.executable]
    result = subprocess.run([*start, "train.py", "--cpu", *words], cwd=folder, capture_output=True, text=True)
    if result.returncode != 0:
        sys.exit(f"train.py {' '.join(words)}: status {result.returncode}\n{result.stderr[-4000:]}")


def compare(what, ours, folder):
    """The largest relative differences of two runs' figures, and the largest of their weights."""
    a, b = lines(os.path.join(ours, "training_log.jsonl")), lines(os.path.join(folder, "training_log.jsonl"))
    checks.true(f"{what}: as many steps and tokens", [(x["step"], x["tokens"]) for x in a] == [(x["step"], x["tokens"]) for x in b])
    for key, limit in (("loss", 1e-4), ("gradient_norm", 1e-3), ("learning_rate", 1e-9), ("validation_loss", 1e-4)):
        pairs = [(x[key], y[key]) for x, y in zip(a, b) if key in x]
        checks.most(f"{what}: {key}, relative", max(abs(x - y) / abs(x) for x, y in pairs), limit)
    a, b = (load_file(os.path.join(path, "model.safetensors")) for path in (ours, folder))
    checks.true(f"{what}: the same tensors", {k: v.shape for k, v in a.items()} == {k: v.shape for k, v in b.items()})
    checks.most(f"{what}: weights", max((a[key] - b[key]).abs().max().item() for key in a), 1e-3)


def ours(folder, name, training="", *words):
    """Our run and what is handed off of it."""
    out = environment.build(folder, name, training)
    environment.phrasebook("train", out, "--quiet", *words)
    environment.phrasebook("handoff", out, "--to", "torch", "--quiet", *words)
    return out, os.path.join(out, "handoff", "torch")


with tempfile.TemporaryDirectory() as place:
    out, handed = ours(place, "whole")
    model = os.path.join(out, "model")
    torchrun(handed, processes=1)
    compare("one process", model, os.path.join(handed, "model"))
    torchrun(handed, "--output", "two", "--rows", "2")
    compare("two processes", model, os.path.join(handed, "two"))
    torchrun(handed, "--output", "divided", "--parallel", "fsdp", "--recompute")
    compare("two processes, divided", model, os.path.join(handed, "divided"))
    environment.phrasebook("evaluate", out, "--model", os.path.join(handed, "two"), "--quiet")
    theirs = json.load(open(os.path.join(out, "evaluation", "results.json")))
    environment.phrasebook("evaluate", out, "--quiet")
    checks.true("our evaluator: the same figures", theirs["seen"] == json.load(open(os.path.join(out, "evaluation", "results.json")))["seen"])

    # Cut off after 13 steps of 20: what is kept is the state of step 10.
    torchrun(handed, "--output", "cut", "--steps", "13")
    os.remove(os.path.join(handed, "cut", "model.safetensors"))
    torchrun(handed, "--output", "cut", "--resume")
    compare("two processes, cut off and resumed", model, os.path.join(handed, "cut"))

    base = os.path.join(place, "base")
    shutil.copytree(model, base)
    out, handed = ours(place, "adapters", "lora: {rank: 4, targets: [q, v, gate]}; objective: all; schedule: linear", "--model", base)
    torchrun(handed)
    compare("adapters, all tokens, linear", os.path.join(out, "model"), os.path.join(handed, "model"))

    # Qwen 2's biases, an output matrix of its own, stretched angles: a model that transformers makes.
    from transformers import Qwen2Config, Qwen2ForCausalLM

    torch.manual_seed(1)
    config = Qwen2Config(
        vocab_size=512, hidden_size=48, intermediate_size=96, num_hidden_layers=2, num_attention_heads=4,
        num_key_value_heads=2, max_position_embeddings=256, tie_word_embeddings=False, bos_token_id=0, eos_token_id=2,
        rope_parameters={"rope_type": "linear", "rope_theta": 10000.0, "factor": 2.0})
    qwen = os.path.join(place, "qwen")
    Qwen2ForCausalLM(config).save_pretrained(qwen)
    shutil.copy(os.path.join(base, "tokenizer.json"), qwen)
    out, handed = ours(place, "qwen2", "format: tag; choose: best; weight_decay: 0.3", "--model", qwen)
    torchrun(handed)
    compare("Qwen 2, tags, the best weights", os.path.join(out, "model"), os.path.join(handed, "model"))

    import check_handoff_peers

    check_handoff_peers.check(checks, place, base)
checks.finish()
