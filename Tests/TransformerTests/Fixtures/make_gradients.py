#!/usr/bin/env python3
"""Writes gradients.json: the gradients of one batch on SmolLM2 by PyTorch's autograd through `transformers`.

    python3 make_gradients.py PATH/SmolLM2-135M-Instruct.Q4_1.gguf

Makes itself a virtual environment under .cache/ (as make_logits.py does). Two kinds: of all weights, and of adapters
of rank 4 on every matrix, set to waves and put beside the linear layers here. Of each tensor the fixture keeps the
norm and the products with four waves along its elements, which no two different gradients share by chance.
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
from torch import nn
from torch.nn import functional
from transformers import AutoModelForCausalLM

RANK, ALPHA = 4, 8
WAVES = [0.37, 1.3, 2.1, 2.9]
# Ids by a formula, so that no tokenizer has a say: prompts' and targets' lengths.
LENGTHS = [(20, 5), (3, 1), (37, 9)]


def ids(example, count):
    return [(example * 10_007 + place * 7_919 + 11) % 49_152 for place in range(count)]


def wave(shape, place, scale):
    count = shape[0] * shape[1]
    return (scale * torch.sin(0.7 * torch.arange(count, dtype=torch.float64) + place)).float().view(shape)


class Adapted(nn.Module):
    def __init__(self, linear, place):
        super().__init__()
        self.linear = linear
        outputs, inputs = linear.weight.shape
        self.lora_A = nn.Parameter(wave((RANK, inputs), place, inputs**-0.5))
        self.lora_B = nn.Parameter(wave((outputs, RANK), place + 1, 0.02))

    def forward(self, x):
        return self.linear(x) + ALPHA / RANK * functional.linear(functional.linear(x, self.lora_A), self.lora_B)


def loss(model):
    """Σ −log p / 16 over all targets' tokens, example by example: no padding to be right about."""
    total = 0
    for example, (prompt, target) in enumerate(LENGTHS):
        tokens = torch.tensor(ids(example, prompt + target))
        logits = model(tokens[None, :-1]).logits[0, prompt - 1:]
        total = total + functional.cross_entropy(logits, tokens[prompt:], reduction="sum") / 16
    return total


def figures(gradient):
    x = gradient.double().flatten()
    places = torch.arange(len(x), dtype=torch.float64)
    return [float(f"{v:.7g}") for v in [x.norm().item()] + [(x * torch.cos(w * places)).sum().item() for w in WAVES]]


path = os.path.abspath(sys.argv[1])
folder, name = os.path.split(path)
model = AutoModelForCausalLM.from_pretrained(folder, gguf_file=name, dtype=torch.float32).eval()
full = loss(model)
full.backward()
result = {
    "rank": RANK, "alpha": ALPHA, "waves": WAVES, "lengths": LENGTHS, "loss": full.item(),
    "weights": {n: figures(p.grad) for n, p in model.named_parameters()}}
model.requires_grad_(False)
model.zero_grad()
place, adapted = 0, {}
for index, layer in enumerate(model.model.layers):
    for part, names in (("self_attn", "q_proj k_proj v_proj o_proj"), ("mlp", "gate_proj up_proj down_proj")):
        for module in names.split():
            beside = Adapted(getattr(getattr(layer, part), module), place)
            setattr(getattr(layer, part), module, beside)
            adapted[f"model.layers.{index}.{part}.{module}"] = beside
            place += 2
with_adapters = loss(model)
with_adapters.backward()
result["adapted_loss"] = with_adapters.item()
result["adapters"] = {}
for n, beside in adapted.items():
    result["adapters"][n + ".lora_A.weight"] = figures(beside.lora_A.grad)
    result["adapters"][n + ".lora_B.weight"] = figures(beside.lora_B.grad)
with open(os.path.join(here, "gradients.json"), "w") as file:
    json.dump(result, file, separators=(",", ":"))
    file.write("\n")
print(full.item(), with_adapters.item(), len(result["weights"]), len(result["adapters"]))
