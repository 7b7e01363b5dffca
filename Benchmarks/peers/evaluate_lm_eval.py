"""lm-evaluation-harness' `hf` back end and transformers' `generate`, told what to do line by line on standard input.

    evaluate_lm_eval.py MODEL.gguf THREADS [TOKENIZER]
    score REQUESTS.jsonl BATCH ANSWERS.jsonl       log-likelihoods of the choices behind each prompt
    generate REQUESTS.jsonl BATCH ANSWERS.jsonl    greedy continuations of as many tokens as asked for

The requests are those of `phrasebook score` with `"framing": "continued"`. Each is answered by its seconds, loading and
files left out.
"""

import json
import os
import sys
import time

path, threads = sys.argv[1], int(sys.argv[2])
os.environ["HF_HUB_OFFLINE"] = "1"
answer = os.fdopen(os.dup(1), "w", buffering=1)
os.dup2(2, 1)

import torch
import transformers

torch.set_num_threads(threads)
transformers.utils.logging.set_verbosity_error()
transformers.utils.logging.disable_progress_bar()
from lm_eval.api.instance import Instance
from lm_eval.models.huggingface import HFLM

folder, name = os.path.split(os.path.abspath(path))
model = transformers.AutoModelForCausalLM.from_pretrained(folder, gguf_file=name, dtype=torch.float32).eval()
# transformers makes a tokenizer of a GGUF file that divides blanks before digits otherwise than the model's own does.
if len(sys.argv) > 3:
    tokenizer = transformers.AutoTokenizer.from_pretrained(sys.argv[3])
else:
    tokenizer = transformers.AutoTokenizer.from_pretrained(folder, gguf_file=name)


def context(request):
    solved = "".join(e["input"] + e["target"] + "\n\n" for e in request.get("exemplars", []))
    return solved + request["prompt"]


def score(requests, batch):
    # A new one each time, so that no answer is remembered.
    scorer = HFLM(pretrained=model, tokenizer=tokenizer, batch_size=batch, device="cpu")
    instances = [
        Instance(request_type="loglikelihood", doc={}, arguments=(context(request), choice), idx=index)
        for index, request in enumerate(requests) for choice in request["choices"]]
    start = time.perf_counter()
    found = iter(scorer.loglikelihood(instances, disable_tqdm=True))
    seconds = time.perf_counter() - start
    answers = []
    for request in requests:
        pairs = [next(found) for _ in request["choices"]]
        answers.append({"log_likelihoods": [float(p[0]) for p in pairs], "greedy": [bool(p[1]) for p in pairs]})
    return seconds, answers


@torch.no_grad()
def generate(requests, batch):
    tokenizer.padding_side = "left"
    tokenizer.pad_token = tokenizer.pad_token or tokenizer.eos_token
    answers = []
    start = time.perf_counter()
    for first in range(0, len(requests), batch):
        part = requests[first:first + batch]
        inputs = tokenizer([context(request) for request in part], return_tensors="pt", padding=True)
        most = max(request["max_tokens"] for request in part)
        out = model.generate(**inputs, max_new_tokens=most, do_sample=False, pad_token_id=tokenizer.pad_token_id)
        for row in out[:, inputs["input_ids"].shape[1]:].tolist():
            if tokenizer.eos_token_id in row:
                row = row[:row.index(tokenizer.eos_token_id)]
            answers.append({"text": tokenizer.decode(row, skip_special_tokens=True), "tokens": len(row)})
    return time.perf_counter() - start, answers


print("ready", file=answer)
for line in sys.stdin:
    what, requests, batch, out = line.split()
    with open(requests) as file:
        items = [json.loads(text) for text in file]
    seconds, found = {"score": score, "generate": generate}[what](items, int(batch))
    with open(out, "w") as file:
        for item in found:
            file.write(json.dumps(item) + "\n")
    print(f"{seconds:.4f}", file=answer)
