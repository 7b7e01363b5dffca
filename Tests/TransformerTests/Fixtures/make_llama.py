#!/usr/bin/env python3
"""Writes llama.json: log-probabilities, loss and gradients of Hugging Face's Llama in double precision.

Needs `pip install torch transformers`. The weights are a formula, which the Swift test repeats, so that the file
stays small: number i of tensor t (in the order of `names`) is sin(0.7 i + t) / sqrt(columns), 1 + 0.3 sin(...)
for a gain, 0.5 sin(...) for a bias. Of each gradient the file keeps its sum along the direction cos(1.3 i), its norm and its first numbers.
"""

import json
import math
import os

import torch
from transformers import LlamaConfig, LlamaForCausalLM, Qwen2Config, Qwen2ForCausalLM


def made(case):
    kind, model_of = (Qwen2Config, Qwen2ForCausalLM) if case.get("biases") == "qwen2" else (LlamaConfig, LlamaForCausalLM)
    options = {"attention_bias": True} if case.get("biases") == "all" else {}
    if "head_width" in case:
        options["head_dim"] = case["head_width"]
    config = kind(
        vocab_size=19, hidden_size=case["dimension"], num_hidden_layers=2, num_attention_heads=case["heads"],
        num_key_value_heads=case["key_value_heads"], intermediate_size=case["hidden"], max_position_embeddings=64,
        rms_norm_eps=1e-5, tie_word_embeddings=case["tied"], attn_implementation="eager",
        rope_parameters={"rope_type": "default", **case.get("scaling", {}), "rope_theta": case["rope_theta"]}, **options)
    model = model_of(config).double()
    names = [name for name, _ in model.named_parameters()]
    with torch.no_grad():
        for t, (_, parameter) in enumerate(model.named_parameters()):
            i = torch.arange(parameter.numel(), dtype=torch.float64)
            wave = torch.sin(0.7 * i + t)
            value = 1 + 0.3 * wave if parameter.dim() == 1 else wave / math.sqrt(parameter.shape[1])
            if names[t].endswith("bias"):
                value = 0.5 * wave
            # The trainer holds f32: both sides start from the same numbers.
            parameter.copy_(value.float().double().view_as(parameter))
    return model, names


def results(case):
    model, names = made(case)
    total = 0
    log_probabilities = []
    for example in case["examples"]:
        tokens = example["prompt"] + example["target"]
        rows = torch.log_softmax(model(torch.tensor([tokens[:-1]])).logits[0], -1)
        start = len(example["prompt"]) - 1
        chosen = [rows[start + k][token] for k, token in enumerate(example["target"])]
        log_probabilities.append([value.item() for value in chosen])
        total = total - sum(chosen) * 0.5
    total.backward()
    gradients = {}
    for name, parameter in model.named_parameters():
        flat = parameter.grad.flatten()
        direction = torch.cos(1.3 * torch.arange(flat.numel(), dtype=torch.float64))
        gradients[name] = {
            "along": (flat * direction).sum().item(), "norm": flat.norm().item(), "first": flat[:4].tolist()}
    return {**case, "names": names, "loss": total.item(), "log_probabilities": log_probabilities, "gradients": gradients}


examples = [
    {"prompt": [0, 5, 3, 17, 9, 1], "target": [4, 2]},
    {"prompt": [0, 1], "target": [18, 7, 7, 2]},
    {"prompt": [0] + [(7 * k) % 19 for k in range(30)] + [1], "target": [11, 2]},
]
cases = [
    {"dimension": 24, "heads": 4, "key_value_heads": 2, "hidden": 20, "rope_theta": 10000.0, "tied": False},
    {"dimension": 32, "heads": 2, "key_value_heads": 2, "hidden": 48, "rope_theta": 500.0, "tied": True},
    {"dimension": 24, "heads": 4, "key_value_heads": 1, "hidden": 20, "rope_theta": 10000.0, "tied": True,
     "head_width": 10, "biases": "all", "scaling": {"rope_type": "linear", "factor": 3.0}},
    {"dimension": 32, "heads": 4, "key_value_heads": 2, "hidden": 40, "rope_theta": 10000.0, "tied": False,
     "biases": "qwen2", "scaling": {
         "rope_type": "llama3", "factor": 4.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0,
         "original_max_position_embeddings": 128}},
]
here = os.path.dirname(os.path.abspath(__file__))
with open(os.path.join(here, "llama.json"), "w") as file:
    json.dump([results({**case, "examples": examples}) for case in cases], file, indent=1)
    file.write("\n")
